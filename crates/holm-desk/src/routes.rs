//! Routes that say what they are for. One that does not is no route: [`Routes::route`] takes nothing else.
//!
//! Whoever opened the workspace is let through to a handler only if their roles allow its use-case (`docs/spec/roles.md`); what a
//! handler then records is asked for once more where it is appended.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{self, MethodRouter};
use holm::role::UseCase;

use crate::api;
use crate::language::Language;
use crate::problem::Problem;
use crate::server::Desk;

/// Bytes that a form may hold.
const LARGEST: usize = 64 << 20;

/// What one address answers, and what for.
pub(crate) struct Methods {
    each: Vec<(&'static str, UseCase, MethodRouter<Arc<Desk>>)>,
}

/// Answers `GET`.
pub(crate) fn get<H: Handler<T, Arc<Desk>>, T: 'static>(case: UseCase, handler: H) -> Methods {
    Methods { each: vec![("GET", case, routing::get(handler))] }
}

/// Answers `POST`.
pub(crate) fn post<H: Handler<T, Arc<Desk>>, T: 'static>(case: UseCase, handler: H) -> Methods {
    Methods { each: vec![("POST", case, routing::post(handler))] }
}

impl Methods {
    fn and(mut self, method: &'static str, case: UseCase, handler: MethodRouter<Arc<Desk>>) -> Self {
        self.each.push((method, case, handler));
        self
    }

    /// `POST` too.
    pub(crate) fn post<H: Handler<T, Arc<Desk>>, T: 'static>(self, case: UseCase, handler: H) -> Self {
        self.and("POST", case, routing::post(handler))
    }

    /// `PATCH` too.
    pub(crate) fn patch<H: Handler<T, Arc<Desk>>, T: 'static>(self, case: UseCase, handler: H) -> Self {
        self.and("PATCH", case, routing::patch(handler))
    }

    /// `DELETE` too.
    pub(crate) fn delete<H: Handler<T, Arc<Desk>>, T: 'static>(self, case: UseCase, handler: H) -> Self {
        self.and("DELETE", case, routing::delete(handler))
    }

    /// With documents.
    pub(crate) fn large(mut self) -> Self {
        for (_, _, handler) in &mut self.each {
            *handler = std::mem::take(handler).layer(DefaultBodyLimit::max(LARGEST));
        }
        self
    }
}

/// Every route of a desk.
pub(crate) struct Routes {
    desk: Arc<Desk>,
    router: Router<Arc<Desk>>,
    /// Method, address and use-case of each.
    #[cfg(test)]
    pub(crate) table: Vec<(&'static str, &'static str, UseCase)>,
}

impl Routes {
    pub(crate) fn new(desk: Arc<Desk>) -> Self {
        Self {
            desk,
            router: Router::new(),
            #[cfg(test)]
            table: Vec::new(),
        }
    }

    pub(crate) fn route(mut self, path: &'static str, methods: Methods) -> Self {
        let mut all = MethodRouter::new();
        for (_method, case, handler) in methods.each {
            #[cfg(test)]
            self.table.push((_method, path, case));
            let gate = from_fn_with_state((Arc::clone(&self.desk), case), let_through);
            all = all.merge(handler.layer(gate));
        }
        self.router = self.router.route(path, all);
        self
    }

    pub(crate) fn into_router(self) -> Router<Arc<Desk>> {
        self.router
    }
}

/// Lets a request through to a handler if whoever opened the workspace may do what it is for.
async fn let_through(State((desk, case)): State<(Arc<Desk>, UseCase)>, request: Request, next: Next) -> Response {
    // Nothing of the workspace is seen without it being open.
    if case == UseCase::OwnDesk {
        return next.run(request).await;
    }
    let language = request.extensions().get::<Language>().copied().unwrap_or(Language::English);
    let asked = tokio::task::spawn_blocking(move || Ok(desk.office.view()?.may(case)?));
    match asked.await.map_err(Problem::from).and_then(|may: Result<(), Problem>| may) {
        Ok(()) => next.run(request).await,
        Err(problem) if api::is_api(request.uri().path()) => api::problem::answer(&problem),
        Err(problem) => problem.page(language),
    }
}

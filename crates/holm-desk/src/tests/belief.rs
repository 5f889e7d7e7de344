//! What is believed, as a browser meets it: who is to be looked at and why, units, and what hangs together.

use std::ops::Range;
use std::time::Duration;

use axum::http::StatusCode;
use holm::operation::import::parse_operations;
use holm::policy::Action;
use holm::workspace::Workspace;
use holm_record::event::Telling;
use holm_record::event::happening::{ChannelSort, Outcome, Weight, Window};
use holm_record::id::{ChannelName, OperationName, PersonId};
use jiff::{SignedDuration, Timestamp};

use super::World;

/// Raids of which five people know each, by turns; all of which p5 knows are betrayed but one.
fn operations(workspace: &mut Workspace, numbers: Range<usize>) {
    let now = Timestamp::now();
    let permit = workspace.permit(&Action::Administer, now).unwrap();
    let net = ChannelName::new("net-3").unwrap();
    if !workspace.state().happenings.channels.contains_key(&net) {
        workspace.add_channel(&permit, net, ChannelSort::RadioNet, None, String::new()).unwrap();
    }
    let mut csv = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n".to_owned();
    for i in numbers {
        let mut told: Vec<usize> = (0..4).map(|k| (i * 7 + k * 11) % 30).filter(|p| *p != 5).collect();
        told.extend((i % 4 == 0).then_some(5));
        let told = told.iter().map(|p| format!("p{p}")).collect::<Vec<_>>().join(";");
        let (outcome, net) = (if i % 4 == 0 && i != 20 { "confirmed" } else { "clean" }, if i % 10 == 1 { "net-3" } else { "" });
        csv += &format!("op{i},raid,2025-{:02}-{:02}T05:00-06:00,,,{net},,{told},{outcome},,,\n", 1 + i / 28, 1 + i % 28);
    }
    let operations = parse_operations(workspace.state(), &csv, None, now).unwrap();
    workspace.add_operations(&permit, Some("past.csv".to_owned()), operations).unwrap();
}

impl World {
    pub(super) async fn with_operations() -> Self {
        let world = Self::new().await;
        world.desk.office.act(|workspace| operations(workspace, 0..40)).unwrap();
        world
    }

    /// A page once what it shows is computed.
    pub(super) async fn weighed(&self, path: &str, language: &str) -> String {
        loop {
            let (status, page) = self.page_in(path, language).await;
            assert_eq!(status, StatusCode::OK, "{path}: {page}");
            if !page.contains("http-equiv=\"refresh\"") {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beliefs_say_whom_to_look_at_and_why_beside_channels_and_somebody_not_listed() {
    let world = World::with_operations().await;
    let page = world.weighed("/beliefs", "en").await;
    let title = page.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap();
    assert!(title.contains("to be looked at") && title.contains("; somebody not listed explains "), "{title}");
    let list = page.split("id=\"lies\"").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(list.find("Person 5<").unwrap() < list.find("Person 6<").unwrap_or(usize::MAX), "the likeliest first: {list}");
    for said in
        ["net-3", "Somebody not listed", "times likelier if they leak", "of 100 like this,", "class=\"half\"", "class=\"stroke\""]
    {
        assert!(list.contains(said), "{said}: {list}");
    }
    for said in
        ["Leads, not proof", "were entered late", "seed 1", "holm-belief/1", "Of 100 people with the score of Person 5", "raid"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("class=\"evidence\"") && !page.contains("<script>alert"), "{page}");
    let spanish = world.weighed("/beliefs", "es").await;
    for said in
        ["alguien que no está en la lista explica", "Son pistas, no pruebas", "se anotaron tarde", "veces más probable si filtra"]
    {
        assert!(spanish.contains(said), "{said}: {spanish}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_page_says_why_what_would_exonerate_and_who_else_explains_it() {
    let world = World::with_operations().await;
    let (_, before) = world.page("/people/p5").await;
    assert!(before.contains("/people/p5?weighed=1#belief") && !before.contains("times likelier"), "it is asked for: {before}");
    let page = world.weighed("/people/p5?weighed=1", "en").await;
    for said in [
        "What is believed of Person 5",
        "What weighs for it",
        "<a href=\"/graph?operation=op0\">operation op0</a>",
        "there was a leak",
        "What weighs against it",
        "times less likely, as operation op20 did",
        "Who else explains these leaks",
        "Knew of 10 operations or items",
        "9 of them were betrayed",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(world.page("/people/p5").await.1.contains("times likelier"), "what was computed is shown");
    let other = world.weighed("/people/p6?weighed=1", "es").await;
    assert!(other.contains("Qué se cree de Person 6") && other.contains("Quién más explica"), "{other}");
    world.desk.office.lock();
    assert!(!world.page("/people/p5").await.1.contains("times likelier"), "whoever locks the desk leaves no belief in it");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_anything_to_judge_by_nothing_is_believed_and_a_page_says_what_would_help() {
    let world = World::new().await;
    let page = world.weighed("/beliefs", "en").await;
    assert!(page.contains("There is nothing to judge by yet") && page.contains("Begin with who knew"), "{page}");
    assert!(!world.page("/people/p5").await.1.contains("What is believed of"));
    world.desk.office.act(|workspace| operations(workspace, 0..40)).unwrap();
    let early = world.weighed("/beliefs?at=2020-01-01T00:00", "en").await;
    assert!(early.contains("There is nothing to judge by yet"), "as of a time before anything was recorded: {early}");
    let (status, refused) = world.page("/beliefs?at=soon").await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && refused.contains("The time in the address is none"), "{refused}");
    let later = world.weighed("/beliefs?at=2100-01-01T00:00&seed=2", "en").await;
    assert!(later.contains("From what was recorded by 2100-01-01") && later.contains("seed 2"), "{later}");
}

#[tokio::test(flavor = "multi_thread")]
async fn units_say_how_many_leak_and_whom_to_look_at_first() {
    let world = World::with_operations().await;
    let page = world.weighed("/beliefs/units?unit=Unit%202", "en").await;
    for said in ["Unit 0", "Unit 1", "nine times in ten", "Members of Unit 2", "on the sweep list", "Person 5<"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(world.page("/beliefs/units?unit=Nobody").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(world.weighed("/beliefs/units", "es").await.contains("Integrantes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_is_drawn_up_to_150_nodes_and_asks_to_narrow_down_beyond() {
    let world = World::with_operations().await;
    let (_, page) = world.page("/graph").await;
    assert!(page.contains("30 people, one item, 40 operations and one channel hang together</h1>"), "{page}");
    assert!(page.contains("<svg class=\"web\"") && page.contains("was issued a copy of") && !page.contains("<script>alert"));
    let (drawn, rows) = (page.matches("class=\"tie\"").count(), page.matches("<tr><th scope=\"row\">").count());
    assert!(drawn > 100 && drawn == rows, "the table beside the picture says every line of it: {drawn}, {rows}");
    // But for the minute at which it is shown.
    let drawn_part = |page: &str| page.split("<svg class=\"web\"").nth(1).unwrap().split("</svg>").next().unwrap().to_owned();
    assert_eq!(drawn_part(&page), drawn_part(&world.page("/graph").await.1), "it stands alike at each visit");
    let (_, one) = world.page("/graph?operation=op1").await;
    assert!(one.contains("hang together with operation op1</h1>") && one.contains("class=\"ring\""), "{one}");
    assert_eq!(world.page("/graph?person=nobody").await.0, StatusCode::NOT_FOUND);
    world.desk.office.act(|workspace| operations(workspace, 40..160)).unwrap();
    let (_, many) = world.page("/graph").await;
    assert!(many.contains("too many for a picture") && !many.contains("<svg class=\"web\""), "{many}");
    let (_, near) = world.page_in("/graph?person=p5", "es").await;
    assert!(near.contains("<svg class=\"web\"") && near.contains("con persona Person 5</h1>"), "{near}");
}

/// Forty raids that two people know of by turns; whatever leaks, Person 5 is said to have known of it once that is known.
fn framed(workspace: &mut Workspace) {
    let began = Timestamp::now();
    for number in 0..40 {
        let now = began + SignedDuration::from_secs(3 * number);
        let at = |seconds| now + SignedDuration::from_secs(seconds);
        let (a, b) = (1 + number % 3, 10 + number % 7);
        let csv = format!(
            "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\nf{number},raid,{began},,,,,p{a};p{b},,,,\n"
        );
        let operations = parse_operations(workspace.state(), &csv, None, at(0)).unwrap();
        let permit = workspace.permit(&Action::Administer, at(0)).unwrap();
        workspace.add_operations(&permit, None, operations).unwrap();
        let name = OperationName::new(format!("f{number}")).unwrap();
        let outcome = if number % 4 == 0 { Outcome::Confirmed } else { Outcome::Clean };
        let permit = workspace.permit(&Action::Administer, at(1)).unwrap();
        workspace.close_operation(&permit, &name, outcome, Window::default(), String::new()).unwrap();
        if number % 4 == 0 {
            let telling = Telling {
                item: None,
                operation: Some(name),
                persons: vec![PersonId::new("p5").unwrap()],
                at: began,
                channel: None,
                weight: Weight::WHOLE,
                variant: None,
                breach: None,
                words: String::new(),
            };
            let permit = workspace.permit(&Action::Administer, at(2)).unwrap();
            workspace.tell(&permit, telling).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_is_written_in_afterwards_is_not_acted_on_before_the_record_was_looked_at() {
    let world = World::new().await;
    world.desk.office.act(framed).unwrap();
    let page = world.weighed("/beliefs", "en").await;
    for said in [
        "Look at the record first",
        "Entries of officer that say who knew were written late or once the outcome was known",
        "entries that name Person 5 (p5) were written late or afterwards",
        "the record has signs that they may be framed",
        "<h1>Look at the record first; somebody not listed",
        "how many like this are innocent cannot be said",
    ] {
        assert!(page.to_lowercase().contains(&said.to_lowercase()), "{said}: {page}");
    }
    assert!(!page.contains("with the score of Person 5"), "calibrated is what honest entries give: {page}");
    let (_, answer) = world.page("/api/v1/beliefs").await;
    assert!(answer.contains("\"sign\":\"late\"") && answer.contains("\"sign\":\"singled-out\",\"person\":\"p5\""), "{answer}");
    let spanish = world.weighed("/beliefs", "es").await;
    assert!(spanish.contains("Revise primero el registro") && spanish.contains("nombran a Person 5 (p5)"), "{spanish}");
}

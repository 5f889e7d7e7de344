//! The OpenAPI document, and whether answers are what it says.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::OpenApi;

use crate::api::document::Document;

const FROZEN: &str = include_str!("../../openapi.json");
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

fn document() -> Value {
    serde_json::to_value(Document::openapi()).unwrap()
}

#[test]
fn the_openapi_document_is_the_frozen_one() {
    let now = Document::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("HOLM_FREEZE_OPENAPI").is_some() {
        std::fs::write(PATH, &now).unwrap();
        return;
    }
    let differs = FROZEN.lines().zip(now.lines()).position(|(a, b)| a != b).map(|line| line + 1);
    assert!(
        now == FROZEN,
        "the API changed (from line {differs:?} of {PATH}): if it was meant to, freeze it anew with \
         `HOLM_FREEZE_OPENAPI=1 cargo test -p holm-desk the_openapi_document` and read the diff"
    );
}

#[test]
fn every_route_of_the_api_stands_in_the_document_and_every_path_of_the_document_is_routed() {
    let router = include_str!("../router.rs");
    let mut routed: Vec<&str> = router.split("\"/api/v1").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    routed.sort_unstable();
    let document = document();
    let documented = document["paths"].as_object().unwrap().keys().map(|p| p.strip_prefix("/api/v1").unwrap());
    assert_eq!(routed, documented.collect::<Vec<_>>());
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_says_how_it_refuses() {
    let mut names = BTreeSet::new();
    for (path, methods) in document()["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
            assert!(operation["responses"]["default"]["content"]["application/problem+json"].is_object(), "{method} {path}");
        }
    }
}

/// What the document says of a request, if it knows it.
fn operation<'d>(document: &'d Value, method: &str, path: &str) -> Option<&'d Value> {
    let path = path.split('?').next().unwrap();
    let is_of = |template: &str| {
        let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len() && template.iter().zip(&path).all(|(t, p)| t == p || t.starts_with('{'))
    };
    let paths = document["paths"].as_object().unwrap();
    // What has no parameter comes first: `/accept` before `/{what}`.
    let found = paths.keys().filter(|t| is_of(t)).min_by_key(|t| t.matches('{').count());
    found.map(|template| &paths[template][method.to_lowercase()]).filter(|o| o.is_object())
}

/// Names of all operations.
pub(super) fn names() -> BTreeSet<String> {
    let document = document();
    let operations = document["paths"].as_object().unwrap().values().flat_map(|methods| methods.as_object().unwrap().values());
    operations.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect()
}

/// Name of the operation that a request asks for.
pub(super) fn name(method: &str, path: &str) -> String {
    let document = document();
    let operation = operation(&document, method, path).unwrap_or_else(|| panic!("{method} {path} is not documented"));
    operation["operationId"].as_str().unwrap().to_owned()
}

/// Checks that an answer has exactly the form that the document gives it; `None` for a file.
pub(super) fn assert_documented(method: &str, path: &str, status: u16, kind: &str, answer: Option<&Value>) {
    let document = document();
    let kind = kind.split(';').next().unwrap();
    let schema = if kind == "application/problem+json" {
        &document["components"]["schemas"]["Problem"]
    } else {
        let operation = operation(&document, method, path).unwrap_or_else(|| panic!("{method} {path} is not documented"));
        &operation["responses"][status.to_string()]["content"][kind]["schema"]
    };
    assert!(schema.is_object(), "{method} {path}: {status} as {kind} is not documented");
    let Some(answer) = answer else {
        assert_eq!(schema["$ref"], "#/components/schemas/File", "{method} {path}: {status} as {kind} is no file");
        return;
    };
    if let Err(why) = check(&document, schema, answer, "") {
        panic!("{method} {path}: {why}\n{answer:#}");
    }
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(document, document.pointer(reference.trim_start_matches('#')).unwrap(), value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let tried: Vec<_> = choices.iter().map(|s| check(document, s, value, at)).collect();
        return tried.iter().find(|t| t.is_ok()).or(tried.first()).cloned().unwrap();
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) if types.contains(&"number") => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.contains(&own) {
        return Err(format!("{at} is {own}, not {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|all| !all.contains(value)) {
        return Err(format!("{at} is none of {}", schema["enum"]));
    }
    for (i, one) in value.as_array().into_iter().flatten().enumerate() {
        check(document, &schema["items"], one, &format!("{at}/{i}"))?;
    }
    let Some(fields) = value.as_object() else { return Ok(()) };
    for (name, one) in fields {
        let of = [&schema["properties"][name], &schema["additionalProperties"]].into_iter().find(|s| s.is_object());
        check(document, of.ok_or_else(|| format!("{at}/{name} is not documented"))?, one, &format!("{at}/{name}"))?;
    }
    let missing = schema["required"].as_array().into_iter().flatten().find(|r| !fields.contains_key(r.as_str().unwrap()));
    missing.map_or(Ok(()), |name| Err(format!("{at} lacks {name}")))
}

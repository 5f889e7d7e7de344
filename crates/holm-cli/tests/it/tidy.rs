//! House rules that no compiler knows (CONTRIBUTING.md).

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn tracked() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![root()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
                open.push(path);
            } else if path.is_file() {
                files.push(path);
            }
        }
    }
    files
}

fn rust_files() -> Vec<(PathBuf, String)> {
    let files = tracked().into_iter().filter(|p| p.extension().is_some_and(|e| e == "rs"));
    files.map(|p| (p.strip_prefix(root()).unwrap().to_owned(), std::fs::read_to_string(&p).unwrap())).collect()
}

#[test]
fn no_file_is_longer_than_800_lines() {
    for (path, text) in rust_files() {
        let lines = text.lines().count();
        assert!(lines <= 800, "{} has {lines} lines; split it by noun", path.display());
    }
}

#[test]
fn files_and_folders_are_named_by_nouns_of_the_glossary() {
    const EMPTY: [&str; 10] = ["util", "utils", "helpers", "common", "misc", "types", "traits", "models", "mod", "stuff"];
    for (path, _) in rust_files() {
        for part in path.iter().map(|p| p.to_string_lossy().trim_end_matches(".rs").to_owned()) {
            assert!(!EMPTY.contains(&part.as_str()), "{}: this name says nothing", path.display());
        }
    }
}

#[test]
fn every_source_file_begins_with_what_it_is_for() {
    for (path, text) in rust_files() {
        let command = path.starts_with("crates/holm-cli/src/command") && path.extension().is_some();
        // A subcommand's file is introduced by the doc of its arguments, which is its help text.
        let tests = path.ends_with("tests.rs");
        assert!(command || tests || text.starts_with("//!"), "{} has no module doc", path.display());
    }
}

#[test]
fn every_test_can_run_and_none_expects_a_panic() {
    for (path, text) in rust_files().into_iter().filter(|(p, _)| !p.ends_with("tidy.rs")) {
        assert!(!text.contains("#[ignore"), "{} ignores a test", path.display());
        assert!(!text.contains("should_panic"), "{} expects a panic", path.display());
    }
}

#[test]
fn pure_crates_touch_neither_files_nor_clocks_nor_the_environment() {
    for (path, text) in rust_files() {
        let pure =
            ["codes", "marks", "statements", "typeset"].iter().any(|name| path.starts_with(format!("crates/holm-{name}/src")));
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        if pure && !path.ends_with("tests.rs") {
            for banned in ["std::fs", "std::env", "std::time", "SystemTime", "getrandom", "std::process", "std::net"] {
                assert!(!shipped.contains(banned), "{} uses {banned}", path.display());
            }
        }
    }
}

#[test]
fn only_the_use_cases_append_to_the_record() {
    for (path, text) in rust_files() {
        let edge = path.starts_with("crates/holm-cli/src");
        assert!(
            !edge || !text.contains("Record::") && !text.contains("SqliteStore"),
            "{} reaches past the use-cases",
            path.display()
        );
    }
}

#[test]
fn crates_depend_on_each_other_as_the_architecture_says() {
    let allowed: [(&str, &[&str]); 11] = [
        ("holm-codes", &[]),
        ("holm-inference", &[]),
        ("holm-marks", &[]),
        ("holm-record", &[]),
        ("holm-statements", &[]),
        ("holm-statements-engine", &["holm-statements"]),
        ("holm-typeset", &[]),
        ("holm-simulate", &["holm-codes", "holm-marks"]),
        ("holm", &["holm-codes", "holm-inference", "holm-marks", "holm-record", "holm-statements", "holm-typeset"]),
        ("holm-desk", &["holm", "holm-marks", "holm-record", "holm-statements"]),
        ("holm-cli", &["holm", "holm-desk", "holm-marks", "holm-record", "holm-simulate", "holm-statements"]),
    ];
    for (name, may) in allowed {
        let manifest = std::fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).and_then(|d| d.split("\n[").next()).unwrap_or_default();
        for line in dependencies.lines().filter(|l| l.starts_with("holm")) {
            let on = line.split(['.', ' ', '=']).next().unwrap_or_default();
            assert!(may.contains(&on), "{name} may not depend on {on}");
        }
    }
}

#[test]
fn every_crate_but_the_columnar_engine_is_built_by_default() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let list = manifest.split("default-members = [").nth(1).and_then(|d| d.split(']').next()).unwrap();
    let mut built: Vec<&str> = list.split('"').skip(1).step_by(2).map(|path| path.trim_start_matches("crates/")).collect();
    built.push("holm-statements-engine");
    built.sort_unstable();
    let mut crates: Vec<String> =
        std::fs::read_dir(root().join("crates")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    crates.sort();
    assert_eq!(built, crates);
}

/// What checks the record from outside must not share its mistakes.
#[test]
fn the_outsiders_programs_import_nothing_of_ours() {
    let go = std::fs::read_to_string(root().join("interop/go/verify.go")).unwrap();
    let (_, rest) = go.split_once("import (\n").unwrap();
    let (imports, _) = rest.split_once("\n)").unwrap();
    let paths: Vec<&str> = imports.lines().map(|l| l.trim().trim_matches('"')).filter(|l| !l.is_empty()).collect();
    // Of the standard library no path has a point in its first part.
    let foreign: Vec<&&str> = paths.iter().filter(|p| p.split('/').next().is_some_and(|first| first.contains('.'))).collect();
    assert_eq!(foreign, [&"golang.org/x/mod/sumdb/note", &"golang.org/x/mod/sumdb/tlog"]);
    assert_eq!(go.matches("import ").count(), 1);
    let script = std::fs::read_to_string(root().join("interop/ml-dsa/verify.mjs")).unwrap();
    let sources: Vec<&str> = script.lines().filter(|l| l.starts_with("import ")).map(|l| l.rsplit('"').nth(1).unwrap()).collect();
    assert_eq!(sources, ["node:crypto", "node:fs", "node:path", "@noble/post-quantum/ml-dsa.js"]);
    assert!(!script.contains("import(") && !script.contains("require("));
}

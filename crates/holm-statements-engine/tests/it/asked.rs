//! Files in a folder of their own, and the program's answer to a request about them.

use holm_statements::answer::{Answer, Finding, Weight};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub(crate) struct Case {
    folder: TempDir,
    pub(crate) request: Value,
}

impl Case {
    /// A request of a kind about persons in 2026, without files.
    pub(crate) fn new(kind: &str, persons: &[&str]) -> Case {
        let request = json!({
            "kind": kind, "files": [], "zone": "Europe/Madrid",
            "scope": { "first": "2026-01-01", "last": "2026-06-30", "persons": persons },
            "owners": [], "screened": persons.len(),
        });
        Case { folder: TempDir::new().unwrap(), request }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and asks about it.
    pub(crate) fn file(&mut self, name: &str, mapping: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
        self.ask_about(name, mapping);
    }

    pub(crate) fn ask_about(&mut self, name: &str, mapping: &str) {
        let path = self.path(name);
        self.push("files", json!({ "path": path, "mapping": mapping }));
    }

    pub(crate) fn push(&mut self, field: &str, value: Value) {
        let list = self.request.as_object_mut().unwrap().entry(field).or_insert_with(|| json!([]));
        list.as_array_mut().unwrap().push(value);
    }

    pub(crate) fn owns(&mut self, person: &str, own: &str) {
        self.push("owners", json!({ "own": own, "person": person }));
    }

    pub(crate) fn run(&self) -> Output {
        self.run_with(&[])
    }

    pub(crate) fn run_with(&self, options: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_holm-statements"))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        program.stdin.take().unwrap().write_all(self.request.to_string().as_bytes()).unwrap();
        program.wait_with_output().unwrap()
    }

    pub(crate) fn answer(&self) -> Answer {
        let output = self.run();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // `make test-cluster` has every answer come from a cluster too.
        if let Ok(cluster) = std::env::var("HOLM_CLUSTER") {
            let there = self.run_with(&["--cluster", &cluster, "--shared", self.folder.path().to_str().unwrap()]);
            assert!(there.status.success(), "{}", String::from_utf8_lossy(&there.stderr));
            assert!(there.stdout == output.stdout, "a cluster answers otherwise");
            let left = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
            let left: Vec<_> = left.filter(|name| name.to_str().unwrap().starts_with("holm-statements-")).collect();
            assert!(left.is_empty(), "tables were left behind: {left:?}");
        }
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What the program says when it cannot answer.
    pub(crate) fn refusal(&self) -> String {
        let output = self.run();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        said.lines().last().unwrap().to_owned()
    }
}

/// A person's finding of a test.
pub(crate) fn finding<'a>(answer: &'a Answer, person: &str, test: &str) -> &'a Finding {
    let person = answer.persons.iter().find(|p| p.person == person).unwrap();
    person.findings.iter().find(|f| f.test == test).unwrap()
}

/// Its p-value.
pub(crate) fn p(finding: &Finding) -> f64 {
    match &finding.weight {
        Weight::Tested { p, .. } => *p,
        Weight::None { why } => panic!("{}: {why}", finding.test),
    }
}

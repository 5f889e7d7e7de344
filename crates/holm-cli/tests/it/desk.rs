//! An officer's desk in a temporary folder, worked through the real binary.
#![allow(dead_code, reason = "each test binary uses its own part of this file")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A document with enough marks to name one of a few people.
pub(crate) const BRIEF: &str = include_str!("../../../holm-simulate/corpus/en-minutes.md");
/// A text about something else.
pub(crate) const FOREIGN: &str = include_str!("../../../holm-simulate/corpus/foreign-en-2.md");

pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

/// What a command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// Asserts that the command was done and that its answer is no; what it said.
    #[track_caller]
    pub(crate) fn says_no(self) -> String {
        assert_eq!(self.code, 3, "{}{}", self.out, self.err);
        self.out
    }

    /// Asserts that the command failed and said all of `words`.
    #[track_caller]
    pub(crate) fn fails_with(&self, words: &[&str]) {
        assert_eq!(self.code, 1, "{}{}", self.out, self.err);
        words.iter().for_each(|w| assert!(self.err.contains(w), "`{w}` is not in: {}", self.err));
        assert!(self.err.lines().any(|l| l.starts_with("error: ")), "{}", self.err);
    }
}

impl Desk {
    /// A folder without a workspace.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A workspace with `people` recipients p1, p2, … in units U0 and U1, each with a key file k1, k2, …
    pub(crate) fn with(people: usize) -> Self {
        let desk = Self::empty();
        // Nobody innocent is named in a run of all tests but once in thousands: keys are drawn anew each time.
        desk.run(&["init", "--no-passphrase", "--recovery", "recovery.key", "--alpha", "0.00001"]).ok();
        let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
        for i in 1..=people {
            let line = desk.run(&["keygen", "--no-passphrase", "--out", &format!("k{i}")]).ok().out;
            roster.push_str(&format!("p{i},Person {i},Bureau,U{},{},officer,p{i}@x.example,{}\n", i % 2, i % 5 + 1, line.trim()));
        }
        desk.write("roster.csv", roster.as_bytes());
        desk.run(&["person", "import", "roster.csv"]).ok();
        desk.write("brief.md", BRIEF.as_bytes());
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holm"));
        command.args(args).current_dir(self.root()).env_remove("HOLM_PASSPHRASE").env_remove("HOLM_WORKSPACE");
        command.env("HOLM_STATE", self.path("state"));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    /// Shares `brief.md` with everybody, plain copies too.
    pub(crate) fn share(&self) -> Ran {
        self.run(&["share", "brief.md", "--to", "all", "--plain", "plain"]).ok()
    }
}

pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A desk that is served, and a program that was let in.
pub(crate) struct Served {
    child: Child,
    address: String,
    cookie: String,
}

impl Served {
    pub(crate) fn start(desk: &Desk, envs: &[(&str, &str)]) -> Self {
        let mut command = desk.command(&["desk", "--port", "0"]);
        command.envs(envs.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let link = lines.find_map(|line| line.unwrap().split_once("http://").map(|(_, rest)| rest.to_owned())).unwrap();
        let (address, path) = link.split_once('/').unwrap();
        let mut served = Self { child, address: address.to_owned(), cookie: String::new() };
        let head = served.send("GET", &format!("/{path}"), "", &[]).unwrap();
        let set = head.lines().find_map(|l| l.strip_prefix("set-cookie: ")).unwrap();
        served.cookie = set.split(';').next().unwrap().to_owned();
        served
    }

    /// Sends a request and reads the whole answer; `None` if the server is gone.
    pub(crate) fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Option<String> {
        let (address, cookie) = (&self.address, &self.cookie);
        let mut stream = TcpStream::connect(address).ok()?;
        // A form comes from a page, and says from which.
        let own = if path.starts_with("/api/") { "Holm-Api: 1".to_owned() } else { format!("Origin: http://{address}") };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n{own}\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok().filter(|n| *n > 0)?;
        Some(answer)
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

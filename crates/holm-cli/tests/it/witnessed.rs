//! Two agencies witness each other's records: over the net, by files, and against whoever puts an older state back or forks it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::desk::Desk;

/// A witness that is served, until it is dropped.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(desk: &Desk, folder: &str) -> Self {
        let mut command = desk.command(&["witness", "serve", folder, "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_once("http://").unwrap().1.split('/').next().unwrap().to_owned();
        Self { child, address }
    }

    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn post(&self, body: &str) -> String {
        let head =
            format!("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        self.send(&(head + body))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A desk with a record, and its two keys.
fn agency() -> (Desk, Vec<String>) {
    let desk = Desk::with(2);
    let keys = desk.run(&["record", "keys"]).ok().out.lines().map(str::to_owned).collect();
    (desk, keys)
}

/// Makes a witness at `desk` that trusts the log of `keys`; its own keys.
fn witness(desk: &Desk, name: &str, keys: &[String]) -> Vec<String> {
    let made = desk.run(&["witness", "init", "witness", "--name", name, "--no-passphrase"]).ok().out;
    let trust: Vec<&str> = ["witness", "trust", "witness"].into_iter().chain(keys.iter().map(String::as_str)).collect();
    desk.run(&trust).ok();
    made.lines().map(str::to_owned).collect()
}

fn policy(logs: &[String], witnesses: &[(&str, &str, &str)], quorum: &str) -> String {
    let logs: String = logs.iter().map(|k| format!("log {k}\n")).collect();
    let lines: String = witnesses.iter().map(|(name, key, url)| format!("witness {name} {key} {url}\n")).collect();
    format!("{logs}{lines}{quorum}\n")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn two_agencies_witness_each_other_and_an_older_state_or_a_fork_is_caught() {
    let (police, police_keys) = agency();
    let (customs, customs_keys) = agency();
    let of_customs = witness(&customs, "customs.example/witness", &police_keys);
    let of_police = witness(&police, "police.example/witness", &customs_keys);
    let (at_customs, at_police) = (Served::start(&customs, "witness"), Served::start(&police, "witness"));
    for (desk, keys, name, key, server) in [
        (&police, &police_keys, "customs", &of_customs[1], &at_customs),
        (&customs, &customs_keys, "police", &of_police[0], &at_police),
    ] {
        let text = policy(keys, &[(name, key, &format!("http://{}/", server.address))], &format!("quorum {name}"));
        desk.write("policy", text.as_bytes());
        desk.run(&["record", "checkpoint"]).fails_with(&["no witnesses are named"]);
        desk.run(&["record", "policy", "policy", "--within", "24"]).ok();
        let said = desk.run(&["record", "checkpoint"]).ok().out;
        assert!(said.contains(&format!("{name}: cosigned")) && said.contains("\nenough witnesses"), "{said}");
        let again = desk.run(&["record", "checkpoint"]).ok().out;
        assert!(again.contains(&format!("{name}: cosigned")), "{again}");
        let said = desk.run(&["record", "verify"]).ok().out;
        assert!(said.contains("entries are witnessed"), "{said}");
        assert!(desk.run(&["record", "checkpoint", "--status"]).ok().out.contains("\n0 entries came since"));
    }
    // A proof against the witnessed checkpoint, kept elsewhere.
    police.run(&["record", "proof", "1", "--out", "1.tlog-proof"]).ok();
    let proof = police.read("1.tlog-proof");
    assert!(
        proof.starts_with("c2sp.org/tlog-proof@v1\nindex 1\n") && proof.contains("\u{2014} customs.example/witness "),
        "{proof}"
    );
    police.run(&["record", "proof", "999"]).fails_with(&["there is none with the number 999"]);

    // The officer works on, has it witnessed, and puts the older folder back: witness and kept proof say so.
    let (folder, kept) = (police.path("holm-workspace"), police.path("before"));
    copy_folder(&folder, &kept);
    police.run(&["channel", "add", "radio", "--sort", "radio-net"]).ok();
    police.run(&["record", "checkpoint"]).ok();
    police.run(&["record", "proof", "3", "--out", "later.tlog-proof"]).ok();
    police.run(&["record", "verify", "--against", "later.tlog-proof", "--against", "1.tlog-proof"]).ok();
    fs::rename(&folder, police.path("true")).unwrap();
    copy_folder(&kept, &folder);
    police.run(&["record", "verify"]).ok();
    let said = police.run(&["record", "verify", "--against", "later.tlog-proof"]).says_no();
    assert!(said.contains("an older state was put back"), "{said}");
    let said = police.run(&["record", "checkpoint"]).says_no();
    assert!(said.contains("ALARM: it cosigned"), "{said}");

    // This machine remembers how far it signed. Where that is wiped out too, witnesses are left.
    police.run(&["channel", "add", "telephone", "--sort", "phone"]).fails_with(&["an older state was put back"]);
    police.run(&["recover"]).fails_with(&["the log signed a checkpoint of", "a second history"]);
    fs::remove_dir_all(police.path("state")).unwrap();

    // It goes on from the older state: a second history of the same length, signed with the true key.
    police.run(&["channel", "add", "telephone", "--sort", "phone"]).ok();
    let said = police.run(&["record", "checkpoint"]).says_no();
    assert!(said.contains("ALARM: it cosigned another record of"), "{said}");
    let said = police.run(&["record", "verify", "--against", "later.tlog-proof"]).says_no();
    assert!(said.contains("they were rewritten"), "{said}");
    let said = customs.run(&["witness", "show", "witness"]).says_no();
    assert!(said.contains("FORK: the log signed both of these"), "{said}");
    // One entry more, and it is no longer said that they are of one length, but that one does not grow from the other.
    police.run(&["channel", "add", "courier", "--sort", "courier"]).ok();
    let said = police.run(&["record", "checkpoint"]).says_no();
    assert!(said.contains("is not the beginning of this record"), "{said}");
}

#[test]
fn a_witness_is_reached_by_files_and_refuses_what_is_wrong() {
    let (desk, keys) = agency();
    let near = witness(&desk, "near.example/w", &keys);
    let stranger = agency().1;
    desk.write(
        "policy",
        policy(&keys, &[("near", &near[0], ""), ("again", &near[1], "")], "group all2 all near again\nquorum all2").as_bytes(),
    );
    desk.run(&["record", "policy", "policy"]).ok();
    let said = desk.run(&["record", "checkpoint"]).says_no();
    assert!(said.contains("has no address") && said.contains("NOT enough"), "{said}");
    desk.run(&["record", "checkpoint", "--request", "ask"]).ok();
    desk.run(&["witness", "cosign", "witness", "ask", "--out", "answer"]).ok();
    let said = desk.run(&["record", "checkpoint", "--take", "answer"]).ok().out;
    assert!(said.contains("enough witnesses cosigned"), "{said}");
    desk.run(&["record", "checkpoint", "--take", "answer"]).fails_with(&["nothing of this is signed by a witness"]);
    desk.run(&["witness", "cosign", "witness", "ask", "--out", "x"]).fails_with(&["not cosigned (409)"]);
    desk.run(&["record", "checkpoint", "--request", "ask", "--old", "99"]).fails_with(&["it never had a checkpoint of 99"]);

    for (text, what) in [
        ("", "no line `quorum NAME`"),
        ("quorum none", "does not list this record as a log"),
        (&policy(&keys[..1], &[], "quorum nobody"), "no witness or group `nobody`"),
        (&policy(&stranger, &[], "quorum none"), "does not list this record"),
        (&policy(&keys, &[("near", &keys[0], "")], "quorum near"), "the key is a log's, not a witness's"),
    ] {
        desk.write("bad", text.as_bytes());
        desk.run(&["record", "policy", "bad"]).fails_with(&[what]);
    }
    desk.run(&["record", "policy", "policy", "--within", "0"]).fails_with(&["0 hours"]);
    desk.run(&["witness", "trust", "witness", "a+b+c"]).fails_with(&["not base64"]);
    desk.run(&["witness", "init", "witness", "--name", "other", "--no-passphrase"]).fails_with(&["already holds a witness"]);
    desk.run(&["witness", "init", "two", "--name", "a b", "--no-passphrase"]).fails_with(&["without spaces"]);
    desk.run(&["witness", "show", "nowhere"]).fails_with(&["holds no witness"]);
}

#[test]
fn the_witnesss_server_speaks_the_protocol() {
    let (desk, keys) = agency();
    witness(&desk, "near.example/w", &keys[..1]);
    let server = Served::start(&desk, "witness");
    desk.run(&["record", "checkpoint", "--request", "ask"]).ok();
    let ask = desk.read("ask");
    let origin = keys[0].split('+').next().unwrap();
    let hash = holm_record::commitment::hex(&holm_record::commitment::sha256(origin.as_bytes()));
    let get = |path: &str| server.send(&format!("GET {path} HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n"));
    assert!(get(&format!("/{hash}/checkpoint")).starts_with("HTTP/1.1 404"));
    let answer = server.post(&ask);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.matches("\u{2014} near.example/w ").count() == 2, "{answer}");
    assert!(get(&format!("/{hash}/checkpoint")).contains(origin));
    let answer = server.post(&ask);
    assert!(answer.starts_with("HTTP/1.1 409") && answer.contains("content-type: text/x.tlog.size"), "{answer}");
    let size: u64 = answer.rsplit("\r\n").next().unwrap().trim().parse().unwrap();
    desk.run(&["channel", "add", "radio", "--sort", "radio-net"]).ok();
    desk.run(&["record", "checkpoint", "--request", "ask", "--old", &size.to_string()]).ok();
    let next = desk.read("ask");
    let second = next.lines().nth(1).unwrap();
    for (body, status) in [
        ("nonsense".to_owned(), 400),
        (next.replacen(origin, "holm.invalid/other", 1), 404),
        (next.replacen("\nholm.invalid", "\n\nholm.invalid", 1), 400),
        (next.replacen(second, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 1), 422),
        ("x".repeat(300_000), 413),
    ] {
        let answer = server.post(&body);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{body:.60}: {answer:.200}");
    }
    assert!(server.post(&next).starts_with("HTTP/1.1 200"));
    assert!(get("/").contains("near.example/w+"));
}

#[test]
fn the_log_is_exported_as_tiles() {
    let (desk, _) = agency();
    desk.run(&["record", "export", "public"]).ok();
    let checkpoint = desk.read("public/checkpoint");
    let size: usize = checkpoint.lines().nth(1).unwrap().parse().unwrap();
    assert_eq!(fs::read(desk.path(&format!("public/tile/0/000.p/{size}"))).unwrap().len(), 32 * size);
    let leaves = desk.read(&format!("public/tile/entries/000.p/{size}"));
    assert_eq!(leaves.matches("holm-leaf/v1\n").count(), size);
    // Ids may stand in a commitment's base64 by chance; names with spaces and braces may not.
    assert!(!leaves.contains("Person 1") && !leaves.contains('{') && desk.read("public/policy").ends_with("quorum none\n"));
    assert!(desk.run(&["record", "export", "public"]).ok().out.contains("0 files new or changed"));

    // Anybody checks it with the policy alone.
    let logs = desk.read("public/policy");
    desk.write("trusted", logs.as_bytes());
    let check = |policy: &str| desk.run(&["record", "check", "public", "--policy", policy]);
    assert!(check("trusted").ok().out.contains("everything holds"));
    let stranger = agency().1;
    desk.write("other", policy(&stranger, &[], "quorum none").as_bytes());
    check("other").fails_with(&["the policy has no Ed25519 key of"]);
    let tile = format!("public/tile/0/000.p/{size}");
    let mut bytes = fs::read(desk.path(&tile)).unwrap();
    bytes[5] ^= 1;
    desk.write(&tile, &bytes);
    assert!(check("trusted").says_no().contains("does not hold the hashes of its leaves"));
    let near = witness(
        &desk,
        "near.example/w",
        &logs.lines().filter_map(|l| l.strip_prefix("log ")).map(str::to_owned).collect::<Vec<_>>(),
    );
    desk.write("strict", logs.replace("quorum none", &format!("witness near {}\nquorum near", near[0])).as_bytes());
    desk.run(&["record", "export", "public"]).ok();
    assert!(check("strict").says_no().contains("not enough witnesses"));
}

/// xorshift64 (Marsaglia 2003).
struct Moments(u64);

impl Moments {
    /// Runs a command and kills it at a random moment up to a third longer than `whole`; whether it ended by itself.
    fn kill(&mut self, desk: &Desk, args: &[&str], whole: Duration) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let wait = Duration::from_micros(self.0 % (whole.as_micros() as u64 * 13 / 10));
        let mut child = desk.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(wait);
        child.kill().unwrap();
        child.wait().unwrap().success()
    }
}

/// Of a witness that is killed at any moment, what it answered is on its disk; of a desk that is killed while it takes the answer, the
/// record holds.
#[test]
fn kills_of_a_witness_and_of_who_asks_it_lose_nothing() {
    let worlds = crate::interrupted::soak().map_or(1, |kills| kills.div_ceil(200));
    (0..worlds).for_each(kills_of_a_witness);
}

fn kills_of_a_witness(world: u64) {
    let rounds = 100;
    let (desk, keys) = agency();
    let near = witness(&desk, "near.example/w", &keys);
    desk.write("policy", policy(&keys, &[("near", &near[0], "")], "quorum near").as_bytes());
    desk.run(&["record", "policy", "policy"]).ok();
    let newest = || -> u64 {
        let shown = desk.run(&["witness", "show", "witness", "--json"]).ok().json();
        shown["logs"][0]["newest"].as_str().map_or(0, |note| note.lines().nth(1).unwrap().parse().unwrap())
    };
    let request = || {
        desk.run(&["record", "checkpoint", "--request", "ask", "--old", &newest().to_string()]).ok();
        desk.read("ask").lines().skip_while(|l| !l.starts_with("holm.invalid")).nth(1).unwrap().parse::<u64>().unwrap()
    };
    let timed = |args: &[&str]| {
        let start = Instant::now();
        desk.run(args).ok();
        start.elapsed()
    };
    request();
    let mut cosigning = timed(&["witness", "cosign", "witness", "ask", "--out", "answer"]);
    let taking = timed(&["record", "checkpoint", "--take", "answer"]);
    let mut moments = Moments(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * world + 1));
    let (mut answered, mut silent, mut taken) = (0, 0, 0);
    for round in 0..rounds {
        let size = request();
        fs::remove_file(desk.path("answer")).ok();
        moments.kill(&desk, &["witness", "cosign", "witness", "ask", "--out", "answer"], cosigning);
        // The moments follow what the command takes: on a machine that is busy later, all of them would come too early.
        cosigning = cosigning.mul_f64(if desk.path("answer").exists() { 0.95 } else { 1.05 });
        if desk.path("answer").exists() {
            answered += 1;
            assert_eq!(newest(), size, "round {round}: what was answered is on the disk");
            assert_eq!(desk.read("answer").lines().count(), 2, "round {round}: an answer is whole");
        } else {
            silent += 1;
            desk.run(&["record", "checkpoint", "--request", "ask", "--old", &newest().to_string()]).ok();
            desk.run(&["witness", "cosign", "witness", "ask", "--out", "answer"]).ok();
        }
        taken += usize::from(moments.kill(&desk, &["record", "checkpoint", "--take", "answer"], taking));
        assert!(desk.run(&["record", "verify"]).ok().out.contains("everything holds"), "round {round}");
        let again = desk.run(&["record", "checkpoint", "--take", "answer"]);
        assert!(again.code == 0 || again.err.contains("nothing of this is signed"), "round {round}: {}", again.err);
        if round % 3 == 0 {
            desk.run(&["channel", "add", &format!("c{round}"), "--sort", "phone"]).ok();
        }
    }
    assert!(answered > rounds / 10 && silent > rounds / 10, "{answered} answered, {silent} killed before, {taken} taken");
    assert!(desk.run(&["witness", "show", "witness"]).ok().out.contains("cosigned"));
}

//! Whom somebody trusts for a log: C2SP tlog-policy, a text file that names logs, witnesses and which of them suffice together.

use std::collections::{BTreeMap, BTreeSet};

use crate::cosignature::{Kind, VerifierKey};
use crate::note::{Checkpoint, NoteError, split};

/// The specification asks for 32 of each; nobody needs a policy longer than this.
const MOST_LINES: usize = 1024;

/// A policy that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line} of the policy: {what}")]
pub struct PolicyError {
    /// Counted from 1; the last line and one more where something is missing.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// A witness of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it takes checkpoints.
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Quorum {
    None,
    Witness(usize),
    Group { least: usize, members: Vec<Quorum> },
}

/// A policy.
#[derive(Clone, Debug, PartialEq)]
pub struct TrustPolicy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<Witness>,
    quorum: Quorum,
}

/// What of a policy a checkpoint satisfies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Names of the witnesses that cosigned, with the seconds since 1970 that they state.
    pub witnesses: Vec<(String, u64)>,
    /// Whether they suffice.
    pub quorum: bool,
}

impl Standing {
    /// When the last of the witnesses signed, in seconds since 1970.
    #[must_use]
    pub fn newest(&self) -> Option<u64> {
        self.witnesses.iter().map(|(_, time)| *time).max()
    }
}

impl TrustPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`PolicyError`] says what is wrong in which line.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let mut reader = Reader::default();
        let mut number = 0;
        for line in text.split('\n') {
            number += 1;
            let error = |what: String| PolicyError { line: number, what };
            if number > MOST_LINES {
                return Err(error(format!("it has more than {MOST_LINES} lines")));
            }
            if line.chars().any(|c| c != '\t' && c.is_ascii_control()) {
                return Err(error("it has a control character; end lines with a newline alone".to_owned()));
            }
            let words: Vec<&str> = line.split([' ', '\t']).filter(|w| !w.is_empty()).collect();
            reader.read(&words).map_err(error)?;
        }
        let quorum = reader.quorum.ok_or(PolicyError { line: number, what: "no line `quorum NAME`".to_owned() })?;
        Ok(Self { logs: reader.logs, witnesses: reader.witnesses, quorum })
    }

    /// Logs whose checkpoints are accepted.
    #[must_use]
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// Witnesses.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether witnesses are needed at all.
    #[must_use]
    pub fn needs_witnesses(&self) -> bool {
        self.quorum != Quorum::None
    }

    /// Checks a checkpoint: signed by a log of the policy under its own origin, and cosigned by whom.
    ///
    /// # Errors
    /// [`NoteError`] if no log of the policy signed it, or a signature by a key of the policy does not hold.
    pub fn standing(&self, note: &str) -> Result<Standing, NoteError> {
        let (text, _) = split(note)?;
        let origin = Checkpoint::from_text(text)?.origin;
        let mut by_log = false;
        for log in self.logs.iter().filter(|l| l.name() == origin) {
            by_log |= log.signed(note)?.is_some();
        }
        if !by_log {
            return Err(NoteError::Unsigned(format!("a log of the policy (the checkpoint is of `{origin}`)")));
        }
        let mut signed = vec![None; self.witnesses.len()];
        for (time, witness) in signed.iter_mut().zip(&self.witnesses) {
            *time = witness.key.signed(note)?;
        }
        let quorum = self.quorum.is_met(&signed);
        let named = signed.iter().zip(&self.witnesses).filter_map(|(time, w)| Some((w.name.clone(), (*time)?)));
        Ok(Standing { witnesses: named.collect(), quorum })
    }
}

impl Quorum {
    fn is_met(&self, signed: &[Option<u64>]) -> bool {
        match self {
            Self::None => true,
            Self::Witness(at) => signed.get(*at).is_some_and(Option::is_some),
            Self::Group { least, members } => members.iter().filter(|m| m.is_met(signed)).count() >= *least,
        }
    }
}

#[derive(Default)]
struct Reader {
    logs: Vec<VerifierKey>,
    witnesses: Vec<Witness>,
    named: BTreeMap<String, Quorum>,
    members: BTreeSet<String>,
    quorum: Option<Quorum>,
}

impl Reader {
    fn read(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", vkey] | ["log", vkey, _] => self.log(vkey),
            ["witness", name, vkey] => self.witness(name, vkey, None),
            ["witness", name, vkey, url] => self.witness(name, vkey, Some((*url).to_owned())),
            ["group", name, least, members @ ..] => self.group(name, least, members),
            ["quorum", name] => {
                let quorum = self.find(name)?;
                match self.quorum.replace(quorum) {
                    None => Ok(()),
                    Some(_) => Err("a second `quorum`".to_owned()),
                }
            }
            [first, ..] => Err(format!("`{first}` with {} words is no line of a policy", words.len() - 1)),
        }
    }

    fn log(&mut self, vkey: &str) -> Result<(), String> {
        let key = VerifierKey::from_vkey(vkey).map_err(|e| e.to_string())?;
        if key.kind() == Kind::TimedEd25519 {
            return Err("the key is a witness's, not a log's".to_owned());
        }
        if self.logs.iter().any(|l| l.is_same_key(&key)) {
            return Err("this log's key stands above already".to_owned());
        }
        self.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, name: &str, vkey: &str, url: Option<String>) -> Result<(), String> {
        let key = VerifierKey::from_vkey(vkey).map_err(|e| e.to_string())?;
        if key.kind() == Kind::Ed25519 {
            return Err("the key is a log's, not a witness's".to_owned());
        }
        if self.witnesses.iter().any(|w| w.key.is_same_key(&key)) {
            return Err("this witness's key stands above already".to_owned());
        }
        self.name(name, Quorum::Witness(self.witnesses.len()))?;
        self.witnesses.push(Witness { name: name.to_owned(), key, url });
        Ok(())
    }

    fn group(&mut self, name: &str, least: &str, members: &[&str]) -> Result<(), String> {
        let least = match least {
            "all" => members.len(),
            "any" => 1,
            number => number.parse().map_err(|_| format!("`{number}` is neither `all`, `any` nor a number"))?,
        };
        if least == 0 || least > members.len() {
            return Err(format!("{least} of {} members cannot be asked for", members.len()));
        }
        let mut found = Vec::new();
        for member in members {
            if *member == "none" {
                return Err("`none` cannot be a member".to_owned());
            }
            let quorum = self.find(member)?;
            if !self.members.insert((*member).to_owned()) {
                return Err(format!("`{member}` is a member of a group already"));
            }
            found.push(quorum);
        }
        self.name(name, Quorum::Group { least, members: found })
    }

    fn name(&mut self, name: &str, quorum: Quorum) -> Result<(), String> {
        if name == "none" {
            return Err("`none` cannot be a name".to_owned());
        }
        match self.named.insert(name.to_owned(), quorum) {
            None => Ok(()),
            Some(_) => Err(format!("a second `{name}`")),
        }
    }

    fn find(&self, name: &str) -> Result<Quorum, String> {
        if name == "none" {
            return Ok(Quorum::None);
        }
        self.named.get(name).cloned().ok_or_else(|| format!("no witness or group `{name}` stands above"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosignature::CosignerKey;
    use crate::note::{NoteKey, sign};
    use ed25519_dalek::SigningKey;

    const ORIGIN: &str = "holm.example/log";

    fn witness(n: u8) -> CosignerKey {
        let name = format!("witness.example/w{n}");
        if n.is_multiple_of(2) {
            CosignerKey::timed_ed25519(&name, &[n; 32]).unwrap()
        } else {
            CosignerKey::ml_dsa_44(&name, &[n; 32]).unwrap()
        }
    }

    fn log() -> SigningKey {
        SigningKey::from_bytes(&[1; 32])
    }

    fn head() -> String {
        let mut text =
            format!("# two agencies\n\nlog {} https://log.example\n", NoteKey::new(ORIGIN, log().verifying_key()).to_vkey());
        for n in 2..=6 {
            text += &format!("  witness W{n}\t{} https://w{n}.example\n", witness(n).verifier().to_vkey());
        }
        text + "group X 2 W2 W3 W4\ngroup Y any W5 W6\ngroup XY all X Y\n"
    }

    fn note(signers: &[u8]) -> String {
        let text = Checkpoint { origin: ORIGIN.to_owned(), size: 5, root: [3; 32] }.to_text();
        let lines: String = signers.iter().map(|n| witness(*n).line(&text, 100 + u64::from(*n)).unwrap()).collect();
        sign(&text, ORIGIN, &log()) + &lines
    }

    #[test]
    fn a_quorum_of_groups_is_met_by_enough_of_each() {
        let policy = TrustPolicy::parse(&(head() + "quorum XY\n")).unwrap();
        for (signers, met) in
            [(&[][..], false), (&[2, 3], false), (&[2, 5], false), (&[2, 4, 6], true), (&[2, 3, 4, 5, 6], true), (&[5, 6], false)]
        {
            let standing = policy.standing(&note(signers)).unwrap();
            assert_eq!((standing.quorum, standing.witnesses.len()), (met, signers.len()), "{signers:?}");
        }
        assert_eq!(policy.standing(&note(&[2, 6])).unwrap().newest(), Some(106));
        let none = TrustPolicy::parse(&(head() + "quorum none")).unwrap();
        assert!(none.standing(&note(&[])).unwrap().quorum && !none.needs_witnesses());
    }

    #[test]
    fn another_logs_checkpoint_and_forged_cosignatures_are_refused() {
        let policy = TrustPolicy::parse(
            &(head() + "quorum any-of\n").replace("group Y any", "group any-of any").replace(" Y\n", " any-of\n"),
        )
        .unwrap();
        let text = Checkpoint { origin: "holm.example/other".to_owned(), size: 5, root: [3; 32] }.to_text();
        assert!(matches!(policy.standing(&sign(&text, ORIGIN, &log())), Err(NoteError::Unsigned(_))));
        let moved = note(&[5]).replacen("\n5\n", "\n6\n", 1);
        assert!(matches!(policy.standing(&moved), Err(NoteError::Forged(_))));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let twice = format!("witness again {}\n", witness(2).verifier().to_vkey());
        for (more, what) in [
            ("", "no line `quorum NAME`"),
            ("quorum nobody", "no witness or group `nobody`"),
            ("quorum XY\nquorum XY", "a second `quorum`"),
            ("group Z 3 W2 W3\nquorum Z", "3 of 2 members"),
            ("group Z any X\nquorum Z", "`X` is a member of a group already"),
            ("group Z any none\nquorum Z", "`none` cannot be a member"),
            ("group X any W2", "`W2` is a member of a group already"),
            ("log a+b+c", "not base64"),
            (twice.as_str(), "stands above already"),
            ("quorum\u{b}XY", "control character"),
            ("trust everybody", "no line of a policy"),
        ] {
            let error = TrustPolicy::parse(&(head() + more)).unwrap_err();
            assert!(error.what.contains(what) && error.line >= 12, "{more}: {error}");
        }
    }
}

//! Key pairs of one device: age X25519 to open what is sealed to it, Ed25519 to sign receipts.
//!
//! The secret file is an age identity file with one more comment line, so that the ordinary `age` command can use it; under
//! a passphrase it is that file encrypted by age. The public line is `age1… ed25519:BASE64`, where the base64 holds the
//! Ed25519 key and its signature over the age recipient: proof that whoever enrols the pair holds the signing key.

use std::io::{Read, Write};
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use holm_record::event::Device;
use zeroize::Zeroizing;

/// scrypt's work factor for passphrases: 2¹⁷ × 8 × 128 bytes, about 0.4 s.
const WORK_FACTOR: u8 = 17;
/// Files that ask for more work than this are refused rather than hanging the program.
const MOST_WORK: u8 = 22;
const SIGNER_COMMENT: &str = "# holm ed25519 secret: ";
const POSSESSION_DOMAIN: &str = "holm key possession v1\n";

/// A key file or key line cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The line is no recipient.
    #[error("`{0}` is not a recipient: expected `age1…`, or `age1… ed25519:…` as `holm keygen` prints it")]
    Recipient(String),
    /// A secret key where a public one belongs; it is not repeated.
    #[error("this is a secret key; give the file that ends in `.pub`, or the line that `holm keygen` printed")]
    Secret,
    /// The signing key does not vouch for the age key.
    #[error("the two keys of `{0}` do not belong together: ask its owner for the line that `holm keygen` printed")]
    Possession(String),
    /// The file is under a passphrase and none was given.
    #[error("the key file is protected by a passphrase")]
    PassphraseNeeded,
    /// The passphrase is wrong, or the file is damaged.
    #[error("the passphrase does not open the key file")]
    WrongPassphrase,
    /// Not a key file.
    #[error("this is not a key file that holm or age wrote: {0}")]
    Malformed(String),
    /// No randomness.
    #[error("the system has no randomness to make a key from")]
    Randomness,
}

/// The secret keys of one device.
pub struct DeviceKeys {
    age: age::x25519::Identity,
    /// Others that open what is sealed to whoever holds these.
    more: Vec<age::x25519::Identity>,
    signer: Option<SigningKey>,
}

impl std::fmt::Debug for DeviceKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceKeys([redacted])")
    }
}

impl DeviceKeys {
    /// Makes a new pair.
    ///
    /// # Errors
    /// [`IdentityError::Randomness`].
    pub fn generate() -> Result<Self, IdentityError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(|_| IdentityError::Randomness)?;
        Ok(Self { age: age::x25519::Identity::generate(), more: Vec::new(), signer: Some(SigningKey::from_bytes(&seed)) })
    }

    /// The same signer with a vault's identities, of which the one of this recipient is the one that is sealed to; `None` if it is not there.
    pub(crate) fn with_identities(&self, mut identities: Vec<age::x25519::Identity>, recipient: &str) -> Option<Self> {
        let current = identities.iter().position(|i| i.to_public().to_string() == recipient)?;
        let age = identities.remove(current);
        let known =
            |of: &age::x25519::Identity, all: &[age::x25519::Identity]| all.iter().any(|i| i.to_public() == of.to_public());
        for own in std::iter::once(&self.age).chain(&self.more) {
            if own.to_public() != age.to_public() && !known(own, &identities) {
                identities.push(own.clone());
            }
        }
        Some(Self { age, more: identities, signer: self.signer.clone() })
    }

    /// All identities, that of [`Self::recipient`] first.
    pub(crate) fn identities(&self) -> Vec<&dyn age::Identity> {
        std::iter::once(&self.age).chain(&self.more).map(|i| i as &dyn age::Identity).collect()
    }

    /// All recipients whose secret is here.
    pub(crate) fn recipients(&self) -> Vec<String> {
        std::iter::once(&self.age).chain(&self.more).map(|i| i.to_public().to_string()).collect()
    }

    /// The age identity.
    #[must_use]
    pub fn age(&self) -> &age::x25519::Identity {
        &self.age
    }

    /// The key that signs receipts; absent in a bare age identity.
    #[must_use]
    pub fn signer(&self) -> Option<&SigningKey> {
        self.signer.as_ref()
    }

    /// The age recipient, `age1…`.
    #[must_use]
    pub fn recipient(&self) -> String {
        self.age.to_public().to_string()
    }

    /// The verifying key as the record has it, if there is one.
    #[must_use]
    pub fn signer_line(&self) -> Option<String> {
        self.signer.as_ref().map(|signer| BASE64.encode(signer.verifying_key().to_bytes()))
    }

    /// The public line.
    #[must_use]
    pub fn public_line(&self) -> String {
        let recipient = self.recipient();
        match &self.signer {
            None => recipient,
            Some(signer) => {
                let proof = signer.sign(format!("{POSSESSION_DOMAIN}{recipient}").as_bytes());
                let blob = [&signer.verifying_key().to_bytes()[..], &proof.to_bytes()].concat();
                format!("{recipient} ed25519:{}", BASE64.encode(blob))
            }
        }
    }

    /// The secret file, under `passphrase` if there is one.
    ///
    /// # Errors
    /// [`IdentityError::Malformed`] if encryption fails.
    pub fn to_file(&self, passphrase: Option<&SecretString>) -> Result<Vec<u8>, IdentityError> {
        let signer =
            self.signer.as_ref().map(|s| format!("{SIGNER_COMMENT}{}\n", BASE64.encode(s.to_bytes()))).unwrap_or_default();
        let text =
            Zeroizing::new(format!("# public key: {}\n{signer}{}\n", self.recipient(), self.age.to_string().expose_secret()));
        let Some(passphrase) = passphrase else { return Ok(text.as_bytes().to_vec()) };
        let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
        recipient.set_work_factor(WORK_FACTOR);
        encrypt_to(&[&recipient], text.as_bytes()).map_err(IdentityError::Malformed)
    }

    /// Reads a secret file; asks for the passphrase only if the file needs one.
    ///
    /// # Errors
    /// [`IdentityError`] says whether the passphrase is missing or wrong, or the file no key file.
    pub fn from_file(bytes: &[u8], passphrase: Option<&SecretString>) -> Result<Self, IdentityError> {
        let text = if bytes.starts_with(b"age-encryption.org/v1") {
            let passphrase = passphrase.ok_or(IdentityError::PassphraseNeeded)?;
            decrypt_with(&[&by_passphrase(passphrase.clone())], bytes).map_err(|_| IdentityError::WrongPassphrase)?
        } else {
            bytes.to_vec()
        };
        let text = Zeroizing::new(text);
        let text = std::str::from_utf8(&text).map_err(|_| IdentityError::Malformed("it is not text".to_owned()))?;
        let key = text
            .lines()
            .find(|l| l.starts_with("AGE-SECRET-KEY-1"))
            .ok_or_else(|| IdentityError::Malformed("it holds no age secret key".to_owned()))?;
        let age = age::x25519::Identity::from_str(key.trim()).map_err(|e| IdentityError::Malformed(e.to_owned()))?;
        let signer = text.lines().find_map(|l| l.strip_prefix(SIGNER_COMMENT)).map(|encoded| {
            let seed = BASE64.decode(encoded.trim()).ok().and_then(|s| <[u8; 32]>::try_from(s).ok());
            seed.map(|s| SigningKey::from_bytes(&s))
                .ok_or_else(|| IdentityError::Malformed("its signing key is damaged".to_owned()))
        });
        Ok(Self { age, more: Vec::new(), signer: signer.transpose()? })
    }
}

/// Whoever has a passphrase; a file that would have scrypt work for long is refused.
fn by_passphrase(passphrase: SecretString) -> age::scrypt::Identity {
    let mut identity = age::scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(MOST_WORK);
    identity
}

/// Reads a recipient as a roster gives it: a public line or a bare age recipient.
///
/// # Errors
/// [`IdentityError`] quotes what is no recipient or lacks proof of possession.
pub fn parse_device(line: &str) -> Result<Device, IdentityError> {
    let mut words = line.split_whitespace();
    let recipient = words.next().unwrap_or_default();
    // A whole file given by mistake shall not fill the screen.
    if line.to_ascii_uppercase().contains("AGE-SECRET-KEY") {
        return Err(IdentityError::Secret);
    }
    let bad = || IdentityError::Recipient(line.trim().lines().next().unwrap_or_default().chars().take(80).collect());
    age::x25519::Recipient::from_str(recipient).map_err(|_| bad())?;
    let signer = match words.next() {
        None => None,
        Some(word) => {
            let encoded = word.strip_prefix("ed25519:").ok_or_else(bad)?;
            let blob = BASE64.decode(encoded).map_err(|_| bad())?;
            let (key, proof) = blob.split_at_checked(32).ok_or_else(bad)?;
            let unproved = || IdentityError::Possession(recipient.to_owned());
            let key: [u8; 32] = key.try_into().map_err(|_| bad())?;
            let verifier = VerifyingKey::from_bytes(&key).map_err(|_| bad())?;
            let proof = Signature::from_slice(proof).map_err(|_| unproved())?;
            verifier.verify_strict(format!("{POSSESSION_DOMAIN}{recipient}").as_bytes(), &proof).map_err(|_| unproved())?;
            Some(BASE64.encode(key))
        }
    };
    if words.next().is_some() {
        return Err(bad());
    }
    Ok(Device { recipient: recipient.to_owned(), signer })
}

/// The verifying key of an enrolled device.
#[must_use]
pub fn verifier(device: &Device) -> Option<VerifyingKey> {
    verifier_of(device.signer.as_deref()?)
}

/// A verifying key as the record has it: Ed25519, in base64.
pub(crate) fn verifier_of(signer: &str) -> Option<VerifyingKey> {
    let bytes = BASE64.decode(signer).ok()?;
    VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()
}

/// Encrypts to age recipients.
pub(crate) fn encrypt_to(recipients: &[&dyn age::Recipient], plain: &[u8]) -> Result<Vec<u8>, String> {
    let encryptor = age::Encryptor::with_recipients(recipients.iter().copied()).map_err(|e| e.to_string())?;
    let mut sealed = Vec::with_capacity(plain.len() + 512);
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|e| e.to_string())?;
    writer.write_all(plain).map_err(|e| e.to_string())?;
    writer.finish().map_err(|e| e.to_string())?;
    Ok(sealed)
}

/// Encrypts to age recipients given as text.
pub(crate) fn encrypt_to_lines<'l>(lines: impl IntoIterator<Item = &'l str>, plain: &[u8]) -> Result<Vec<u8>, String> {
    let recipients: Vec<age::x25519::Recipient> =
        lines.into_iter().map(age::x25519::Recipient::from_str).collect::<Result<_, _>>().map_err(str::to_owned)?;
    let borrowed: Vec<&dyn age::Recipient> = recipients.iter().map(|r| r as &dyn age::Recipient).collect();
    encrypt_to(&borrowed, plain)
}

/// Decrypts with any of the identities.
pub(crate) fn decrypt_with(identities: &[&dyn age::Identity], sealed: &[u8]) -> Result<Vec<u8>, String> {
    let decryptor = age::Decryptor::new_buffered(sealed).map_err(|e| e.to_string())?;
    let mut reader = decryptor.decrypt(identities.iter().copied()).map_err(|e| e.to_string())?;
    let mut plain = Vec::new();
    reader.read_to_end(&mut plain).map_err(|e| e.to_string())?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    /// Where the published `age` crate, of the version that is built here, keeps the vectors of C2SP/CCTV.
    fn vectors() -> PathBuf {
        let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
        let version = lock.split("name = \"age\"\nversion = \"").nth(1).unwrap().split('"').next().unwrap();
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo"))).unwrap();
        let registries = fs::read_dir(home.join("registry/src")).unwrap().map(|entry| entry.unwrap().path());
        let mut kept = registries.map(|r| r.join(format!("age-{version}/tests/testdata/testkit"))).filter(|path| path.exists());
        kept.next().expect("Cargo keeps the sources of what it builds")
    }

    /// What a vector's header says, and its file.
    fn vector(bytes: &[u8]) -> (Vec<(String, String)>, Vec<u8>) {
        let end = bytes.windows(2).position(|w| w == b"\n\n").unwrap();
        let header = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let fields = header.lines().filter_map(|l| l.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
        let fields: Vec<(String, String)> = fields.collect();
        let file = bytes[end + 2..].to_vec();
        let file = match fields.iter().find(|(name, _)| name == "compressed") {
            Some(_) => miniz_oxide::inflate::decompress_to_vec_zlib(&file).unwrap(),
            None => file,
        };
        (fields, file)
    }

    /// All vectors of C2SP/CCTV for age: what is to open opens to what it says, everything else is refused. Armoured files, which Holm neither
    /// writes nor reads, are refused too.
    #[test]
    fn the_vectors_for_age_open_or_are_refused_as_they_say() {
        let (mut opened, mut refused, mut armoured) = (0, 0, 0);
        for entry in fs::read_dir(vectors()).unwrap() {
            let path = entry.unwrap().path();
            let (fields, file) = vector(&fs::read(&path).unwrap());
            let all = |name: &str| fields.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>();
            let mut identities: Vec<Box<dyn age::Identity>> = Vec::new();
            identities.extend(
                all("identity")
                    .into_iter()
                    .map(|line| -> Box<dyn age::Identity> { Box::new(age::x25519::Identity::from_str(line).unwrap()) }),
            );
            identities.extend(
                all("passphrase")
                    .into_iter()
                    .map(|phrase| -> Box<dyn age::Identity> { Box::new(by_passphrase(SecretString::from(phrase.to_owned()))) }),
            );
            let identities: Vec<&dyn age::Identity> = identities.iter().map(|i| &**i).collect();
            let plain = decrypt_with(&identities, &file);
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            match all("expect")[0] {
                _ if all("armored") == ["yes"] => {
                    assert!(plain.is_err(), "{name}");
                    armoured += 1;
                }
                "success" => {
                    let hash = holm_record::commitment::hex(&holm_record::commitment::sha256(&plain.unwrap()));
                    assert_eq!(all("payload"), [hash], "{name}");
                    opened += 1;
                }
                // The `age` crate still reads stanzas as they were written before the specification, and says so; their HMAC holds.
                _ if ["stanza_missing_body", "stanza_missing_final_line"].contains(&name.as_str()) => {}
                _ => {
                    assert!(plain.is_err(), "{name}");
                    refused += 1;
                }
            }
        }
        assert!(opened >= 15 && refused >= 75 && armoured >= 31, "{opened} {refused} {armoured}");
    }

    #[test]
    fn a_pair_survives_its_file_with_and_without_passphrase() {
        let keys = DeviceKeys::generate().unwrap();
        let phrase = SecretString::from("correct horse".to_owned());
        let plain = keys.to_file(None).unwrap();
        let locked = keys.to_file(Some(&phrase)).unwrap();
        assert_eq!(DeviceKeys::from_file(&plain, None).unwrap().public_line(), keys.public_line());
        assert_eq!(DeviceKeys::from_file(&locked, Some(&phrase)).unwrap().public_line(), keys.public_line());
        assert!(matches!(DeviceKeys::from_file(&locked, None), Err(IdentityError::PassphraseNeeded)));
        let wrong = SecretString::from("wrong".to_owned());
        assert!(matches!(DeviceKeys::from_file(&locked, Some(&wrong)), Err(IdentityError::WrongPassphrase)));
    }

    #[test]
    fn a_public_line_proves_that_its_keys_belong_together() {
        let (a, b) = (DeviceKeys::generate().unwrap(), DeviceKeys::generate().unwrap());
        assert!(parse_device(&a.public_line()).unwrap().signer.is_some());
        assert!(parse_device(&a.recipient()).unwrap().signer.is_none());
        let crossed = a.public_line().replace(&a.recipient(), &b.recipient());
        assert!(matches!(parse_device(&crossed), Err(IdentityError::Possession(_))));
        assert!(matches!(parse_device("age1nonsense"), Err(IdentityError::Recipient(_))));
        assert!(matches!(parse_device(""), Err(IdentityError::Recipient(_))));
    }

    #[test]
    fn keys_do_not_print_themselves() {
        assert_eq!(format!("{:?}", DeviceKeys::generate().unwrap()), "DeviceKeys([redacted])");
    }
}

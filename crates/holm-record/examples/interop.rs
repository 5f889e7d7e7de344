//! Records of several sizes as files, for other people's programs to check: `cargo run -p holm-record --example interop -- FOLDER`.
//!
//! Each size has a folder: `policy`, `checkpoint` and tiles as published, `proofs/N.tlog-proof`, and `requests/OLD`, what a witness is
//! asked that cosigned OLD entries last.

use std::error::Error;
use std::fs;
use std::path::Path;

use ed25519_dalek::SigningKey;
use holm_record::cosignature::CosignerKey;
use holm_record::entry::BodyKey;
use holm_record::event::Event;
use holm_record::record::{Record, RecordKeys};
use holm_record::store::memory::MemoryStore;
use holm_record::tiles::Resource;
use holm_record::witness::Witness;
use holm_record::witness::memory::Forgetful;

/// Around the widths of tiles, and the size that the specification of tiles takes as its example.
const SIZES: [u64; 6] = [1, 2, 255, 256, 257, 70_000];
const ORIGIN: &str = "interop.holm.example/log";
const BEGIN: i64 = 1_790_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("say the folder to write to")?;
    for size in SIZES {
        write(&Path::new(&folder).join(size.to_string()), size)?;
    }
    Ok(())
}

fn write(folder: &Path, size: u64) -> Result<(), Box<dyn Error>> {
    let keys = RecordKeys {
        origin: ORIGIN.to_owned(),
        signing: SigningKey::from_bytes(&[1; 32]),
        ml_dsa: Some(CosignerKey::ml_dsa_44(ORIGIN, &[1; 32])?),
        body: BodyKey::new([2; 32]),
    };
    let mut record = Record::open(MemoryStore::default(), keys)?;
    let events = (0..size)
        .map(|n| Ok(Event::PersonLeft { person: format!("p{n}").parse()?, reason: String::new() }))
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    record.append("officer", jiff::Timestamp::from_second(BEGIN)?, events)?;

    let name = "witness.holm.example/w1";
    let cosigners =
        || Ok::<_, Box<dyn Error>>(vec![CosignerKey::timed_ed25519(name, &[3; 32])?, CosignerKey::ml_dsa_44(name, &[3; 32])?]);
    let mut witness = Witness::new(cosigners()?, record.verifiers(), Forgetful::default());
    let request = record.request(0).ok_or("no request")?;
    record.cosign(size, &witness.add_checkpoint(&request.to_text(), u64::try_from(BEGIN)? + 60)?)?;

    let logs: String = record.verifiers().iter().map(|k| format!("log {}\n", k.to_vkey())).collect();
    let witnesses: String = (1..).zip(cosigners()?).map(|(n, k)| format!("witness W{n} {}\n", k.verifier().to_vkey())).collect();
    put(&folder.join("policy"), (logs + &witnesses + "group W all W1 W2\nquorum W\n").as_bytes())?;
    for resource in Resource::all(size) {
        put(&folder.join(resource.path()), &record.resource(&resource)?.ok_or("a resource is missing")?)?;
    }
    let cosigned = record.cosigned()?.pop().ok_or("nothing is cosigned")?;
    // The first and the last, those around the middle, and about a hundred between.
    for index in (0..size).step_by(usize::try_from(size / 100 + 1)?).chain([size / 2, size - 1]) {
        let proof = record.prove_at(index, &cosigned).ok_or("a proof is missing")?;
        put(&folder.join(format!("proofs/{index}.tlog-proof")), proof.to_text().as_bytes())?;
    }
    for old in [1, 2, 128, 255, 256, 257, size / 2, size - 1, size].into_iter().filter(|old| (1..=size).contains(old)) {
        put(&folder.join(format!("requests/{old}")), record.request(old).ok_or("no request")?.to_text().as_bytes())?;
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    Ok(fs::write(path, bytes)?)
}

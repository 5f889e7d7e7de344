//! Embeds the islands' bundle if it was built (`make web`); without it pages work and load no script.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new("../../web/dist");
    // The folder, since a file that is not there would make every build begin anew.
    println!("cargo:rerun-if-changed={}", folder.display());
    let bundle = match fs::read(folder.join("desk.js")) {
        Ok(bundle) => bundle,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("Cargo says no OUT_DIR"))?;
    fs::write(Path::new(&out).join("desk.js"), bundle)
}

//! Damages one page image: `damage_page PAGE.png DPI CHANNEL SEED OUTPUT`, where the output's ending is added.

use std::error::Error;

use holm_simulate::chance::Chance;
use holm_simulate::raster::{RasterChannel, damage_page};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [page, dpi, channel, seed, output] = arguments.as_slice() else {
        return Err("usage: damage_page PAGE.png DPI CHANNEL SEED OUTPUT".into());
    };
    let page = image::open(page)?.to_luma8();
    let channel = RasterChannel::named(channel).ok_or_else(|| format!("`{channel}` is not a damage channel for pages"))?;
    let leak = damage_page(&page, dpi.parse()?, channel, &mut Chance::new(seed.parse()?));
    let (bytes, ending) = leak.to_file();
    std::fs::write(format!("{output}.{ending}"), bytes)?;
    Ok(())
}

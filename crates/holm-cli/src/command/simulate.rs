use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use holm::pages::Copies;
use holm::recognise::{picture, recognise};
use holm::render::rendering;
use holm::vault::write_durably;
use holm_marks::carrier::{Format, Master};
use holm_marks::leak::{LeakFormat, detect, read as read_leak};
use holm_marks::raster::Raster;
use holm_simulate::chance::Chance;
use holm_simulate::damage::{Channel, damage};
use holm_simulate::raster::{RasterChannel, damage_page, page_image};

use crate::app::{App, counted, file_name, read};
use crate::error::{CommandError, Outcome};

mod world;

pub(crate) use world::write_sheet;

/// Dots an inch at which pages are pictured before they are damaged.
pub(crate) const CLEAN_DPI: u32 = 300;
/// The channel that recognises the words of clean pages.
const OCR: &str = "ocr";

/// Simulate what happens to documents, and programmes to try yourself on
#[derive(Debug, Subcommand)]
pub(crate) enum SimulateCommand {
    Damage(Damage),
    World(world::SimulateWorld),
}

/// Damage a document as a channel would: its text is printed, its pages are written as pictures
#[derive(Debug, Args)]
pub(crate) struct Damage {
    /// The document; for channels of pages a PDF, DOCX or picture, or text, which is set as pages first.
    file: Option<PathBuf>,
    /// The channel; `list` prints all of them.
    #[arg(long)]
    channel: String,
    /// Seed of whatever is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the pages of a channel of pages are written.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl SimulateCommand {
    pub(crate) fn run(self, _app: &App) -> Result<Outcome, CommandError> {
        let args = match self {
            Self::Damage(args) => args,
            Self::World(args) => return args.run(),
        };
        if args.channel == "list" {
            list();
            return Ok(Outcome::Done);
        }
        let file = args.file.as_deref().ok_or_else(|| {
            CommandError::usage("no document was given")
                .hint("name the one to damage: `holm simulate damage FILE --channel scan`")
        })?;
        let bytes = read(file)?;
        match (Channel::named(&args.channel), RasterChannel::named(&args.channel)) {
            (Some(channel), _) => args.damage_text(file, &bytes, channel),
            (None, Some(channel)) => args.damage_pages(file, &bytes, channel),
            (None, None) if args.channel == OCR => recognised(file, &bytes),
            (None, None) => {
                Err(CommandError::usage(format!("`{}` is not a damage channel", args.channel))
                    .hint("`--channel list` prints them"))
            }
        }
    }
}

fn list() {
    say!("of text:");
    Channel::ALL.iter().for_each(|c| say!("  {:<24} {}", c.name(), c.about()));
    say!("of pages (`--out DIR`):");
    RasterChannel::ALL.iter().for_each(|c| say!("  {:<24} {}", c.name(), c.about()));
    say!("of pages, printed as text:");
    say!("  {OCR:<24} the words that tesseract recognises on clean pages");
}

impl Damage {
    fn damage_text(&self, file: &Path, bytes: &[u8], channel: Channel) -> Result<Outcome, CommandError> {
        let text = read_leak(bytes, &file_name(file)).map_err(|e| CommandError::new(format!("`{}`: {e}", file.display())))?;
        say!("{}", damage(&text, channel, &mut Chance::new(self.seed)));
        Ok(Outcome::Done)
    }

    fn damage_pages(&self, file: &Path, bytes: &[u8], channel: RasterChannel) -> Result<Outcome, CommandError> {
        let out = self.out.as_deref().ok_or_else(|| {
            CommandError::usage(format!("`{}` makes pictures of pages", channel.name())).hint("say where with `--out DIR`")
        })?;
        let mut chance = Chance::new(self.seed);
        let pages = pages(file, bytes)?;
        std::fs::create_dir_all(out).map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", out.display())))?;
        for (number, page) in pages.iter().enumerate() {
            let (bytes, ending) = damaged(page, channel, &mut chance)?;
            let path = out.join(format!("page-{}.{ending}", number + 1));
            write_durably(&path, &bytes)?;
        }
        say!("{} written to {}", counted(pages.len(), "page", "pages"), out.display());
        Ok(Outcome::Done)
    }
}

fn recognised(file: &Path, bytes: &[u8]) -> Result<Outcome, CommandError> {
    for page in recognise(pages(file, bytes)?)? {
        say!("{}", page.seen.text());
    }
    Ok(Outcome::Done)
}

/// A page as a channel leaves it, as the file that would leak.
pub(crate) fn damaged(
    page: &Raster,
    channel: RasterChannel,
    chance: &mut Chance,
) -> Result<(Vec<u8>, &'static str), CommandError> {
    let clean = page_image(page.width(), page.height(), page.pixels())
        .ok_or_else(|| CommandError::new("the page has more pixels than can be damaged"))?;
    Ok(damage_page(&clean, f64::from(CLEAN_DPI), channel, chance).to_file())
}

/// Clean pictures of a document's pages.
pub(crate) fn pages(file: &Path, bytes: &[u8]) -> Result<Vec<Raster>, CommandError> {
    let wrong = |e: String| CommandError::new(format!("`{}`: {e}", file.display()));
    if detect(bytes, &file_name(file)) == LeakFormat::Picture {
        return Raster::decode(bytes).map_err(|e| wrong(e.to_string()));
    }
    let master = Master::parse(bytes, &file_name(file)).map_err(|e| wrong(e.to_string()))?;
    let set = matches!(master.format(), Format::Text | Format::Markdown);
    let shown = rendering(&master, bytes, &[], &[], if set { Copies::Pages } else { Copies::AsMaster })?;
    (1..=shown.layout.pages.len()).map(|page| Ok(picture(&shown.pdf, page, CLEAN_DPI)?)).collect()
}

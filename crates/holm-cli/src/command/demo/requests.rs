//! Three requests of the example world to pass something on: one narrowed, one refused, one that waits.

use holm::onward::{Reply, Request, paragraphs};
use holm::policy::Action;
use holm::vault::write_durably;
use holm_record::id::{ItemName, PersonId};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::chapter;
use super::world::World;
use crate::error::CommandError;

/// Who asks about what, which paragraphs, for whom, and why.
struct Wish {
    person: &'static str,
    item: &'static str,
    paragraphs: &'static [u32],
    to: &'static str,
    purpose: &'static str,
}

const VEHICLES: Wish = Wish {
    person: "h02",
    item: "vehicles-cerro-tordillo",
    paragraphs: &[4, 5],
    to: "Inspector Ruth Ibarra, Highway Patrol",
    purpose: "To have two of the vehicles watched at the toll plaza.",
};
const ACCOUNTS: Wish = Wish {
    person: "s02",
    item: "financial-note-tile-accounts",
    paragraphs: &[4],
    to: "Lic. Andrés Corral, private auditor",
    purpose: "Opinión técnica sobre los movimientos.",
};
const NETWORK: Wish = Wish {
    person: "h08",
    item: "where-the-network-stands",
    paragraphs: &[5, 6],
    to: "Cmdr. Iván Sosa, Naval Station Altamira",
    purpose: "Patrols off the bar are planned on Thursday.",
};

/// Requests come in, and all but one are answered.
pub(super) fn pass_on(world: &mut World) -> Result<(), CommandError> {
    chapter("Recipients ask before they pass anything on");
    let narrowed =
        Reply::Narrow { paragraphs: vec![4], conditions: Some("By word of mouth, and without the source.".to_owned()) };
    let refused = Reply::Refuse { reason: "Nobody outside the prosecution reads the accounts.".to_owned() };
    for (wish, reply) in [(&VEHICLES, Some(narrowed)), (&ACCOUNTS, Some(refused)), (&NETWORK, None)] {
        let at = world.later(40);
        let number = ask(world, wish, at)?;
        if let Some(reply) = reply {
            let permit = world.workspace.permit(&Action::Administer, at)?;
            let sealed = world.workspace.answer_request(&permit, &number, &reply)?;
            let file = world.workspace.state().request(&number)?.answer_file();
            write_durably(&world.folder.join("sent").join(file), &sealed)?;
        }
    }
    say!("three requests are in the record; one of them waits for an answer (`holm onward list`)");
    Ok(())
}

fn ask(world: &mut World, wish: &Wish, at: Timestamp) -> Result<String, CommandError> {
    let (item, person) = (ItemName::new(wish.item)?, PersonId::new(wish.person)?);
    let (slip, copy) = world.open(&item, &person, at)?;
    let name = slip.sealed_file.strip_suffix(".age").unwrap_or(&slip.sealed_file);
    let chosen = paragraphs(&copy.bytes, name)?.into_iter().filter(|(number, _)| wish.paragraphs.contains(number)).collect();
    let by = TimeZone::UTC.to_datetime(at.checked_add(120.hours()).unwrap_or(at)).date();
    let request = Request::new(&slip, chosen, wish.to, wish.purpose, Some(by), at)?;
    let sealed = request.seal(&slip, world.keys_of(&person)?)?;
    let permit = world.workspace.permit(&Action::Administer, at)?;
    Ok(world.workspace.import_request(&permit, &sealed)?)
}

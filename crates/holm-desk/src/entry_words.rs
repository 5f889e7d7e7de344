//! Entries of the record as sentences.

use holm_record::event::{Decision, Event};

use crate::language::{Language, count};
use crate::words::fill;

/// What an entry says, in one sentence.
pub(crate) fn sentence(event: &Event, language: Language) -> String {
    match language {
        Language::English => english(event),
        Language::Spanish => spanish(event),
    }
}

fn english(event: &Event) -> String {
    let say = |sentence: &str, values: &[&dyn std::fmt::Display]| fill(sentence, values);
    match event {
        Event::WorkspaceCreated { origin, .. } => say("the record of {} began", &[origin]),
        Event::PersonAdded { person, facts } => say("{} ({}, {}) came on the roster", &[&facts.name, person, &facts.unit]),
        Event::PersonUpdated { person, .. } => say("what is known of {} changed", &[person]),
        Event::PersonLeft { person, reason } => say("{} left: {}", &[person, reason]),
        Event::DeviceLost { person, reason, .. } => say("a device of {} was lost: {}", &[person, reason]),
        Event::CustodianAdded { name, .. } => say("{} became a custodian of item keys", &[name]),
        Event::SchemeImported { scheme, .. } => say("the markings {} were brought in", &[scheme]),
        Event::ItemPrepared { item, .. } => say("the manifest of {} was frozen", &[item]),
        Event::KeyContributed { item, second, .. } => say("{} contributed to the key of {}", &[second, item]),
        Event::ItemReleased { item, .. } => say("{} was released", &[item]),
        Event::Disclosure { item, copy, person, .. } => say("{} was told {}: copy {}", &[person, item, copy]),
        Event::PlainWritten { item, copies, folder } => {
            say("{} unsealed copies of {} were written to {}", &[&count(copies.len()), item, folder])
        }
        Event::ReceiptImported { item, person, verified: true, .. } => say("{} signed for {}", &[person, item]),
        Event::ReceiptImported { item, person, .. } => {
            say("a receipt of {} for {} came in; its signature could not be checked", &[person, item])
        }
        Event::OnwardAsked { item, person, .. } => say("{} asked to pass {} on", &[person, item]),
        Event::OnwardAnswered { item, person, decision, .. } => {
            let decided = match decision {
                Decision::Granted => "granted",
                Decision::Narrowed => "narrowed",
                Decision::Refused => "refused",
            };
            say("the request of {} to pass {} on was {}", &[person, item, &decided])
        }
        Event::EvidenceSealed { incident, files, .. } => say("evidence for {} was sealed: {}", &[incident, &files.join(", ")]),
        Event::ExtractionRecorded { incident, item, look, .. } => {
            say("what the evidence for {} shows of {} was fixed (look {})", &[incident, item, look])
        }
        Event::VerdictRecorded { incident, item, verdict, named, .. } if named.is_empty() => {
            say("verdict on {} for {}: {}", &[item, incident, verdict])
        }
        Event::VerdictRecorded { incident, item, named, .. } => {
            let copies: Vec<String> = named.iter().map(ToString::to_string).collect();
            say("verdict on {} for {}: named {}", &[item, incident, &copies.join(", ")])
        }
        Event::ItemOpened { item, .. } => say("the key of {} was opened to a verifier", &[item]),
    }
}

fn spanish(event: &Event) -> String {
    let say = |sentence: &str, values: &[&dyn std::fmt::Display]| fill(sentence, values);
    match event {
        Event::WorkspaceCreated { origin, .. } => say("empezó el registro de {}", &[origin]),
        Event::PersonAdded { person, facts } => say("{} ({}, {}) entró a la nómina", &[&facts.name, person, &facts.unit]),
        Event::PersonUpdated { person, .. } => say("cambiaron los datos de {}", &[person]),
        Event::PersonLeft { person, reason } => say("{} causó baja: {}", &[person, reason]),
        Event::DeviceLost { person, reason, .. } => say("se perdió un dispositivo de {}: {}", &[person, reason]),
        Event::CustodianAdded { name, .. } => say("{} es custodio de las claves de las piezas", &[name]),
        Event::SchemeImported { scheme, .. } => say("se incorporó el esquema de marcas {}", &[scheme]),
        Event::ItemPrepared { item, .. } => say("se fijó el manifiesto de {}", &[item]),
        Event::KeyContributed { item, second, .. } => say("{} aportó a la clave de {}", &[second, item]),
        Event::ItemReleased { item, .. } => say("se entregó {}", &[item]),
        Event::Disclosure { item, copy, person, .. } => say("{} recibió {}: ejemplar {}", &[person, item, copy]),
        Event::PlainWritten { item, copies, folder } => {
            say("se escribieron {} ejemplares sin sellar de {} en {}", &[&count(copies.len()), item, folder])
        }
        Event::ReceiptImported { item, person, verified: true, .. } => say("{} firmó por {}", &[person, item]),
        Event::ReceiptImported { item, person, .. } => {
            say("llegó un acuse de {} por {}; su firma no se pudo comprobar", &[person, item])
        }
        Event::OnwardAsked { item, person, .. } => say("{} pidió transmitir {}", &[person, item]),
        Event::OnwardAnswered { item, person, decision, .. } => {
            let decided = match decision {
                Decision::Granted => "se concedió",
                Decision::Narrowed => "se concedió en parte",
                Decision::Refused => "se negó",
            };
            say("la solicitud de {} de transmitir {} {}", &[person, item, &decided])
        }
        Event::EvidenceSealed { incident, files, .. } => say("se selló evidencia de {}: {}", &[incident, &files.join(", ")]),
        Event::ExtractionRecorded { incident, item, look, .. } => {
            say("quedó fijo lo que la evidencia de {} muestra de {} (examen {})", &[incident, item, look])
        }
        Event::VerdictRecorded { incident, item, named, verdict, .. } if named.is_empty() => {
            let verdict = if verdict == "inconclusive" { "no concluyente" } else { "sin coincidencia" };
            say("resultado sobre {} por {}: {}", &[item, incident, &verdict])
        }
        Event::VerdictRecorded { incident, item, named, .. } => {
            let copies: Vec<String> = named.iter().map(ToString::to_string).collect();
            say("resultado sobre {} por {}: señalado {}", &[item, incident, &copies.join(", ")])
        }
        Event::ItemOpened { item, .. } => say("la clave de {} se abrió a un verificador", &[item]),
    }
}

//! Entries of the record as sentences.

mod vetted;

use holm_record::event::approval::{Act, Masked};
use holm_record::event::happening::Outcome;
use holm_record::event::{Decision, Event, Telling};

use crate::language::{Language, count};
use crate::words::fill;
use crate::words::member::roles_in;
use vetted::vetted;

/// What an entry says, in one sentence.
pub(crate) fn sentence(event: &Event, language: Language) -> String {
    match (about(event), language) {
        (About::Items, Language::English) => english(event),
        (About::Items, Language::Spanish) => spanish(event),
        (About::Happenings, Language::English) => happened_in_english(event),
        (About::Happenings, Language::Spanish) => happened_in_spanish(event),
        (About::Approvals, Language::English) => approved(event, &ENGLISH),
        (About::Approvals, Language::Spanish) => approved(event, &SPANISH),
        (About::Vetting, language) => vetted(event, language),
    }
}

/// What an entry is about.
enum About {
    /// People, items and copies, and looks at leaks.
    Items,
    Happenings,
    Approvals,
    Vetting,
}

/// A new kind of entry does not compile before somebody decides which words it has.
fn about(event: &Event) -> About {
    match event {
        Event::WorkspaceCreated { .. }
        | Event::PersonAdded { .. }
        | Event::PersonUpdated { .. }
        | Event::PersonLeft { .. }
        | Event::DeviceLost { .. }
        | Event::CustodianAdded { .. }
        | Event::SchemeImported { .. }
        | Event::ItemPrepared { .. }
        | Event::KeyContributed { .. }
        | Event::ItemReleased { .. }
        | Event::Disclosure { .. }
        | Event::PlainWritten { .. }
        | Event::ReceiptImported { .. }
        | Event::OnwardAsked { .. }
        | Event::OnwardAnswered { .. }
        | Event::EvidenceSealed { .. }
        | Event::ExtractionRecorded { .. }
        | Event::VerdictRecorded { .. }
        | Event::ItemOpened { .. } => About::Items,
        Event::ChannelAdded { .. }
        | Event::TargetAdded { .. }
        | Event::Told(_)
        | Event::OperationsRecorded { .. }
        | Event::OperationClosed { .. }
        | Event::IncidentRecorded { .. }
        | Event::Withdrawn { .. }
        | Event::ItemRecalled { .. }
        | Event::TrustPolicySet { .. }
        | Event::Recovered { .. }
        | Event::EpochOpened { .. }
        | Event::CorrectionSent { .. } => About::Happenings,
        Event::ApprovalPolicySet { .. }
        | Event::ApprovalAsked { .. }
        | Event::ApprovalGiven { .. }
        | Event::ApprovalUsed { .. }
        | Event::Unmasked { .. }
        | Event::Read { .. }
        | Event::Destroyed { .. }
        | Event::MemberSet { .. } => About::Approvals,
        Event::CheckRecorded(_)
        | Event::ConcernAnswered { .. }
        | Event::AccuracySet { .. }
        | Event::AuthorityRecorded(_)
        | Event::StatementsRead(_)
        | Event::FindingExplained(_)
        | Event::DrawOpened(_)
        | Event::DrawCommitted { .. }
        | Event::DrawRevealed { .. }
        | Event::DrawDone { .. }
        | Event::DrawForfeited { .. }
        | Event::ExperimentAnnounced(_)
        | Event::ExperimentDrawn { .. }
        | Event::ExperimentTold(_)
        | Event::ExperimentSeen(_)
        | Event::ExperimentClosed { .. }
        | Event::ExperimentAbandoned { .. }
        | Event::WaiverRecorded { .. }
        | Event::ExceptionRecorded { .. }
        | Event::ScheduleSet { .. }
        | Event::WarningReleased { .. }
        | Event::WarningReviewed { .. }
        | Event::ApproachOfficerSet { .. }
        | Event::ApproachesCarried { .. }
        | Event::DossierWritten { .. }
        | Event::ProceedingOpened { .. }
        | Event::ProceedingStep { .. }
        | Event::ProceedingClosed { .. } => About::Vetting,
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
        _ => String::new(),
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
        _ => String::new(),
    }
}

/// Tellings, operations and incidents.
fn happened_in_english(event: &Event) -> String {
    let say = |sentence: &str, values: &[&dyn std::fmt::Display]| fill(sentence, values);
    match event {
        Event::ChannelAdded { channel, .. } => say("the channel {} was noted", &[channel]),
        Event::TargetAdded { target, .. } => say("the target {} was noted", &[target]),
        Event::Told(telling) => {
            say("{} people were told of {} by word of mouth", &[&count(telling.persons.len()), &told(telling)])
        }
        Event::OperationsRecorded { operations, .. } => match operations.as_slice() {
            [one] => say("the operation {} was noted", &[&one.operation]),
            many => say("{} operations were noted", &[&count(many.len())]),
        },
        Event::OperationClosed { operation, outcome, .. } => {
            let outcome = match outcome {
                Outcome::Clean => "it went as planned",
                Outcome::Suspected => "a leak is suspected",
                Outcome::Confirmed => "there was a leak",
                Outcome::Unknown => "nothing can be said of it",
            };
            say("the operation {} is over: {}", &[operation, &outcome])
        }
        Event::IncidentRecorded { incident, .. } => say("the incident {} was noted", &[incident]),
        Event::Withdrawn { entry, reason, .. } => say("what entry {} says was withdrawn: {}", &[entry, reason]),
        Event::ItemRecalled { item, reason } => say("{} was recalled: {}", &[item, reason]),
        Event::CorrectionSent { item, correction } => say("{} corrects {}", &[correction, item]),
        Event::TrustPolicySet { .. } => "it was laid down who witnesses the record".to_owned(),
        Event::EpochOpened { old, origin, .. } => {
            say("the record {} goes on as {}, with other people's signatures", &[&old.origin, origin])
        }
        Event::Recovered { against, .. } => {
            say("the record was compared with what others hold and goes on: {}", &[&against.join(", ")])
        }
        _ => String::new(),
    }
}

fn happened_in_spanish(event: &Event) -> String {
    let say = |sentence: &str, values: &[&dyn std::fmt::Display]| fill(sentence, values);
    match event {
        Event::ChannelAdded { channel, .. } => say("se anotó el canal {}", &[channel]),
        Event::TargetAdded { target, .. } => say("se anotó el objetivo {}", &[target]),
        Event::Told(telling) => {
            say("se informó de palabra a {} personas de {}", &[&count(telling.persons.len()), &told(telling)])
        }
        Event::OperationsRecorded { operations, .. } => match operations.as_slice() {
            [one] => say("se anotó la operación {}", &[&one.operation]),
            many => say("se anotaron {} operaciones", &[&count(many.len())]),
        },
        Event::OperationClosed { operation, outcome, .. } => {
            let outcome = match outcome {
                Outcome::Clean => "salió según lo previsto",
                Outcome::Suspected => "se sospecha una filtración",
                Outcome::Confirmed => "hubo una filtración",
                Outcome::Unknown => "no se puede decir nada",
            };
            say("terminó la operación {}: {}", &[operation, &outcome])
        }
        Event::IncidentRecorded { incident, .. } => say("se anotó el incidente {}", &[incident]),
        Event::Withdrawn { entry, reason, .. } => say("se retiró lo que dice el asiento {}: {}", &[entry, reason]),
        Event::ItemRecalled { item, reason } => say("se retiró la pieza {}: {}", &[item, reason]),
        Event::CorrectionSent { item, correction } => say("{} corrige {}", &[correction, item]),
        Event::TrustPolicySet { .. } => "quedó fijado quién atestigua el registro".to_owned(),
        Event::EpochOpened { old, origin, .. } => {
            say("el registro {} continúa como {}, con firmas de otras personas", &[&old.origin, origin])
        }
        Event::Recovered { against, .. } => {
            say("el registro se comparó con lo que otros guardan y continúa: {}", &[&against.join(", ")])
        }
        _ => String::new(),
    }
}

/// Of what persons were told.
fn told(telling: &Telling) -> String {
    let item = telling.item.as_ref().map(ToString::to_string);
    item.or_else(|| telling.operation.as_ref().map(ToString::to_string)).unwrap_or_default()
}

/// Sentences about approvals.
struct Approved {
    policy: &'static str,
    asked: [&'static str; 9],
    given: &'static str,
    refused: &'static str,
    used: &'static str,
    unmasked: &'static str,
    read: &'static str,
    beliefs: &'static str,
    verdicts: &'static str,
    destroyed: &'static str,
    member: &'static str,
    no_member: &'static str,
    vetting: &'static str,
    language: Language,
}

const ENGLISH: Approved = Approved {
    policy: "it was laid down who approves what",
    asked: [
        "approval was asked for the release of {}: {}",
        "approval was asked to take masks off in {}: {}",
        "approval was asked to open the key of {} to others: {}",
        "approval was asked to destroy {}: {}",
        "approval was asked for other roles of {}: {}",
        "approval was asked to send things to {} although checks are not in force: {}",
        "approval was asked for the legal authority {}: {}",
        "approval was asked for a proceeding against {}: {}",
        "approval was asked for other approvers{}: {}",
    ],
    given: "{} approved request {}",
    refused: "{} refused request {}",
    used: "what request {} asked for was done",
    unmasked: "masks are off in {} until {}: {}",
    read: "{} were read",
    beliefs: "beliefs about people",
    verdicts: "the verdicts of {}",
    destroyed: "{} bodies and {} sealed files were destroyed, by authority of {}: {}",
    member: "{} works here as {}",
    no_member: "{} works here no more",
    vetting: "checks on people",
    language: Language::English,
};

const SPANISH: Approved = Approved {
    policy: "quedó fijado quién aprueba qué",
    asked: [
        "se pidió aprobar la entrega de {}: {}",
        "se pidió quitar la reserva en {}: {}",
        "se pidió abrir la clave de {} a otros: {}",
        "se pidió destruir {}: {}",
        "se pidió aprobar otras funciones para {}: {}",
        "se pidió aprobar que se le envíe a {} sin controles vigentes: {}",
        "se pidió aprobar el fundamento legal {}: {}",
        "se pidió aprobar un procedimiento contra {}: {}",
        "se pidió cambiar a quienes aprueban{}: {}",
    ],
    given: "{} aprobó la solicitud {}",
    refused: "{} rechazó la solicitud {}",
    used: "se hizo lo que pedía la solicitud {}",
    unmasked: "sin reserva en {} hasta {}: {}",
    read: "se leyeron {}",
    beliefs: "las estimaciones sobre personas",
    verdicts: "los resultados de {}",
    destroyed: "se destruyeron {} contenidos y {} archivos sellados, por autoridad de {}: {}",
    member: "{} trabaja aquí como {}",
    no_member: "{} ya no trabaja aquí",
    vetting: "los controles de confianza",
    language: Language::Spanish,
};

fn approved(event: &Event, words: &Approved) -> String {
    let say = |sentence: &str, values: &[&dyn std::fmt::Display]| fill(sentence, values);
    let view = |of: &Masked| match of {
        Masked::Beliefs => words.beliefs.to_owned(),
        Masked::Vetting => words.vetting.to_owned(),
        Masked::Incident { incident } => fill(words.verdicts, &[incident]),
    };
    match event {
        Event::ApprovalPolicySet { .. } => words.policy.to_owned(),
        Event::ApprovalAsked { act, reason } => {
            let [release, unmask, accuse, destroy, members, except, authority, proceed, policy] = words.asked;
            let (sentence, what) = match act {
                Act::Release { item, .. } => (release, item.to_string()),
                Act::Unmask { of, .. } => (unmask, view(of)),
                Act::Accuse { item, .. } => (accuse, item.to_string()),
                Act::Destroy { entries, objects, .. } => (destroy, format!("{} + {}", entries.len(), objects.len())),
                Act::Members { member, .. } => (members, member.to_string()),
                Act::Except { person, .. } => (except, person.to_string()),
                Act::Authority { facts } => (authority, facts.authority.to_string()),
                Act::Proceed { person, .. } => (proceed, person.to_string()),
                Act::Policy { .. } => (policy, String::new()),
            };
            say(sentence, &[&what, reason])
        }
        Event::ApprovalGiven { request, person, approved: true, .. } => say(words.given, &[person, request]),
        Event::ApprovalGiven { request, person, .. } => say(words.refused, &[person, request]),
        Event::ApprovalUsed { request } => say(words.used, &[request]),
        Event::Unmasked { of, until, reason } => say(words.unmasked, &[&view(of), &format!("{until:.0}"), reason]),
        Event::MemberSet { member, roles, .. } if roles.is_empty() => say(words.no_member, &[member]),
        Event::MemberSet { member, roles, .. } => say(words.member, &[member, &roles_in(roles, words.language)]),
        Event::Read { of, .. } => say(words.read, &[&view(of)]),
        Event::Destroyed { entries, objects, authority, reason } => {
            say(words.destroyed, &[&count(entries.len()), &count(objects.len()), authority, reason])
        }
        _ => String::new(),
    }
}

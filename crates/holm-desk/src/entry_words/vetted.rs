//! Entries about checks on people and warnings, as sentences.

use holm_record::event::Event;
use holm_record::event::proceeding::{Ending, Step};

use crate::language::{Language, count};
use crate::words::fill;

struct Vetted {
    check: &'static str,
    answer: &'static str,
    waiver: &'static str,
    exception: &'static str,
    schedule: &'static str,
    accuracy: &'static str,
    statements: &'static str,
    explained: &'static str,
    authority: &'static str,
    draw: &'static str,
    committed: &'static str,
    revealed: &'static str,
    drawn: &'static str,
    forfeited: &'static str,
    /// Announced, drawn, told, seen, closed, abandoned.
    experiment: [&'static str; 6],
    officer: &'static str,
    batch: &'static str,
    dossier: &'static str,
    proceeding: &'static str,
    step: &'static str,
    closed: &'static str,
    /// Notice, reply, review, appeal, decision.
    steps: [&'static str; 5],
    /// Exonerated, upheld, dropped.
    endings: [&'static str; 3],
    warning: &'static str,
    justified: &'static str,
    unjustified: &'static str,
}

const ENGLISH: Vetted = Vetted {
    check: "a check on {} was recorded",
    answer: "what is said to a concern of entry {} was recorded",
    waiver: "a check is not asked of {} until {}: {}",
    exception: "{} is sent things until {} although checks are not in force: {}",
    schedule: "it was laid down how often which checks are asked for",
    accuracy: "it was laid down what checks are worth as evidence",
    statements: "statements were read under {} (people: {}, files: {})",
    explained: "what is said to a finding of entry {} was recorded",
    authority: "the legal authority {} was recorded: {}, until {}",
    draw: "a draw of {} people was opened",
    committed: "{} committed to draw {}",
    revealed: "{} revealed what was committed to for draw {}",
    drawn: "draw {} drew {} people",
    forfeited: "draw {} was not revealed in time, and drew everybody",
    experiment: [
        "the experiment {} was announced, with laws, outcomes, bet and closing date",
        "the seed of the experiment {} is fixed",
        "people were told what was drawn for them in the experiment {}",
        "what was seen of the experiment {} was entered",
        "the experiment {} was closed and its seed opened",
        "the experiment {} was given up: {}",
    ],
    officer: "approaches are reported to {} of {}",
    batch: "a batch of envelopes was carried",
    dossier: "a dossier of {} was written",
    proceeding: "a proceeding against {} about {} was opened",
    step: "proceeding {}: {}",
    closed: "proceeding {} ended: {}",
    steps: ["the person was given notice", "the person replied", "it was reviewed", "the person appealed", "a panel decided"],
    endings: ["exonerated", "upheld", "dropped"],
    warning: "{} warned {} of danger to life: {}",
    justified: "{} reviewed {}: the warning was justified",
    unjustified: "{} reviewed {}: the warning was not justified",
};

const SPANISH: Vetted = Vetted {
    check: "se asentó un control de confianza de {}",
    answer: "se asentó lo que se responde a un señalamiento del asiento {}",
    waiver: "no se le pide un control a {} hasta {}: {}",
    exception: "a {} se le envía hasta {} aunque no tiene vigentes todos sus controles: {}",
    schedule: "quedó fijado cada cuánto se pide cada control",
    accuracy: "quedó fijado cuánto valen los controles como indicio",
    statements: "se leyeron extractos en virtud de {} (personas: {}, archivos: {})",
    explained: "se asentó lo que se responde a un hallazgo del asiento {}",
    authority: "se asentó el fundamento legal {}: {}, hasta {}",
    draw: "se abrió un sorteo entre {} personas",
    committed: "{} se comprometió para el sorteo {}",
    revealed: "{} reveló lo comprometido para el sorteo {}",
    drawn: "el sorteo {} eligió a {} personas",
    forfeited: "el sorteo {} no se reveló a tiempo y eligió a todos",
    experiment: [
        "se anunció el experimento {}, con sus leyes, resultados, apuesta y fecha de cierre",
        "la semilla del experimento {} quedó fijada",
        "se contó a cada quien lo que le tocó por sorteo en el experimento {}",
        "se asentó lo que se vio del experimento {}",
        "se cerró el experimento {} y se abrió su semilla",
        "se abandonó el experimento {}: {}",
    ],
    officer: "los acercamientos se reportan a {} de {}",
    batch: "se llevó un lote de sobres",
    dossier: "se escribió un expediente de {}",
    proceeding: "se abrió un procedimiento contra {} por {}",
    step: "procedimiento {}: {}",
    closed: "terminó el procedimiento {}: {}",
    steps: ["se notificó a la persona", "la persona respondió", "se revisó", "la persona apeló", "decidió un panel"],
    endings: ["exonerado", "confirmado", "sobreseído"],
    warning: "{} avisó a {} de un peligro de vida: {}",
    justified: "{} revisó {}: el aviso estaba justificado",
    unjustified: "{} revisó {}: el aviso no estaba justificado",
};

/// The sentence of an entry that is about vetting or a warning.
pub(super) fn vetted(event: &Event, language: Language) -> String {
    let words = match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    };
    match event {
        Event::CheckRecorded(facts) => fill(words.check, &[&facts.person]),
        Event::ConcernAnswered { check, .. } => fill(words.answer, &[check]),
        Event::WaiverRecorded { person, until, reason, .. } => fill(words.waiver, &[person, until, reason]),
        Event::ExceptionRecorded { person, until, reason, .. } => fill(words.exception, &[person, until, reason]),
        Event::ScheduleSet { .. } => words.schedule.to_owned(),
        Event::AccuracySet { .. } => words.accuracy.to_owned(),
        Event::AuthorityRecorded(facts) => fill(words.authority, &[&facts.authority, &facts.basis, &facts.valid_until]),
        Event::StatementsRead(facts) => {
            fill(words.statements, &[&facts.authority, &count(facts.persons.len()), &count(facts.files.len())])
        }
        Event::FindingExplained(facts) => fill(words.explained, &[&facts.reading]),
        Event::DrawOpened(facts) => fill(words.draw, &[&count(facts.eligible.len())]),
        Event::DrawCommitted { draw, person, .. } => fill(words.committed, &[person, draw]),
        Event::DrawRevealed { draw, person, .. } => fill(words.revealed, &[person, draw]),
        Event::DrawDone { draw, drawn, .. } => fill(words.drawn, &[draw, &count(drawn.len())]),
        Event::DrawForfeited { draw, .. } => fill(words.forfeited, &[draw]),
        Event::ExperimentAnnounced(facts) => fill(words.experiment[0], &[&facts.experiment]),
        Event::ExperimentDrawn { experiment, .. } => fill(words.experiment[1], &[experiment]),
        Event::ExperimentTold(told) => fill(words.experiment[2], &[&told.experiment]),
        Event::ExperimentSeen(seen) => fill(words.experiment[3], &[&seen.experiment]),
        Event::ExperimentClosed { experiment, .. } => fill(words.experiment[4], &[experiment]),
        Event::ExperimentAbandoned { experiment, reason } => fill(words.experiment[5], &[experiment, reason]),
        Event::ApproachOfficerSet { person, agency, .. } => fill(words.officer, &[person, agency]),
        Event::ApproachesCarried { .. } => words.batch.to_owned(),
        Event::DossierWritten { incident, .. } => fill(words.dossier, &[incident]),
        Event::ProceedingOpened { person, incident, .. } => fill(words.proceeding, &[person, incident]),
        Event::ProceedingStep { proceeding, step, .. } => {
            let said = Step::ALL.iter().zip(words.steps).find(|(of, _)| *of == step).map_or("", |(_, said)| said);
            fill(words.step, &[proceeding, &said])
        }
        Event::ProceedingClosed { proceeding, ending, .. } => {
            let said = Ending::ALL.iter().zip(words.endings).find(|(of, _)| *of == ending).map_or("", |(_, said)| said);
            fill(words.closed, &[proceeding, &said])
        }
        Event::WarningReleased { item, to, reason, .. } => fill(words.warning, &[item, &count(to.len()), reason]),
        Event::WarningReviewed { item, person, justified, .. } => {
            fill(if *justified { words.justified } else { words.unjustified }, &[person, item])
        }
        _ => String::new(),
    }
}

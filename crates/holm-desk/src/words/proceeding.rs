//! Proceedings and dossiers.

use holm_record::event::proceeding::{Ending, Step};

/// What the page of proceedings says.
pub(crate) struct ProceedingWords {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) none: &'static str,
    /// Number, person, incident, when.
    pub(crate) row: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) may_answer: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) next: &'static str,
    pub(crate) on: &'static str,
    pub(crate) by: &'static str,
    pub(crate) by_hint: &'static str,
    pub(crate) said: &'static str,
    pub(crate) step_button: &'static str,
    pub(crate) end: &'static str,
    pub(crate) why: &'static str,
    pub(crate) end_button: &'static str,
    pub(crate) open: &'static str,
    pub(crate) person: &'static str,
    pub(crate) person_hint: &'static str,
    pub(crate) incident: &'static str,
    pub(crate) incident_hint: &'static str,
    pub(crate) grounds: &'static str,
    pub(crate) grounds_hint: &'static str,
    pub(crate) open_button: &'static str,
    pub(crate) dossier: &'static str,
    pub(crate) dossier_why: &'static str,
    pub(crate) means: [&'static str; 3],
    steps: [&'static str; 5],
    endings: [&'static str; 3],
}

impl ProceedingWords {
    pub(crate) fn step(&self, step: Step) -> &'static str {
        Step::ALL.iter().zip(self.steps).find(|(of, _)| **of == step).map_or("", |(_, name)| name)
    }

    pub(crate) fn ending(&self, ending: Ending) -> &'static str {
        Ending::ALL.iter().zip(self.endings).find(|(of, _)| **of == ending).map_or("", |(_, name)| name)
    }
}

pub(crate) const EN: ProceedingWords = ProceedingWords {
    title: "Proceedings",
    lead: "What follows for a person is decided by people, in steps that the person can answer: notice, reply, review by another, appeal, decision by three.",
    none: "None was opened.",
    row: "Proceeding {} against {} about {} ({})",
    ended: "Ended {}, {}: {}",
    may_answer: "The person may answer until {}.",
    go_on: "Record what came next, or end it",
    next: "What came",
    on: "On which day (today, if left out)",
    by: "By whom",
    by_hint: "Names between semicolons. A review is by another person than who opened it, a decision by three who took no part before.",
    said: "What was said",
    step_button: "Record it",
    end: "How it ends",
    why: "Why",
    end_button: "End the proceeding",
    open: "Open a proceeding",
    person: "Person",
    person_hint: "Their id on the roster.",
    incident: "Incident",
    incident_hint: "Its name, as under Cases.",
    grounds: "Grounds",
    grounds_hint: "The person reads them in the notice. A belief is a lead and no ground by itself.",
    open_button: "Open it",
    dossier: "Write a dossier",
    dossier_why: "PDF for people and JSON with proofs for programs. That it was written is an entry.",
    means: [
        "It can be upheld only after a review, once the person did not appeal within thirty days or a panel decided.",
        "Whoever is exonerated of an incident is no cause of it any more, in any belief.",
        "A verdict names a copy. That a copy leaked does not say who leaked it.",
    ],
    steps: ["Notice", "Reply", "Review", "Appeal", "Decision"],
    endings: ["exonerated", "upheld", "dropped"],
};

pub(crate) const ES: ProceedingWords = ProceedingWords {
    title: "Procedimientos",
    lead: "Lo que sigue para una persona lo deciden personas, en pasos que ella puede responder: notificación, respuesta, revisión de otra persona, apelación, decisión de tres.",
    none: "No se abrió ninguno.",
    row: "Procedimiento {} contra {} por {} ({})",
    ended: "Terminó el {}, {}: {}",
    may_answer: "La persona puede responder hasta el {}.",
    go_on: "Asentar lo que siguió, o terminarlo",
    next: "Lo que vino",
    on: "Qué día (hoy, si se omite)",
    by: "Quién",
    by_hint: "Nombres separados por punto y coma. Revisa otra persona que la que lo abrió; deciden tres que no participaron antes.",
    said: "Lo que se dijo",
    step_button: "Asentarlo",
    end: "Cómo termina",
    why: "Por qué",
    end_button: "Terminar el procedimiento",
    open: "Abrir un procedimiento",
    person: "Persona",
    person_hint: "Su identificador en la nómina.",
    incident: "Incidente",
    incident_hint: "Su nombre, como en Casos.",
    grounds: "Motivos",
    grounds_hint: "La persona los lee en la notificación. Una estimación es una pista y por sí sola no es motivo.",
    open_button: "Abrirlo",
    dossier: "Escribir un expediente",
    dossier_why: "PDF para personas y JSON con pruebas para programas. Que se escribió es un asiento.",
    means: [
        "Solo puede confirmarse después de una revisión, cuando la persona no apeló en treinta días o decidió un panel.",
        "Quien es exonerado de un incidente ya no es causa de él, en ninguna estimación.",
        "Un resultado señala un ejemplar. Que un ejemplar se filtró no dice quién lo filtró.",
    ],
    steps: ["Notificación", "Respuesta", "Revisión", "Apelación", "Decisión"],
    endings: ["exonerado", "confirmado", "sobreseído"],
};

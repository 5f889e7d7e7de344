//! Checks on people, and what is due.

use holm::vetting::Standing;
use holm_record::event::vetting::{CheckResult, CheckSort};

use super::Plural;

/// What the page of checks says.
pub(crate) struct VettingWords {
    pub(crate) link: &'static str,
    pub(crate) title: Plural,
    pub(crate) calm: &'static str,
    pub(crate) unscheduled: &'static str,
    pub(crate) no_schedule: &'static str,
    pub(crate) of_person: &'static str,
    pub(crate) their_checks: &'static str,
    pub(crate) no_checks: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) standing: &'static str,
    pub(crate) sort: &'static str,
    pub(crate) person: &'static str,
    pub(crate) day: &'static str,
    pub(crate) by_unit: &'static str,
    pub(crate) by_level: &'static str,
    pub(crate) result: &'static str,
    pub(crate) examiner: &'static str,
    pub(crate) entry: &'static str,
    pub(crate) record: &'static str,
    pub(crate) record_why: &'static str,
    pub(crate) person_hint: &'static str,
    pub(crate) day_hint: &'static str,
    pub(crate) examiner_hint: &'static str,
    pub(crate) reviewer: &'static str,
    pub(crate) reviewer_hint: &'static str,
    pub(crate) until: &'static str,
    pub(crate) until_hint: &'static str,
    pub(crate) authority: &'static str,
    pub(crate) authority_hint: &'static str,
    pub(crate) words: &'static str,
    pub(crate) words_hint: &'static str,
    pub(crate) button: &'static str,
    pub(crate) schedule: &'static str,
    pub(crate) schedule_why: &'static str,
    pub(crate) schedule_button: &'static str,
    pub(crate) all: &'static str,
    pub(crate) waive: &'static str,
    pub(crate) waive_why: &'static str,
    pub(crate) last: &'static str,
    pub(crate) last_hint: &'static str,
    pub(crate) why: &'static str,
    pub(crate) why_hint: &'static str,
    pub(crate) waive_button: &'static str,
    pub(crate) authorities: &'static str,
    pub(crate) authorities_why: &'static str,
    pub(crate) authorities_none: &'static str,
    /// Name, basis, checks, persons, until, entries, kept until.
    pub(crate) authority_said: &'static str,
    pub(crate) order: &'static str,
    pub(crate) order_hint: &'static str,
    pub(crate) order_button: &'static str,
    pub(crate) held: Plural,
    pub(crate) held_why: &'static str,
    /// Whom, until when, which checks, why.
    pub(crate) exception: &'static str,
    pub(crate) means: [&'static str; 3],
    sorts: [&'static str; 12],
    results: [&'static str; 4],
    /// Failed, missing, overdue, due, waived, in force.
    pub(crate) standings: [&'static str; 6],
    /// On, since, until a day.
    days: [&'static str; 3],
}

pub(crate) const EN: VettingWords = VettingWords {
    link: "Checks",
    title: Plural { one: "One check waits", many: "{} checks wait" },
    calm: "No check is due",
    unscheduled: "Nothing says which checks are due",
    no_schedule: "No schedule says which checks are asked for. Lay one down below: Holm proposes one, to be changed to your own.",
    of_person: "Checks on {}",
    their_checks: "What was done",
    no_checks: "No check of theirs is recorded.",
    waiting: "What waits",
    standing: "Standing",
    sort: "Check",
    person: "Person",
    day: "Day",
    by_unit: "By unit",
    by_level: "By rank level, the highest first",
    result: "Result",
    examiner: "Examiner",
    entry: "Entry",
    record: "Record a check",
    record_why: "This is an entry of the record. What was recorded by mistake is withdrawn, and both stay.",
    person_hint: "Their id on the roster.",
    day_hint: "The day it was taken, or was to be: 2026-11-24.",
    examiner_hint: "Who did it.",
    reviewer: "Reviewer",
    reviewer_hint: "Who reviewed it: somebody else. May be left out.",
    until: "Counts until",
    until_hint: "A day, if that is before what the schedule says. May be left out.",
    authority: "Legal authority",
    authority_hint: "Reviews of calls and accounts need one.",
    words: "In words",
    words_hint: "What else is to be said. It stays in the record.",
    button: "Record the check",
    schedule: "The schedule",
    schedule_why: "Months between checks by rank level, 1 to 5; 0 is never. No level may be asked less often than the one below it.",
    schedule_button: "Lay it down",
    all: "All checks",
    waive: "Waive a check",
    waive_why: "It is not asked for until a day. That lets nothing be sent: for that others approve an exception.",
    last: "Until",
    last_hint: "A day within a year.",
    why: "Why",
    why_hint: "One line, which stays in the record.",
    waive_button: "Waive it",
    authorities: "Legal authorities",
    authorities_why: "Calls and accounts are looked at under one, and what was learnt is destroyed when it may be kept no longer.",
    authorities_none: "None is recorded.",
    authority_said: "{} ({}): {} of {}, until {}. {} entries are kept of it, until {}.",
    order: "Record an authority",
    order_hint: "A file as docs/spec/vetting.md shows it: authority, basis, issued_by, requested_by, approved_by, sorts, persons, data_from, data_until, valid_from, valid_until, retain_until.",
    order_button: "Record it",
    held: Plural { one: "One person is sent nothing.", many: "{} people are sent nothing." },
    held_why: "Something that is asked of them is failed, missing or overdue. Others can approve an exception; a warning of danger to life is never held back.",
    exception: "{} is sent things until {} although these checks are not in force: {}. {}",
    means: [
        "A check that was passed says little about who leaks: people who sold raids had passed all of theirs. It is a condition, not a proof.",
        "Inconclusive and not taken end nothing that was passed before. They are to be repeated at once.",
        "That you see this is an entry of the record.",
    ],
    sorts: [
        "background",
        "re-investigation",
        "polygraph",
        "urinalysis",
        "financial disclosure",
        "declaration of phones",
        "review of calls",
        "review of accounts",
        "travel and contacts",
        "human rights",
        "interview",
        "training",
    ],
    results: ["● passed", "✕ failed", "◇ inconclusive", "○ not taken"],
    standings: ["✕ failed", "○ missing", "◆ overdue", "◇ due", "– waived", "● in force"],
    days: ["on {}", "since {}", "until {}"],
};

pub(crate) const ES: VettingWords = VettingWords {
    link: "Controles de confianza",
    title: Plural { one: "Un control está pendiente", many: "{} controles están pendientes" },
    calm: "No hay controles pendientes",
    unscheduled: "Nada dice qué controles tocan",
    no_schedule: "Ningún calendario dice qué controles se piden. Fíjelo abajo: Holm propone uno, para que lo cambie por el suyo.",
    of_person: "Controles de {}",
    their_checks: "Lo que se hizo",
    no_checks: "No hay ningún control suyo asentado.",
    waiting: "Lo pendiente",
    standing: "Estado",
    sort: "Control",
    person: "Persona",
    day: "Día",
    by_unit: "Por unidad",
    by_level: "Por nivel de mando, el más alto primero",
    result: "Resultado",
    examiner: "Examinador",
    entry: "Asiento",
    record: "Asentar un control",
    record_why: "Es un asiento del registro. Lo asentado por error se retira, y ambos quedan.",
    person_hint: "Su identificador en la nómina.",
    day_hint: "El día en que se hizo, o debía hacerse: 2026-11-24.",
    examiner_hint: "Quién lo hizo.",
    reviewer: "Revisor",
    reviewer_hint: "Quién lo revisó: otra persona. Puede omitirse.",
    until: "Vale hasta",
    until_hint: "Un día, si es antes de lo que dice el calendario. Puede omitirse.",
    authority: "Fundamento legal",
    authority_hint: "La revisión de llamadas y de cuentas lo requiere.",
    words: "En palabras",
    words_hint: "Lo demás que haya que decir. Queda en el registro.",
    button: "Asentar el control",
    schedule: "El calendario",
    schedule_why: "Meses entre controles por nivel de mando, de 1 a 5; 0 es nunca. A ningún nivel se le puede pedir con menos frecuencia que al de abajo.",
    schedule_button: "Fijarlo",
    all: "Todos los controles",
    waive: "Dispensar de un control",
    waive_why: "No se pide hasta un día. Con eso no se envía nada: para ello otros aprueban una excepción.",
    last: "Hasta",
    last_hint: "Un día dentro de un año.",
    why: "Por qué",
    why_hint: "Una línea, que queda en el registro.",
    waive_button: "Dispensar",
    authorities: "Fundamentos legales",
    authorities_why: "Llamadas y cuentas se revisan con uno, y lo que se supo se destruye cuando ya no puede conservarse.",
    authorities_none: "No hay ninguno asentado.",
    authority_said: "{} ({}): {} de {}, hasta el {}. Se conservan {} asientos, hasta el {}.",
    order: "Asentar un fundamento",
    order_hint: "Un archivo como lo muestra docs/spec/vetting.md: authority, basis, issued_by, requested_by, approved_by, sorts, persons, data_from, data_until, valid_from, valid_until, retain_until.",
    order_button: "Asentarlo",
    held: Plural { one: "A una persona no se le envía nada.", many: "A {} personas no se les envía nada." },
    held_why: "Algún control que se les pide no está aprobado, falta o está vencido. Otros pueden aprobar una excepción; un aviso de peligro de vida nunca se detiene.",
    exception: "A {} se le envía hasta el {} aunque no tiene vigentes estos controles: {}. {}",
    means: [
        "Un control aprobado dice poco sobre quién filtra: quienes vendieron cateos habían aprobado todos los suyos. Es una condición, no una prueba.",
        "Un control no concluyente o no realizado no anula lo aprobado antes. Debe repetirse de inmediato.",
        "Que usted vea esto es un asiento del registro.",
    ],
    sorts: [
        "antecedentes",
        "reinvestigación",
        "polígrafo",
        "toxicológico",
        "declaración patrimonial",
        "declaración de celulares",
        "revisión de llamadas",
        "revisión de cuentas",
        "viajes y contactos",
        "derechos humanos",
        "entrevista",
        "capacitación",
    ],
    results: ["● aprobado", "✕ no aprobado", "◇ no concluyente", "○ no realizado"],
    standings: ["✕ no aprobado", "○ falta", "◆ vencido", "◇ por vencer", "– dispensado", "● vigente"],
    days: ["el {}", "desde el {}", "hasta el {}"],
};

impl VettingWords {
    pub(crate) fn sort(&self, sort: CheckSort) -> &'static str {
        CheckSort::ALL.iter().zip(self.sorts).find(|(of, _)| **of == sort).map_or("", |(_, name)| name)
    }

    pub(crate) fn result(&self, result: CheckResult) -> &'static str {
        CheckResult::ALL.iter().zip(self.results).find(|(of, _)| **of == result).map_or("", |(_, name)| name)
    }

    pub(crate) fn standing(&self, standing: Standing) -> &'static str {
        let [failed, missing, overdue, due, waived, in_force] = self.standings;
        match standing {
            Standing::Failed { .. } => failed,
            Standing::Missing => missing,
            Standing::Overdue { .. } => overdue,
            Standing::Due { .. } => due,
            Standing::Waived { .. } => waived,
            Standing::InForce { .. } => in_force,
        }
    }

    /// The day of a standing, in words.
    pub(crate) fn day_of(&self, standing: Standing) -> String {
        let [on, since, until] = self.days;
        let (words, day) = match standing {
            Standing::Missing => return String::new(),
            Standing::Failed { on: day } => (on, day),
            Standing::Overdue { since: day } => (since, day),
            Standing::Due { until: day } | Standing::Waived { until: day } | Standing::InForce { until: day } => (until, day),
        };
        super::fill(words, &[&day])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_and_result_has_its_words() {
        assert_eq!((CheckSort::ALL.len(), CheckResult::ALL.len()), (EN.sorts.len(), EN.results.len()));
    }
}

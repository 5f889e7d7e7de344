//! What statements of calls and accounts said.

use super::Plural;

/// What the page says.
pub(crate) struct StatementWords {
    pub(crate) title: &'static str,
    pub(crate) link: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) none: &'static str,
    /// Authority, sort, when, entry.
    pub(crate) what: &'static str,
    /// Files, and rows that were analysed.
    pub(crate) files: &'static str,
    pub(crate) bad: Plural,
    pub(crate) finding: &'static str,
    pub(crate) seen: &'static str,
    pub(crate) expected: &'static str,
    pub(crate) p: &'static str,
    pub(crate) others: &'static str,
    /// As small, of how many.
    pub(crate) of: &'static str,
    pub(crate) rows: &'static str,
    pub(crate) nobody: &'static str,
    pub(crate) more: Plural,
    pub(crate) ask: &'static str,
    pub(crate) means: [&'static str; 3],
    tests: [(&'static str, &'static str); 20],
}

impl StatementWords {
    /// A test or sum by its name in `docs/spec/statements.md`; the name itself if it is none of these.
    pub(crate) fn test<'a>(&'a self, name: &'a str) -> &'a str {
        self.tests.iter().find(|(test, _)| *test == name).map_or(name, |(_, said)| said)
    }
}

pub(crate) const EN: StatementWords = StatementWords {
    title: "What calls and accounts say",
    link: "Calls and accounts",
    lead: "Statements are read under a recorded legal authority, within its persons and days. A finding says that somebody should ask. It proves nothing.",
    none: "No statements were read. holm statement import reads them, under a legal authority.",
    what: "Under {}: {}, {} (entry {})",
    files: "{}: {} rows analysed",
    bad: Plural { one: "One row could not be read.", many: "{} rows could not be read." },
    finding: "Finding",
    seen: "Seen",
    expected: "Expected",
    p: "p",
    others: "Others with as small a p",
    of: "{} of {}",
    rows: "Rows",
    nobody: "Nothing stands out: no p of 0.05 or less.",
    more: Plural { one: "One more person stands out less.", many: "{} more people stand out less." },
    ask: "What they answer, and what comes of it, is a check: record it.",
    means: [
        "Seen and expected are counts after disclosures, and what the same hours of other weeks had. p says how rarely so much comes by chance alone.",
        "Whoever is briefed has work to do and calls about it. Look first at what few others have, and at calls to targets.",
        "Nothing of this enters a belief by itself.",
    ],
    tests: [
        ("calls-after", "Calls and messages after disclosures"),
        ("target-calls-after", "Calls to targets after disclosures"),
        ("near-calls-after", "Calls to numbers near targets after disclosures"),
        ("target-contacts", "Targets among the contacts"),
        ("near-contacts", "Numbers near targets among the contacts"),
        ("new-numbers-after", "New numbers after disclosures"),
        ("new-handsets-after", "New handsets after disclosures"),
        ("new-sims-after", "New SIM cards after disclosures"),
        ("short-lived-numbers-after", "Numbers used briefly after disclosures"),
        ("replaced-number", "A number that took the place of another"),
        ("silence-around", "Silence around disclosures"),
        ("bursts-around", "Bursts of calls around disclosures"),
        ("credits-after", "Money in after disclosures"),
        ("cash-after", "Cash in after disclosures"),
        ("amounts-after", "Large sums after disclosures"),
        ("structuring", "Sums just under what is reported"),
        ("pass-through", "Money that passed through"),
        ("source-and-application", "Spent beyond declared income"),
        ("net-worth", "Worth beyond declared income"),
        ("unexplained-holding", "Something of worth that nothing paid for"),
    ],
};

pub(crate) const ES: StatementWords = StatementWords {
    title: "Lo que dicen llamadas y cuentas",
    link: "Llamadas y cuentas",
    lead: "Los extractos se leen en virtud de una autorización legal asentada, de sus personas y sus días. Un hallazgo dice que alguien debería preguntar. No prueba nada.",
    none: "No se leyó ningún extracto. Los lee holm statement import, en virtud de una autorización legal.",
    what: "En virtud de {}: {}, {} (asiento {})",
    files: "{}: {} filas analizadas",
    bad: Plural { one: "Una fila no se pudo leer.", many: "{} filas no se pudieron leer." },
    finding: "Hallazgo",
    seen: "Visto",
    expected: "Esperado",
    p: "p",
    others: "Otras personas con una p tan pequeña",
    of: "{} de {}",
    rows: "Filas",
    nobody: "Nada llama la atención: ninguna p de 0.05 o menos.",
    more: Plural { one: "Una persona más llama menos la atención.", many: "{} personas más llaman menos la atención." },
    ask: "Lo que respondan, y lo que resulte, es un control: asiéntelo.",
    means: [
        "Visto y esperado son cuentas después de lo entregado, y lo que tuvieron las mismas horas de otras semanas. La p dice cuán rara vez se llega a tanto por azar.",
        "Quien recibe un informe tiene trabajo y llama por él. Mire primero lo que pocas otras personas tienen, y las llamadas a objetivos.",
        "Nada de esto entra por sí solo en una estimación.",
    ],
    tests: [
        ("calls-after", "Llamadas y mensajes después de lo entregado"),
        ("target-calls-after", "Llamadas a objetivos después de lo entregado"),
        ("near-calls-after", "Llamadas a números cercanos a objetivos después de lo entregado"),
        ("target-contacts", "Objetivos entre los contactos"),
        ("near-contacts", "Números cercanos a objetivos entre los contactos"),
        ("new-numbers-after", "Números nuevos después de lo entregado"),
        ("new-handsets-after", "Teléfonos nuevos después de lo entregado"),
        ("new-sims-after", "Tarjetas SIM nuevas después de lo entregado"),
        ("short-lived-numbers-after", "Números de poco uso después de lo entregado"),
        ("replaced-number", "Un número que ocupó el lugar de otro"),
        ("silence-around", "Silencio alrededor de lo entregado"),
        ("bursts-around", "Ráfagas de llamadas alrededor de lo entregado"),
        ("credits-after", "Ingresos después de lo entregado"),
        ("cash-after", "Ingresos en efectivo después de lo entregado"),
        ("amounts-after", "Sumas grandes después de lo entregado"),
        ("structuring", "Sumas justo por debajo de lo que se notifica"),
        ("pass-through", "Dinero que solo pasó por la cuenta"),
        ("source-and-application", "Gastado por encima de lo declarado"),
        ("net-worth", "Patrimonio por encima de lo declarado"),
        ("unexplained-holding", "Un bien que nada pagó"),
    ],
};

//! What the pages say, in both languages. Each page's words are a struct, so that neither language can lack one.
//!
//! Both are written, neither is a translation word by word; Spanish is that of Mexico. A `{}` is filled in by the page.

pub(crate) mod approach;
pub(crate) mod approval;
mod approval_messages;
pub(crate) mod belief;
pub(crate) mod cases;
mod core_messages;
pub(crate) mod draw;
pub(crate) mod drawer;
pub(crate) mod ending;
pub(crate) mod experiment;
mod experiment_messages;
mod from_core;
pub(crate) mod graph;
mod happening_messages;
pub(crate) mod inbox;
pub(crate) mod islands;
pub(crate) mod item;
pub(crate) mod marking;
pub(crate) mod member;
mod member_messages;
pub(crate) mod onward;
pub(crate) mod overview;
pub(crate) mod person;
pub(crate) mod plan;
pub(crate) mod problem;
pub(crate) mod proceeding;
pub(crate) mod programme;
mod reasons;
pub(crate) mod record;
mod record_messages;
pub(crate) mod recording;
pub(crate) mod register;
pub(crate) mod second;
pub(crate) mod share;
pub(crate) mod shell;
pub(crate) mod statement;
pub(crate) mod told;
pub(crate) mod trace;
pub(crate) mod vetting;
mod vetting_messages;
pub(crate) mod warning;

/// Everything that is said in one language.
pub(crate) struct Words {
    pub(crate) approach: approach::ApproachWords,
    pub(crate) approval: approval::ApprovalWords,
    pub(crate) cases: cases::CaseWords,
    pub(crate) recording: recording::RecordingWords,
    pub(crate) shell: shell::ShellWords,
    pub(crate) problem: problem::ProblemWords,
    pub(crate) onward: onward::OnwardWords,
    pub(crate) overview: overview::OverviewWords,
    pub(crate) belief: belief::BeliefWords,
    pub(crate) draw: draw::DrawWords,
    pub(crate) drawer: drawer::DrawerWords,
    pub(crate) ending: ending::EndingWords,
    pub(crate) proceeding: proceeding::ProceedingWords,
    pub(crate) graph: graph::GraphWords,
    pub(crate) inbox: inbox::InboxWords,
    pub(crate) islands: islands::IslandWords,
    pub(crate) item: item::ItemWords,
    pub(crate) marking: marking::MarkingWords,
    pub(crate) member: member::MemberWords,
    pub(crate) person: person::PersonWords,
    pub(crate) record: record::RecordWords,
    pub(crate) second: second::SecondWords,
    pub(crate) share: share::ShareWords,
    pub(crate) experiment: experiment::ExperimentWords,
    pub(crate) plan: plan::PlanWords,
    pub(crate) programme: programme::ProgrammeWords,
    pub(crate) register: register::RegisterWords,
    pub(crate) statement: statement::StatementWords,
    pub(crate) told: told::ToldWords,
    pub(crate) trace: trace::TraceWords,
    pub(crate) vetting: vetting::VettingWords,
    pub(crate) warning: warning::WarningWords,
}

pub(crate) const EN: Words = Words {
    approach: approach::EN,
    approval: approval::EN,
    cases: cases::EN,
    recording: recording::EN,
    shell: shell::EN,
    problem: problem::EN,
    onward: onward::EN,
    overview: overview::EN,
    belief: belief::EN,
    draw: draw::EN,
    drawer: drawer::EN,
    ending: ending::EN,
    proceeding: proceeding::EN,
    graph: graph::EN,
    inbox: inbox::EN,
    islands: islands::EN,
    item: item::EN,
    marking: marking::EN,
    member: member::EN,
    person: person::EN,
    record: record::EN,
    second: second::EN,
    share: share::EN,
    experiment: experiment::EN,
    plan: plan::EN,
    programme: programme::EN,
    register: register::EN,
    statement: statement::EN,
    told: told::EN,
    trace: trace::EN,
    vetting: vetting::EN,
    warning: warning::EN,
};

pub(crate) const ES: Words = Words {
    approach: approach::ES,
    approval: approval::ES,
    cases: cases::ES,
    recording: recording::ES,
    shell: shell::ES,
    problem: problem::ES,
    onward: onward::ES,
    overview: overview::ES,
    belief: belief::ES,
    draw: draw::ES,
    drawer: drawer::ES,
    ending: ending::ES,
    proceeding: proceeding::ES,
    graph: graph::ES,
    inbox: inbox::ES,
    islands: islands::ES,
    item: item::ES,
    marking: marking::ES,
    member: member::ES,
    person: person::ES,
    record: record::ES,
    second: second::ES,
    share: share::ES,
    experiment: experiment::ES,
    plan: plan::ES,
    programme: programme::ES,
    register: register::ES,
    statement: statement::ES,
    told: told::ES,
    trace: trace::ES,
    vetting: vetting::ES,
    warning: warning::ES,
};

/// A sentence with its places filled, in order.
pub(crate) fn fill(sentence: &str, values: &[&dyn std::fmt::Display]) -> String {
    let mut parts = sentence.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values) {
        out += &format!("{value}{part}");
    }
    out
}

/// One or several: two sentences, of which the count chooses.
pub(crate) struct Plural {
    pub(crate) one: &'static str,
    pub(crate) many: &'static str,
}

impl Plural {
    pub(crate) fn of(&self, count: usize) -> String {
        let sentence = if count == 1 { self.one } else { self.many };
        fill(sentence, &[&crate::language::count(count)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_order() {
        assert_eq!(fill("{} of {} copies", &[&3, &"ten"]), "3 of ten copies");
        assert_eq!(fill("none", &[]), "none");
        let copies = Plural { one: "{} copy", many: "{} copies" };
        assert_eq!([0, 1, 2_000].map(|n| copies.of(n)), ["0 copies", "1 copy", "2,000 copies"]);
    }
}

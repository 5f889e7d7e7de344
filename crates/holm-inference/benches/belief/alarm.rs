//! What a world's record says of framing, as the product looks at it.

use holm_inference::framing::{Over, Said, alarms};
use holm_simulate::world::recorded::{Operation, Outcome, Recorded};

/// Whether an alarm is raised about those who are referred.
pub(crate) fn raised(recorded: &Recorded, referred: &[usize]) -> bool {
    let over = |operation: &Operation| Over {
        leaked: matches!(operation.outcome, Outcome::Confirmed | Outcome::Suspected),
        told: said(operation),
    };
    let operations: Vec<Over> = recorded.operations.iter().map(over).collect();
    !alarms(&operations, referred).is_empty()
}

/// Who is said to have known of an operation. What is confirmed, or what clerks say of themselves, is not one clerk's word.
pub(crate) fn said(operation: &Operation) -> Vec<Said> {
    let one = |told: &holm_simulate::world::recorded::Telling| Said {
        person: told.person,
        keeper: Some(operation.clerk).filter(|clerk| !told.confirmed && *clerk != told.person),
        late: told.entered >= operation.known,
    };
    operation.told.iter().map(one).collect()
}

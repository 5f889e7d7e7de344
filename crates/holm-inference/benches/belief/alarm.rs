//! What a world's record says of framing, as the product looks at it.

use holm_inference::framing::{Over, Said, alarms};
use holm_simulate::world::recorded::{Outcome, Recorded};

/// Whether an alarm is raised about those who are referred.
pub(crate) fn raised(recorded: &Recorded, referred: &[usize]) -> bool {
    let over = |operation: &holm_simulate::world::recorded::Operation| Over {
        leaked: matches!(operation.outcome, Outcome::Confirmed | Outcome::Suspected),
        told: operation
            .told
            .iter()
            .map(|told| Said { person: told.person, keeper: Some(operation.clerk), late: told.entered >= operation.known })
            .collect(),
    };
    let operations: Vec<Over> = recorded.operations.iter().map(over).collect();
    !alarms(&operations, referred).is_empty()
}

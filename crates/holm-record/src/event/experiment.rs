//! Randomised disclosures, from their announcement to their end (`docs/spec/experiments.md`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::commitment::Commitment;
use crate::id::{ChannelName, ExperimentName, IncidentName, OperationName, PersonId};

/// What stands in the record before anybody knows who will be told what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExperimentFacts {
    /// Its name.
    pub experiment: ExperimentName,
    /// The operation of which people are told one thing or another.
    pub operation: OperationName,
    /// The protocol in its canonical form, in base64: who is eligible, exact laws, the bet, what each outcome shows, when it closes.
    pub protocol: String,
    /// The numbers by which the protocol calls people.
    pub numbers: BTreeMap<PersonId, u32>,
    /// What each variant says.
    pub variants: Vec<String>,
    /// By which sign each outcome is known, in the protocol's order.
    pub signs: Vec<String>,
    /// Who alone can open the seed, and tells people.
    pub teller: String,
    /// age recipients of the teller's devices, to which both contributions are sealed.
    pub recipients: Vec<String>,
    /// Who contributes to the seed beside the desk.
    pub second: PersonId,
    /// Commitment to the desk's contribution.
    pub contribution: Commitment,
    /// That contribution and its salt, sealed to the teller's devices, in base64.
    pub sealed: String,
    /// Groups that can be named from now on, if some are new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<FamilyFacts>,
}

/// Groups among which some may be named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FamilyFacts {
    /// The groups: people who are always told the same.
    pub groups: Vec<Vec<PersonId>>,
    /// The chance that any innocent one of them is ever named.
    pub alpha: f64,
}

/// That groups of an experiment were told, not what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExperimentTelling {
    /// Which experiment.
    pub experiment: ExperimentName,
    /// Who was told.
    pub persons: Vec<PersonId>,
    /// When.
    pub at: Timestamp,
    /// By which channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelName>,
    /// Who sees from now on who was told what, since the record says who got which copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen_by: Vec<String>,
}

/// What was seen, by somebody who cannot know who was told what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeSeen {
    /// Of which experiment.
    pub experiment: ExperimentName,
    /// The outcome's number.
    pub outcome: u32,
    /// SHA-256 of what it rests on.
    pub evidence: Commitment,
    /// Who says so, if it is not the entry's actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<PersonId>,
    /// What they signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The incidents that were recorded with it, one for each variant that it shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<IncidentName>,
    /// What else is to be said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

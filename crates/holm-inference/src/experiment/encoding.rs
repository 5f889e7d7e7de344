//! Protocols as bytes; the format stands at [`Protocol::encode`](super::protocol::Protocol::encode).

use super::Who;
use super::law::{Bet, Law, LawError, MOST_VARIANTS, Variants};
use super::protocol::{Group, Plan, Protocol, ProtocolError};

const HEAD: &[u8; 28] = b"holm experiment protocol v1\n";

/// Bytes that are no protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Another format, or another version of it.
    #[error("this is no experiment protocol of version 1")]
    Head,
    /// The bytes end early.
    #[error("the protocol is cut off")]
    Short,
    /// Other bytes than `encode` writes for the same protocol.
    #[error("the protocol is not in its canonical form")]
    NotCanonical,
    /// A law or bet that is none.
    #[error(transparent)]
    Law(#[from] LawError),
    /// A plan that cannot be carried out.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
}

pub(super) fn encode(protocol: &Protocol) -> Vec<u8> {
    let plan = protocol.plan();
    let mut out = HEAD.to_vec();
    out.extend_from_slice(&plan.wording);
    out.extend_from_slice(&plan.closes.to_le_bytes());
    out.extend_from_slice(&plan.floor.to_le_bytes());
    out.extend_from_slice(&plan.bet.parts().to_le_bytes());
    out.push(plan.groups.first().map_or(0, |(_, law)| law.weights().len()) as u8);
    out.extend_from_slice(&(plan.outcomes.len() as u16).to_le_bytes());
    plan.outcomes.iter().for_each(|shown| out.extend_from_slice(&shown.bits().to_le_bytes()));
    out.extend_from_slice(&(plan.groups.len() as u32).to_le_bytes());
    for (group, law) in &plan.groups {
        out.extend_from_slice(&encode_group(group));
        law.weights().iter().for_each(|w| out.extend_from_slice(&w.to_le_bytes()));
    }
    out
}

/// Number of members, then the members: what names a group's stream, too.
pub(super) fn encode_group(group: &Group) -> Vec<u8> {
    let mut out = (group.members().len() as u32).to_le_bytes().to_vec();
    group.members().iter().for_each(|who| out.extend_from_slice(&who.0.to_le_bytes()));
    out
}

pub(super) fn decode(bytes: &[u8]) -> Result<Protocol, ReadError> {
    let mut rest = Rest(bytes.strip_prefix(HEAD).ok_or(ReadError::Head)?);
    let wording = rest.take()?;
    let closes = i64::from_le_bytes(rest.take()?);
    let floor = rest.u32()?;
    let bet = Bet::new(rest.u32()?)?;
    let variants = usize::from(u8::from_le_bytes(rest.take()?));
    if variants > MOST_VARIANTS {
        return Err(ReadError::NotCanonical);
    }
    let outcomes = u16::from_le_bytes(rest.take()?);
    let outcomes = (0..outcomes).map(|_| Ok(Variants::from_bits(u16::from_le_bytes(rest.take()?))));
    let outcomes = outcomes.collect::<Result<_, ReadError>>()?;
    let groups = (0..rest.u32()?).map(|_| rest.group(variants)).collect::<Result<_, _>>()?;
    let protocol = Protocol::new(Plan { wording, closes, floor, bet, outcomes, groups })?;
    if encode(&protocol) == bytes { Ok(protocol) } else { Err(ReadError::NotCanonical) }
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(ReadError::Short)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u32(&mut self) -> Result<u32, ReadError> {
        self.take().map(u32::from_le_bytes)
    }

    fn group(&mut self, variants: usize) -> Result<(Group, Law), ReadError> {
        let members = (0..self.u32()?).map(|_| self.u32().map(Who)).collect::<Result<_, _>>()?;
        let weights = (0..variants).map(|_| self.u32()).collect::<Result<_, _>>()?;
        Ok((Group::of(members)?, Law::new(weights)?))
    }
}

//! What is so of statements, which only tests and benches may look at.

use crate::statements::account::AccountId;
use crate::statements::line::Number;

/// Who left what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traces {
    /// Leakers on the roster, careful ones too, in the order of the roster.
    pub leakers: Vec<Leaker>,
    /// What of anybody looks like a trace and is none: person, and what.
    pub ordinary: Vec<(usize, Ordinary)>,
}

/// A leaker, and what they left.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaker {
    /// Index of the person.
    pub person: usize,
    /// How they go about it.
    pub manner: Manner,
    /// Whom they call, if they do, and how many hops that is from a target.
    pub between: Option<(Number, u8)>,
    /// Numbers of second telephones.
    pub burners: Vec<Number>,
    /// Calls and texts that leaked, with the index of the operation.
    pub calls: Vec<Leak>,
    /// What was paid in for a leak.
    pub deposits: Vec<Deposit>,
}

/// How a leaker goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Leaves nothing.
    Careful,
    /// From their own telephone.
    Own,
    /// From another telephone.
    Burner,
}

impl Manner {
    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Careful => "careful",
            Self::Own => "own-telephone",
            Self::Burner => "burner",
        }
    }
}

/// A call or text that leaked something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leak {
    /// Index of the operation.
    pub operation: usize,
    /// When, in seconds of the world.
    pub at: i64,
    /// From.
    pub own: Number,
    /// To.
    pub other: Number,
}

/// Money for a leak that was paid in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deposit {
    /// Index of the operation.
    pub operation: usize,
    /// When, in seconds of the world.
    pub at: i64,
    /// Where.
    pub account: AccountId,
    /// Cents.
    pub amount: i64,
}

/// What looks like a trace and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordinary {
    /// Handsets changed so many times.
    Handsets(usize),
    /// The number changed.
    NewNumber,
    /// A second SIM that nobody noted.
    SecondSim(Number),
    /// Somebody in the circle is in touch with a target or a go-between.
    Relative(Number),
    /// A car was sold.
    CarSale,
    /// A loan was taken.
    Loan,
    /// A family's shop.
    Shop,
    /// A savings pool.
    Pool,
    /// Other work, declared.
    SideWork,
    /// Other work, not declared.
    UndeclaredWork,
}

impl Ordinary {
    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Handsets(_) => "handsets",
            Self::NewNumber => "new-number",
            Self::SecondSim(_) => "second-sim",
            Self::Relative(_) => "relative",
            Self::CarSale => "car-sale",
            Self::Loan => "loan",
            Self::Shop => "shop",
            Self::Pool => "pool",
            Self::SideWork => "side-work",
            Self::UndeclaredWork => "undeclared-work",
        }
    }
}

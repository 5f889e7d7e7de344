use super::*;
use crate::request::Explanation;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;

fn request(income: i64, holdings: Vec<Holding>) -> Request {
    let mut request: Request = serde_json::from_value(json!({
        "kind": "accounts", "files": [], "zone": "UTC", "owners": [], "screened": 1,
        "scope": { "first": "2026-01-01", "last": "2026-12-31", "persons": ["p1"] },
        "income": [{ "person": "p1", "currency": "EUR", "amount": Money(income).to_string(), "source": "declaration" }],
    }))
    .unwrap();
    request.holdings = holdings;
    request
}

fn holding(day: i8, worth: i64, verified: Option<&str>) -> Holding {
    let explanation = Some(Explanation { words: "a gift".to_owned(), verified: verified.map(str::to_owned) });
    let (person, currency, words) = ("p1".to_owned(), "EUR".to_owned(), "a car".to_owned());
    Holding { person, currency, on: date(2026, 3, day), worth: Money(worth), words, explanation }
}

fn tables(purse: Purse, spent: Vec<Spent>, ends: Vec<Ends>) -> Tables {
    let of = Of { person: 0, currency: 0 };
    Tables {
        currencies: vec!["EUR".to_owned()],
        purses: [(of, purse)].into(),
        spent: [(of, spent)].into(),
        ends: [(of, ends)].into(),
        ..Tables::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(2), ..ProptestConfig::default() })]

    /// Two ways to the same sum, where the statements are complete.
    #[test]
    fn both_methods_agree_where_no_booking_is_missing(
        income in 0..90_000_i64, opening in -9_000..9_000_i64, credits in 0..90_000_i64, debits in 0..90_000_i64,
        held in proptest::collection::vec((1..28_i8, 1..50_000_i64), 0..4),
    ) {
        let purse = Purse { credits: Money(credits), debits: Money(debits), change: Money(credits - debits), largest: Named::default() };
        let ends = Ends { opening: Money(opening), closing: Money(opening + credits - debits) };
        let spent = vec![Spent { on: date(2026, 3, 1), amount: Money(debits) }];
        let held = held.into_iter().map(|(day, worth)| holding(day, worth, None)).collect();
        let all = findings(&request(income, held), &tables(purse, spent, vec![ends]), 0, "EUR");
        prop_assert_eq!(all[0].amount, all[1].amount);
        prop_assert!(!all[1].words.contains("missing"));
    }
}

#[test]
fn a_holding_that_debits_cover_is_explained_and_one_that_is_verified_too() {
    let purse = Purse { debits: Money(10_000), change: Money(-10_000), ..Purse::default() };
    let spent = vec![Spent { on: date(2026, 3, 1), amount: Money(10_000) }];
    let held = vec![holding(10, 10_000, None), holding(11, 7_000, Some("notary, 2026-04-01")), holding(12, 3_000, None)];
    let all = findings(&request(0, held), &tables(purse, spent, Vec::new()), 0, "EUR");
    let unexplained: Vec<_> = all.iter().filter(|f| f.test == "unexplained-holding").collect();
    assert_eq!(unexplained.len(), 1);
    assert_eq!(unexplained[0].amount, Some(Money(3_000)));
    assert!(unexplained[0].explanation.as_ref().is_some_and(|e| e.verified.is_none()));
}

#[test]
fn balances_that_bookings_do_not_add_up_to_are_said() {
    let purse = Purse { credits: Money(5_000), change: Money(5_000), ..Purse::default() };
    let ends = Ends { opening: Money(0), closing: Money(8_000) };
    let all = findings(&request(1_000, Vec::new()), &tables(purse, Vec::new(), vec![ends]), 0, "EUR");
    assert!(all[1].words.contains("differ by 3.00"), "{}", all[1].words);
    assert_eq!((all[0].amount, all[1].amount), (Some(Money(4_000)), Some(Money(7_000))));
}

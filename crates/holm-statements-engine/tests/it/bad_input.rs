//! What files of strangers get wrong: every row is read, or named with the reason; nothing counts double.

use crate::asked::{Case, finding, p};
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use datafusion::parquet::arrow::ArrowWriter;
use serde_json::json;
use std::sync::Arc;

const CALLS: &str = "[columns]\nat = 'at'\nown = 'own'\nother = 'other'\n";
const BOOKINGS: &str = "[columns]\nat = 'at'\naccount = 'account'\namount = 'amount'\ncurrency = 'currency'\n";

fn calls() -> Case {
    let mut case = Case::new("phones", &["p1", "p2"]);
    case.owns("p1", "+34600000001");
    case.owns("p2", "+34600000002");
    case
}

fn bookings() -> Case {
    let mut case = Case::new("accounts", &["p1"]);
    case.owns("p1", "ES91 2100 0418");
    case
}

#[test]
fn columns_that_are_not_there_are_named_beside_those_that_are() {
    let mut case = calls();
    case.file("a.csv", CALLS, "when,own,to\n2026-01-05T10:00:00Z,+34600000001,+34600000009\n");
    let said = case.refusal();
    assert!(said.ends_with("a.csv` has no column `at`, `other`; it has `when`, `own`, `to`"), "{said}");
}

#[test]
fn a_mapping_to_a_column_that_nobody_knows_is_refused() {
    let mut case = calls();
    case.file("a.csv", "[columns]\nat = 'a'\nown = 'b'\nother = 'c'\ncolour = 'd'", "a,b,c,d\n");
    let said = case.refusal();
    assert!(said.contains("it names `colour`; columns are `at`, `own`, `other`"), "{said}");
}

#[test]
fn three_bad_rows_in_many_are_named_by_file_and_line() {
    let mut case = calls();
    let mut text = "at,own,other\n".to_owned();
    for row in 2..=3_000 {
        text += &match row {
            700 => "2026-02-30T10:00:00Z,+34600000001,+34600000009\n".to_owned(),
            1_400 => "2026-01-05T10:00:00Z,+34600000001\n".to_owned(),
            2_999 => "2026-01-05T10:00:00Z,,+34600000009\n".to_owned(),
            _ => format!("2026-01-{:02}T10:{:02}:{:02}Z,+34600000001,+3460000{row:04}\n", row % 28 + 1, row % 60, row % 59),
        };
    }
    case.file("a.csv", CALLS, &text);
    let read = case.answer().read;
    assert_eq!((read.bad.total, read.analysed, read.files[0].rows), (3, 2_996, 2_996));
    let named: Vec<(u64, &str)> = read.bad.first.iter().map(|b| (b.row.line, b.reason.as_str())).collect();
    let expected =
        [(700, "`2026-02-30T10:00:00Z` is no time of RFC 3339"), (1_400, "2 columns instead of 3"), (2_999, "`own` is empty")];
    assert_eq!(named, expected);
}

#[test]
fn of_many_bad_rows_twenty_are_named_and_all_counted() {
    let mut case = calls();
    let text = format!("at,own,other\n2026-01-05T10:00:00Z,+34600000001,+34600000009\n{}", "x,y,z\n".repeat(50));
    case.file("a.csv", CALLS, &text);
    let bad = case.answer().read.bad;
    assert_eq!((bad.total, bad.first.len()), (50, 20));
}

#[test]
fn a_file_of_which_no_row_can_be_read_is_refused() {
    let mut case = calls();
    case.file("a.csv", CALLS, "at,own,other\n05/01/2026,+34600000001,+34600000009\n");
    assert!(case.refusal().contains("has 1 rows and none can be read; the first: `05/01/2026` is no time of RFC 3339"));
}

#[test]
fn a_quotation_mark_that_is_not_closed_is_said_and_not_swallowed() {
    let mut case = calls();
    let good = "2026-01-05T10:00:00Z,+34600000001,+34600000009\n";
    case.file("a.csv", CALLS, &format!("at,own,other\n{good}\"2026-01-05T11:00:00Z,+34600000001,+34600000009\n{good}{good}"));
    let bad = case.answer().read.bad;
    assert_eq!((bad.total, bad.first[0].row.line), (1, 3));
    assert!(bad.first[0].reason.contains("a quotation mark is not closed"), "{}", bad.first[0].reason);
}

#[test]
fn bytes_that_are_no_text_spoil_their_row_alone() {
    let mut case = calls();
    let good = b"2026-01-05T10:00:00Z,+34600000001,+34600000009\n";
    let text = [
        b"at,own,other\n",
        good.as_slice(),
        b"2026-01-05T11:00:00Z,+34600000001,Espa\xf1a\n",
        b"2026-01-05T12:00:00Z,+34600000001,x\n",
    ];
    std::fs::write(case.path("a.csv"), text.concat()).unwrap();
    case.ask_about("a.csv", CALLS);
    let read = case.answer().read;
    assert_eq!((read.analysed, read.bad.total), (2, 1));
    assert_eq!((read.bad.first[0].row.line, read.bad.first[0].reason.as_str()), (3, "not UTF-8"));
}

#[test]
fn times_of_several_zones_meet() {
    let mut case = calls();
    let local = |zone| format!("{CALLS}[time]\nzone = '{zone}'\nformat = '%d/%m/%Y %H:%M'");
    // One instant in five spellings, and the row is one.
    case.file("a.csv", CALLS, "at,own,other\n2026-03-05T10:00:00Z,+34600000001,+34600000009\n");
    case.file("b.csv", CALLS, "at,own,other\n2026-03-05T04:00:00-06:00,+34600000001,+34600000009\n");
    case.file("c.csv", &local("America/Mexico_City"), "at,own,other\n05/03/2026 04:00,+34 600 000 001,0034600000009\n");
    case.file("d.csv", &local("Europe/Madrid"), "at,own,other\n05/03/2026 11:00,+34600000001,(+34) 600-000-009\n");
    // 1772704800 is 2026-03-05T10:00:00Z.
    case.file("e.csv", &format!("{CALLS}[time]\nformat = '%s'"), "at,own,other\n1772704800,+34600000001,+34600000009\n");
    let read = case.answer().read;
    assert_eq!((read.analysed, read.duplicates.total, read.duplicates.first[0].times), (1, 4, 4));
    assert!(read.duplicates.first[0].row.file.ends_with("a.csv") && read.duplicates.first[0].again.file.ends_with("e.csv"));
}

#[test]
fn a_time_without_a_zone_is_not_guessed() {
    let mut case = calls();
    let rows = "at,own,other\n2026-03-05T10:00:00Z,+34600000001,+34600000009\n2026-03-05T10:00:00,+34600000001,+34600000009\n";
    case.file("a.csv", CALLS, rows);
    let bad = case.answer().read.bad;
    assert_eq!((bad.total, bad.first[0].row.line), (1, 3));
    assert!(bad.first[0].reason.contains("has no offset, and the mapping no zone"));
}

#[test]
fn hours_that_the_clock_shows_twice_or_never_are_counted() {
    let mut case = calls();
    let rows = "at,own,other\n2026-03-29T02:30:00,+34600000001,+34600000009\n2026-03-29T03:30:00,+34600000001,+34600000009\n";
    case.file("a.csv", &format!("{CALLS}[time]\nzone = 'Europe/Madrid'"), rows);
    assert_eq!(case.answer().read.uncertain_times, 1);
}

#[test]
fn overlapping_files_and_rows_that_stand_twice_count_once() {
    let mut case = calls();
    let row = |minute: u32| format!("2026-01-05T10:{minute:02}:00Z,+34600000001,+34600000009\n");
    let file = |minutes: std::ops::Range<u32>| format!("at,own,other\n{}", minutes.map(row).collect::<String>());
    case.file("january.csv", CALLS, &file(0..30));
    case.file("again.csv", CALLS, &format!("{}{}", file(20..40), row(39)));
    let read = case.answer().read;
    assert_eq!((read.analysed, read.duplicates.total), (40, 11));
    let last = read.duplicates.first.last().unwrap();
    assert_eq!((last.row.line, last.again.line, last.times), (21, 22, 1));
}

#[test]
fn rows_outside_the_scope_are_counted_named_and_never_analysed() {
    let mut case = calls();
    case.owns("p9", "+34600000007");
    case.push("events", json!({ "person": "p9", "at": "2026-02-01T00:00:00Z", "label": "item" }));
    case.push("events", json!({ "person": "p1", "at": "2026-02-01T00:00:00Z", "label": "item" }));
    let other = "+34600000009\n";
    let rows = [
        format!("2025-12-31T22:59:59Z,+34600000001,{other}"),
        format!("2025-12-31T23:00:00Z,+34600000001,{other}"),
        format!("2026-06-30T22:00:00Z,+34600000001,{other}"),
        format!("2026-02-01T00:00:00Z,+34600000007,{other}"),
        format!("2026-02-01T00:00:00Z,+34600000008,{other}"),
        format!("2026-02-02T00:00:00Z,+34600000008,{other}"),
    ];
    case.file("a.csv", CALLS, &format!("at,own,other\n{}", rows.concat()));
    let answer = case.answer();
    // Midnight is Madrid's.
    assert_eq!((answer.read.analysed, answer.read.outside_days, answer.read.outside_persons.total), (1, 2, 3));
    let named: Vec<(&str, u64)> = answer.read.outside_persons.first.iter().map(|o| (o.own.as_str(), o.rows)).collect();
    assert_eq!(named, [("+34600000008", 2), ("+34600000007", 1)]);
    assert!(answer.persons.iter().all(|p| p.person != "p9"));
    assert_eq!((answer.read.outside_events, answer.persons[0].disclosures), (1, 1));
}

#[test]
fn a_number_of_two_persons_is_refused() {
    let mut case = calls();
    case.owns("p2", "+34 600 000 001");
    case.file("a.csv", CALLS, "at,own,other\n");
    assert!(case.refusal().contains("`+34600000001` belongs to `p1` and to `p2`"));
}

#[test]
fn parquet_says_what_csv_says() {
    let mut case = calls();
    let at: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![Some(1_767_607_200_000), None]).with_timezone("UTC"));
    let own: ArrayRef = Arc::new(Int64Array::from(vec![34_600_000_001, 34_600_000_001]));
    let other: ArrayRef = Arc::new(StringArray::from(vec!["+34600000009", "+34600000009"]));
    let batch = RecordBatch::try_from_iter([("at", at), ("own", own), ("other", other)]).unwrap();
    let file = std::fs::File::create(case.path("a.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    case.ask_about("a.parquet", CALLS);
    // 1767607200 is 2026-01-05T10:00:00Z.
    case.file("a.csv", CALLS, "at,own,other\n2026-01-05T10:00:00Z,34600000001,+34600000009\n");
    case.owns("p1", "34600000001");
    let read = case.answer().read;
    assert_eq!((read.analysed, read.duplicates.total, read.bad.total), (1, 1, 1));
    assert_eq!((read.bad.first[0].row.line, read.bad.first[0].reason.as_str()), (2, "`at` is empty"));
}

#[test]
fn amounts_are_read_as_the_mapping_says() {
    let mut case = bookings();
    let european = format!(
        "delimiter = ';'\nskip = 2\n{BOOKINGS}[time]\nzone = 'Europe/Madrid'\nformat = '%d.%m.%Y'\n[numbers]\ndecimal = ','"
    );
    let rows = [
        "05.01.2026;ES91 2100 0418;1.234,50;eur",
        "06.01.2026;es9121000418;-1.000,00;EUR",
        "07.01.2026;ES9121000418;200,00-;EUR",
        "08.01.2026;ES9121000418;(34,50);EUR",
        "09.01.2026;ES9121000418;1.5;EUR",
        "10.01.2026;ES9121000418;1,5;Euro",
    ];
    case.file("a.csv", &european, &format!("Banco\nExtracto\nat;account;amount;currency\n{}\n", rows.join("\n")));
    let answer = case.answer();
    let lines: Vec<u64> = answer.read.bad.first.iter().map(|b| b.row.line).collect();
    assert_eq!((answer.read.analysed, lines), (4, vec![8, 9]));
    let words = &finding(&answer, "p1", "source-and-application").words;
    assert!(words.starts_with("1234.50 spent, 0.00 more on accounts"), "{words}");
}

#[test]
fn credit_and_debit_may_stand_in_columns_of_their_own_or_be_said_by_a_word() {
    let columns = "[columns]\nat = 'at'\naccount = 'account'\ncredit = 'abono'\ndebit = 'cargo'\n[constants]\ncurrency = 'EUR'";
    let mut case = bookings();
    let rows = [
        "2026-01-05T10:00:00Z,ES9121000418,10.00,",
        "2026-01-06T10:00:00Z,ES9121000418,,4.00",
        "2026-01-07T10:00:00Z,ES9121000418,1,1",
    ];
    case.file("a.csv", columns, &format!("at,account,abono,cargo\n{}\n", rows.join("\n")));
    let word = "[columns]\nat = 'at'\naccount = 'account'\namount = 'amount'\ndirection = 'd'\n[constants]\ncurrency = 'EUR'\n[direction]\nin = ['H']\nout = ['D']";
    let rows = [
        "2026-01-08T10:00:00Z,ES9121000418,3.00,D",
        "2026-01-09T10:00:00Z,ES9121000418,-3.00,D",
        "2026-01-10T10:00:00Z,ES9121000418,3.00,X",
    ];
    case.file("b.csv", word, &format!("at,account,amount,d\n{}\n", rows.join("\n")));
    let answer = case.answer();
    assert_eq!((answer.read.analysed, answer.read.bad.total), (3, 3));
    assert!(finding(&answer, "p1", "source-and-application").words.starts_with("7.00 spent, 3.00 more on accounts"));
}

#[test]
fn currencies_are_never_added() {
    let mut case = bookings();
    let rows = [
        "2026-01-05T10:00:00Z,ES9121000418,10,EUR",
        "2026-01-06T10:00:00Z,ES9121000418,7,USD",
        "2026-01-07T10:00:00Z,ES9121000418,5,EUR",
    ];
    case.file("a.csv", BOOKINGS, &format!("at,account,amount,currency\n{}\n", rows.join("\n")));
    let answer = case.answer();
    let currencies: Vec<(&str, u64)> = answer.read.currencies.iter().map(|c| (c.currency.as_str(), c.rows)).collect();
    assert_eq!(currencies, [("EUR", 2), ("USD", 1)]);
    let sums: Vec<String> = answer.persons[0]
        .findings
        .iter()
        .filter(|f| f.test == "source-and-application")
        .map(|f| f.amount.unwrap().to_string())
        .collect();
    assert_eq!(sums, ["15.00", "7.00"]);
}

#[test]
fn equal_bookings_of_one_file_are_two_unless_a_balance_says_they_are_one() {
    let row = "2026-01-05T00:00:00Z,ES9121000418,9900,EUR";
    let mut case = bookings();
    case.push("thresholds", json!({ "currency": "EUR", "amount": "10000" }));
    case.file("a.csv", BOOKINGS, &format!("at,account,amount,currency\n{row}\n{row}\n{row}\n"));
    case.file("b.csv", BOOKINGS, &format!("at,account,amount,currency\n{row}\n{row}\n"));
    let answer = case.answer();
    assert_eq!((answer.read.analysed, answer.read.duplicates.total), (3, 2));
    assert!((p(finding(&answer, "p1", "structuring")) - 0.55_f64.powi(3)).abs() < 1e-12);

    let mut case = bookings();
    let balance = format!("{BOOKINGS}balance = 'balance'");
    case.file("a.csv", &balance, &format!("at,account,amount,currency,balance\n{row},9900\n{row},19800\n{row},19800\n"));
    let answer = case.answer();
    assert_eq!((answer.read.analysed, answer.read.duplicates.total), (2, 1));
    assert!(finding(&answer, "p1", "net-worth").words.starts_with("balances rose by 19800.00"));
}

#[test]
fn a_request_that_nobody_understands_is_refused() {
    let mut case = calls();
    case.request["colour"] = json!("red");
    assert!(case.refusal().contains("unknown field `colour`"));
    let mut case = calls();
    case.request["zone"] = json!("Mars/Olympus");
    assert!(case.refusal().contains("a zone that is not known: `Mars/Olympus`"));
    let mut case = calls();
    case.request["scope"]["persons"] = json!(["p1", "p2", "p1"]);
    assert!(case.refusal().contains("`p1` stands in the scope twice"));
    let mut case = calls();
    case.request["screened"] = json!(1);
    assert!(case.refusal().contains("2 persons are in the scope and 1 were screened"));
}

#[test]
fn a_cluster_that_cannot_answer_is_said_in_one_line() {
    let mut case = Case::new("phones", &["p1"]);
    case.owns("p1", "+34600000001");
    case.file(
        "calls.csv",
        "[columns]\nat='at'\nown='own'\nother='other'\n",
        "at,own,other\n2026-02-01T10:00:00Z,+34600000001,+34600000002\n",
    );
    let refused = |options: &[&str]| {
        let output = case.run_with(options);
        assert!(!output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap().lines().last().unwrap().to_owned()
    };
    let shared = case.path("").display().to_string();
    assert!(refused(&["--cluster", "df://127.0.0.1:1"]).contains("both or neither"));
    assert!(refused(&["--shared", &shared]).contains("both or neither"));
    assert!(refused(&["--clusters", "x"]).contains("`--clusters` is none of this program's options"));
    let said = refused(&["--cluster", "df://127.0.0.1:1", "--shared", &shared]);
    if cfg!(feature = "cluster") {
        assert!(said.contains("the engine failed"), "{said}");
        assert!(refused(&["--cluster", "nonsense", "--shared", &shared]).contains("`nonsense` is no cluster's scheduler"));
        assert!(
            refused(&["--cluster", "df://127.0.0.1:1", "--shared", "/nowhere"])
                .contains("no table can be laid down in `/nowhere`")
        );
    } else {
        assert!(said.contains("build it with `make statements CLUSTER=1`"), "{said}");
    }
}

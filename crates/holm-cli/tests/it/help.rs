//! What `--help` says, as a snapshot: the contract of DESIGN §12 in words.

use crate::desk::Desk;

#[test]
fn the_help_of_every_command_reads_as_it_did() {
    let desk = Desk::empty();
    let commands: [&[&str]; 27] = [
        &[],
        &["init"],
        &["person"],
        &["keygen"],
        &["custodian"],
        &["member"],
        &["check"],
        &["marks"],
        &["share"],
        &["open"],
        &["receipt"],
        &["trace"],
        &["item"],
        &["record"],
        &["marking"],
        &["onward"],
        &["tell"],
        &["channel", "add"],
        &["target", "add"],
        &["operation", "add"],
        &["operation", "close"],
        &["operation", "import"],
        &["incident", "add"],
        &["suspects"],
        &["damage"],
        &["correct"],
        &["recall"],
    ];
    let mut all = String::new();
    for command in commands {
        let help = desk.command(&[command, &["--help"]].concat()).env("COLUMNS", "100").output().unwrap();
        all.push_str(&format!(
            "$ holm {}\n{}\n",
            [command, &["--help"]].concat().join(" "),
            String::from_utf8(help.stdout).unwrap()
        ));
    }
    insta::assert_snapshot!(all);
}

//! A mail for each copy, ready to be sent by whatever program the officer's agency uses: Holm itself sends nothing.

use holm_marks::frame::Language;
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;

use crate::slip::Slip;
use crate::state::Person;

/// A message with a sealed copy and its slip attached, addressed to its recipient and marked as not sent yet.
///
/// Programs that open it show it as a draft (`X-Unsent`). It names the item and its marking and says how the copy is opened; it
/// holds nothing of the copy's text.
#[must_use]
pub fn message(slip: &Slip, sealed: &[u8], person: &Person, told_at: Timestamp, language: Option<Language>) -> Vec<u8> {
    let marking = slip.marking.as_deref().map(|m| format!("{m} ")).unwrap_or_default();
    let slip_text = slip.to_text();
    let built = MessageBuilder::new()
        .to((person.facts.name.as_str(), person.facts.email.as_str()))
        .subject(format!("{marking}{}", slip.item))
        .message_id(format!("{}.{}@holm.invalid", slip.copy, slip.sealed_sha256.get(..16).unwrap_or_default()))
        .date(told_at.as_second())
        .header("X-Unsent", Raw::new("1"))
        .text_body(body(slip, &person.facts.name, language))
        .attachment("application/age-encryption", slip.sealed_file.as_str(), sealed)
        .attachment("application/json", slip.file_name(), slip_text.as_bytes());
    // Writing to memory does not fail.
    built.write_to_vec().unwrap_or_default()
}

fn body(slip: &Slip, name: &str, language: Option<Language>) -> String {
    let (file, slip_file) = (&slip.sealed_file, slip.file_name());
    let conditions = slip.conditions.as_deref();
    match language {
        Some(Language::Es) => format!(
            "{name}:\n\nSe adjunta su ejemplar de {}, sellado a su clave, y su volante.\n{}\n\
             Guarde los dos archivos en una misma carpeta y abra el ejemplar con su escritorio, o con\n\n    holm open {file} --identity SU-CLAVE\n\n\
             Devuelva el acuse que se escribe a su lado. El volante ({slip_file}) prueba que este ejemplar está en el registro.\n",
            slip.item,
            conditions.map(|c| format!("\nCondiciones: {c}\n")).unwrap_or_default(),
        ),
        _ => format!(
            "{name},\n\nYour copy of {} is attached, sealed to your key, with its slip.\n{}\n\
             Save both files in one folder and open the copy on your desk, or with\n\n    holm open {file} --identity YOUR-KEY\n\n\
             Send back the receipt that is written beside it. The slip ({slip_file}) proves that this copy is in the record.\n",
            slip.item,
            conditions.map(|c| format!("\nConditions: {c}\n")).unwrap_or_default(),
        ),
    }
}

/// A line a copy, for whoever sends them: person, name, e-mail, copy, file, SHA-256 of the sealed file. RFC 4180.
///
/// # Errors
/// If a field cannot be written, which no text is.
pub fn list<'l>(lines: impl Iterator<Item = (&'l Slip, &'l Person)>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["person", "name", "email", "copy", "file", "sha256"])?;
    for (slip, person) in lines {
        let (id, copy) = (slip.person.as_str(), slip.copy.as_str());
        writer.write_record([id, &person.facts.name, &person.facts.email, copy, &slip.sealed_file, &slip.sealed_sha256])?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}

#[cfg(test)]
mod tests {
    use holm_marks::leak::attachments;
    use holm_record::commitment::Salt;
    use holm_record::event::PersonFacts;
    use holm_record::id::{CopyId, ItemName, PersonId};

    use super::*;
    use crate::shown::ShownEntry;
    use crate::slip::FORMAT;

    fn slip() -> Slip {
        Slip {
            format: FORMAT.to_owned(),
            item: ItemName::new("brief").unwrap(),
            copy: CopyId::new("p1.1").unwrap(),
            person: PersonId::new("p1").unwrap(),
            marking: Some("TLP:RED".to_owned()),
            conditions: Some("Para quien se nombra".to_owned()),
            sealed_file: "p1.docx.age".to_owned(),
            sealed_sha256: "ab".repeat(32),
            reply_to: None,
            entry: ShownEntry {
                log_key: "k".to_owned(),
                leaf: String::new(),
                body: String::new(),
                salt: Salt([0; 32]),
                proof: String::new(),
            },
        }
    }

    fn person() -> Person {
        let facts = PersonFacts {
            name: "Noé \"Cuervo\" Ibáñez".to_owned(),
            agency: "A".to_owned(),
            unit: "U".to_owned(),
            level: 1,
            role: "r".to_owned(),
            email: "noe@x.example".to_owned(),
            devices: Vec::new(),
        };
        Person { facts, left: false, lost: Vec::new(), since: 0 }
    }

    #[test]
    fn a_mail_carries_the_sealed_copy_and_its_slip_and_is_read_by_another_library() {
        let sealed: Vec<u8> = (0..=255).collect();
        let mail = message(&slip(), &sealed, &person(), Timestamp::UNIX_EPOCH, Some(Language::Es));
        let text = String::from_utf8_lossy(&mail);
        assert!(text.contains("X-Unsent: 1") && text.contains("noe@x.example") && text.contains("TLP:RED brief"), "{text}");
        // mail-parser, which reads leaks, sees what was put in.
        let attached = attachments(&mail);
        assert_eq!(attached.len(), 2);
        assert_eq!((attached[0].name.as_str(), attached[0].bytes.as_slice()), ("p1.docx.age", sealed.as_slice()));
        assert_eq!(Slip::parse(&String::from_utf8(attached[1].bytes.clone()).unwrap()).unwrap(), slip());
        assert!(holm_marks::leak::read(&mail, "m.eml").unwrap().contains("Condiciones: Para quien se nombra"));
    }

    #[test]
    fn the_list_is_a_table_whatever_names_hold() {
        let (slip, person) = (slip(), person());
        let list = String::from_utf8(list([(&slip, &person)].into_iter()).unwrap()).unwrap();
        assert!(
            list.ends_with(&format!("p1,\"Noé \"\"Cuervo\"\" Ibáñez\",noe@x.example,p1.1,p1.docx.age,{}\n", "ab".repeat(32))),
            "{list}"
        );
    }
}

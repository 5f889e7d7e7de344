//! The documents that survival is measured on, and foreign texts. All are fictional and were written for this project
//! (`corpus/README.md`).

use holm_marks::frame::Language;

/// A document of the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its file name without the ending.
    pub name: &'static str,
    /// Its language.
    pub language: Language,
    /// Its Markdown source, with authored alternations where it has any.
    pub source: &'static str,
}

macro_rules! document {
    ($language:ident, $name:literal) => {
        Document { name: $name, language: Language::$language, source: include_str!(concat!("../corpus/", $name, ".md")) }
    };
}

/// Documents to be marked: seven kinds in each language, no two of them translations.
pub const DOCUMENTS: [Document; 14] = [
    document!(En, "en-assessment"),
    document!(En, "en-email"),
    document!(En, "en-intelligence-summary"),
    document!(En, "en-legal-memo"),
    document!(En, "en-minutes"),
    document!(En, "en-raid-brief"),
    document!(En, "en-travel-order"),
    document!(Es, "es-correo"),
    document!(Es, "es-dictamen-juridico"),
    document!(Es, "es-evaluacion"),
    document!(Es, "es-informe-cateo"),
    document!(Es, "es-minuta"),
    document!(Es, "es-orden-comision"),
    document!(Es, "es-resumen-inteligencia"),
];

/// Texts about something else, in which a leak can be buried.
pub const FOREIGN: [Document; 4] =
    [document!(En, "foreign-en-1"), document!(En, "foreign-en-2"), document!(Es, "foreign-es-1"), document!(Es, "foreign-es-2")];

/// The foreign texts of one language.
pub fn foreign(language: Language) -> impl Iterator<Item = &'static Document> {
    FOREIGN.iter().filter(move |d| d.language == language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_of_the_folder_is_listed_and_in_the_language_it_says() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
        let files = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = files.filter(|f| f != "README.md").map(|f| f.trim_end_matches(".md").to_owned()).collect();
        names.sort();
        let mut listed: Vec<&Document> = DOCUMENTS.iter().chain(&FOREIGN).collect();
        listed.sort_by_key(|d| d.name);
        assert_eq!(listed.iter().map(|d| d.name).collect::<Vec<_>>(), names);
        for document in listed {
            assert_eq!(holm_marks::language::detect(document.source), Some(document.language), "{}", document.name);
        }
    }
}

//! Why no team meets a need, in the words of whoever wrote it.

use holm_inference::plan::team::{Constraint, Lack, Lacking, Remedy};

use super::Numbered;
use crate::belief::translation::Translation;

/// What is lacking, and the nearest that would do.
pub(super) fn said(lacking: &Lacking, numbered: &Numbered, translation: &Translation) -> String {
    let words = Words { numbered, translation };
    let lacks: Vec<String> = lacking.lacks.iter().map(|lack| words.lack(lack)).collect();
    let remedies: Vec<String> = lacking.remedies.iter().map(|remedy| words.remedy(remedy)).collect();
    let nearest = if remedies.is_empty() { "no single change helps: ask for less".to_owned() } else { remedies.join(", or ") };
    format!("{}; {nearest}", lacks.join("; "))
}

struct Words<'a> {
    numbered: &'a Numbered,
    translation: &'a Translation,
}

impl Words<'_> {
    fn person(&self, index: usize) -> String {
        format!("`{}`", self.translation.persons[index])
    }

    fn roles(&self, roles: &[usize]) -> String {
        roles.iter().map(|role| format!("`{}`", self.numbered.roles[*role])).collect::<Vec<_>>().join(" and ")
    }

    fn language(&self, index: usize) -> String {
        format!("`{}`", self.numbered.languages[index])
    }

    fn lack(&self, lack: &Lack) -> String {
        match lack {
            Lack::Roles { roles, wanted, can, barred } => {
                let barred = barred.iter().map(|(person, reason)| format!("; {} could, but {reason}", self.person(*person)));
                format!("{} needs {wanted}, and {can} can{}", self.roles(roles), barred.collect::<String>())
            }
            Lack::Language { language, wanted, can } => {
                format!("{wanted} must speak {}, and {can} of the candidates do", self.language(*language))
            }
            Lack::Senior { level, wanted, can } => {
                format!("{wanted} must be of level {} or higher, and {can} of the candidates are", level.get())
            }
            Lack::Barred { person, reason } => format!("{} must take part, but {reason}", self.person(*person)),
            Lack::Apart(a, b) => {
                format!("{} and {} must both take part, and may not do so together", self.person(*a), self.person(*b))
            }
            Lack::Together => "each condition can be met, but not all at once".to_owned(),
        }
    }

    fn constraint(&self, of: &Constraint) -> String {
        match of {
            Constraint::Language(language) => format!("the speakers of {}", self.language(*language)),
            Constraint::Senior(level) => format!("those of level {} or higher", level.get()),
            Constraint::Must(person) => format!("that {} must take part", self.person(*person)),
            Constraint::Together(a, b) => format!("that {} and {} take part together", self.person(*a), self.person(*b)),
            Constraint::Apart(a, b) => format!("that {} and {} do not take part together", self.person(*a), self.person(*b)),
            Constraint::RoleLevel(role) => format!("the level that {} asks for", self.roles(&[*role])),
        }
    }

    fn remedy(&self, remedy: &Remedy) -> String {
        match remedy {
            Remedy::Fewer { role, by, below } => {
                let below = if *below { ", fewer than it was said not to do without" } else { "" };
                format!("do with {by} fewer in {}{below}", self.roles(&[*role]))
            }
            Remedy::Without(one) => format!("give up {}", self.constraint(one)),
            Remedy::WithoutBoth(a, b) => format!("give up {}, and {}", self.constraint(a), self.constraint(b)),
            Remedy::Admit { person, reason } => format!("put right what bars {} ({reason})", self.person(*person)),
        }
    }
}

//! Members, roles and what they are for.

use holm::role::{Reach, UseCase};
use holm_record::event::member::Role;

use crate::language::Language;

/// What the page of members says.
pub(crate) struct MemberWords {
    pub(crate) link: &'static str,
    pub(crate) title: &'static str,
    /// While one officer works alone.
    pub(crate) alone: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) member: &'static str,
    pub(crate) roles: &'static str,
    pub(crate) since: &'static str,
    pub(crate) you: &'static str,
    pub(crate) officer: &'static str,
    pub(crate) dismissed: &'static str,
    pub(crate) set: &'static str,
    pub(crate) set_why: &'static str,
    pub(crate) person: &'static str,
    pub(crate) person_hint: &'static str,
    pub(crate) roles_hint: &'static str,
    pub(crate) set_button: &'static str,
    pub(crate) table: &'static str,
    pub(crate) use_case: &'static str,
    pub(crate) means: [&'static str; 3],
    /// Not theirs: roles, what, whose.
    pub(crate) not_yours: &'static str,
    pub(crate) no_role: &'static str,
    /// Names of [`Role::ALL`].
    role_names: [&'static str; Role::ALL.len()],
    /// What each of [`UseCase::ALL`] is.
    cases: [&'static str; 26],
    /// Of no, own and all.
    reaches: [&'static str; 3],
}

pub(crate) const EN: MemberWords = MemberWords {
    link: "Who works here",
    title: "Who works here",
    alone: "One officer works here, with all roles. Others can be given roles of their own; each opens this workspace with their own key.",
    lead: "Each member opens this workspace with their own key, signs what they enter, and may do what their roles allow.",
    member: "Member",
    roles: "Roles",
    since: "Entry",
    you: "you",
    officer: "who made the workspace",
    dismissed: "no member any more",
    set: "Give roles",
    set_why: "This is an entry of the record. The member is sealed this workspace's keys, as far as the roles need them. Without any role they are no member, and nothing further is sealed to them.",
    person: "Person",
    person_hint: "Their id on the roster. The devices that the roster has now are the ones they will open with.",
    roles_hint: "Nobody changes their own roles.",
    set_button: "Record these roles",
    table: "What each role may do",
    use_case: "To",
    means: [
        "Whoever shares keeps no keys, and whoever keeps keys shares nothing. Give both to one person only if you must.",
        "Analysts, inspectors and vetting officers cannot read an item with any program: the files are not sealed to them.",
        "For an originator, others' items do not exist: not in lists, counts, searches or messages.",
    ],
    not_yours: "You work here as {}. To {} is for: {}. A custodian gives roles.",
    no_role: "nothing",
    role_names: ["originator", "sharing officer", "vetting officer", "analyst", "custodian", "inspector"],
    cases: [
        "open what they were sent, and approve",
        "see people and members",
        "keep the roster",
        "see items and who has copies",
        "read items' texts and copies",
        "share items",
        "recall and correct items",
        "answer requests to pass on",
        "take receipts in",
        "see operations and incidents",
        "record operations and incidents",
        "see what was exposed",
        "trace leaks",
        "see reports of traced leaks",
        "see beliefs about people",
        "see checks on people",
        "record checks, and lay down the schedule",
        "see proceedings and dossiers",
        "keep proceedings",
        "open an item's key to others",
        "destroy what was recorded",
        "see requests for approval",
        "ask for approval",
        "see and verify the record",
        "keep the record",
        "give roles",
    ],
    reaches: ["–", "● own", "● all"],
};

pub(crate) const ES: MemberWords = MemberWords {
    link: "Quién trabaja aquí",
    title: "Quién trabaja aquí",
    alone: "Aquí trabaja un solo oficial, con todas las funciones. Se les pueden dar funciones a otros; cada quien abre este espacio con su propia clave.",
    lead: "Cada miembro abre este espacio con su propia clave, firma lo que asienta y puede hacer lo que sus funciones permiten.",
    member: "Miembro",
    roles: "Funciones",
    since: "Asiento",
    you: "usted",
    officer: "quien creó el espacio",
    dismissed: "ya no es miembro",
    set: "Dar funciones",
    set_why: "Es un asiento del registro. Al miembro se le sellan las claves de este espacio que sus funciones requieran. Sin ninguna función ya no es miembro, y no se le sella nada más.",
    person: "Persona",
    person_hint: "Su identificador en la nómina. Abrirá con los dispositivos que la nómina tiene ahora.",
    roles_hint: "Nadie cambia sus propias funciones.",
    set_button: "Asentar estas funciones",
    table: "Qué puede hacer cada función",
    use_case: "Para",
    means: [
        "Quien entrega no guarda claves, y quien guarda claves no entrega nada. Dé ambas cosas a una persona solo si no hay más remedio.",
        "Analistas, inspectores y oficiales de control no pueden leer una pieza con ningún programa: los archivos no están sellados para ellos.",
        "Para quien origina, las piezas de otros no existen: ni en listas, ni en cuentas, ni en búsquedas, ni en mensajes.",
    ],
    not_yours: "Usted trabaja aquí como {}. Para {} se necesita: {}. Un custodio da las funciones.",
    no_role: "nada",
    role_names: ["quien origina", "oficial de entrega", "oficial de control", "analista", "custodio", "inspector"],
    cases: [
        "abrir lo que se le envió, y aprobar",
        "ver personas y miembros",
        "llevar la nómina",
        "ver las piezas y quién tiene ejemplares",
        "leer textos y ejemplares",
        "entregar piezas",
        "retirar y corregir piezas",
        "responder solicitudes de transmitir",
        "recibir acuses",
        "ver operativos e incidentes",
        "asentar operativos e incidentes",
        "ver qué quedó expuesto",
        "rastrear filtraciones",
        "ver informes de rastreos",
        "ver estimaciones sobre personas",
        "ver los controles de confianza",
        "asentar controles y fijar su calendario",
        "ver procedimientos y expedientes",
        "llevar procedimientos",
        "abrir a otros la clave de una pieza",
        "destruir lo registrado",
        "ver solicitudes de aprobación",
        "pedir aprobación",
        "ver y verificar el registro",
        "llevar el registro",
        "dar funciones",
    ],
    reaches: ["–", "● propias", "● todas"],
};

impl MemberWords {
    pub(crate) fn role(&self, role: Role) -> &'static str {
        Role::ALL.iter().zip(self.role_names).find(|(of, _)| **of == role).map_or("", |(_, name)| name)
    }

    pub(crate) fn case(&self, case: UseCase) -> &'static str {
        UseCase::ALL.iter().zip(self.cases).find(|(of, _)| **of == case).map_or("", |(_, name)| name)
    }

    pub(crate) fn reach(&self, reach: Reach) -> &'static str {
        let [no, own, all] = self.reaches;
        match reach {
            Reach::No => no,
            Reach::Own => own,
            Reach::All => all,
        }
    }
}

/// Roles as a list in words.
pub(crate) fn roles_in<'r>(roles: impl IntoIterator<Item = &'r Role>, language: Language) -> String {
    let words = &language.words().member;
    let names: Vec<&str> = roles.into_iter().map(|role| words.role(*role)).collect();
    if names.is_empty() { words.no_role.to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_use_case_has_its_words() {
        assert_eq!(UseCase::ALL.len(), EN.cases.len());
    }
}

//! What the core says of experiments, as the desk says it: in Spanish, and in English without the command line's words.

use super::from_core::Message;

pub(super) const MESSAGES: &[Message] = &[
    Message {
        core: "no experiment is named `{}`; `holm experiment list` shows all",
        en: "no experiment is named “{0}”; the page of experiments shows all",
        es: "ningún experimento se llama «{0}»; la página de experimentos los muestra todos",
    },
    Message {
        core: "an experiment is named `{}` already; choose another name",
        en: "",
        es: "ya hay un experimento que se llama «{0}»; elija otro nombre",
    },
    Message { core: "experiment `{}` {}", en: "", es: "experimento «{0}»: {1}" },
    Message {
        core: "`{}` can see who was told what in experiment `{}`, which still runs on some of the same people: let somebody do it who cannot, or wait until it has closed",
        en: "",
        es: "«{0}» puede ver qué se contó a quién en el experimento «{1}», que aún corre con algunas de las mismas personas: que lo haga alguien que no pueda, o espere a que cierre",
    },
    Message {
        core: "only `{}`, to whom its seed is sealed, can do this",
        en: "",
        es: "esto solo puede hacerlo «{0}», para quien está sellada la semilla",
    },
    Message {
        core: "experiment `{}` runs until {}: it is closed after that, not before",
        en: "",
        es: "el experimento «{0}» corre hasta el {1}: se cierra después, no antes",
    },
    Message {
        core: "experiment `{}` closed at {}; what comes later does not count",
        en: "",
        es: "el experimento «{0}» cerró el {1}; lo que llega después no cuenta",
    },
    Message { core: "`{}` cannot contribute to the seed: {}", en: "", es: "«{0}» no puede aportar a la semilla: {1}" },
    Message {
        core: "`{}` has no device that anything could be sealed to, so they cannot be the teller",
        en: "",
        es: "«{0}» no tiene un dispositivo para el que se pueda sellar algo, así que no puede ser quien informe",
    },
    Message {
        core: "the operation `{}` is over or closed: an experiment tells people of one that is still to come",
        en: "",
        es: "la operación «{0}» ya pasó o está cerrada: en un experimento se informa de una que está por venir",
    },
    Message { core: "it would close at {}, which is {}", en: "", es: "cerraría el {0}, y esa fecha no sirve: {1}" },
    Message { core: "the seed of `{}` does not open here: {}", en: "", es: "la semilla de «{0}» no se abre aquí: {1}" },
    Message { core: "this is no {}: {}", en: "", es: "esto no es lo que se esperaba ({0}): {1}" },
    Message {
        core: "this belongs to another experiment or another record: {} differs",
        en: "",
        es: "esto es de otro experimento o de otro registro: no coincide {0}",
    },
    Message {
        core: "there is no outcome {}: `{}` lists 0 to {}",
        en: "",
        es: "no hay un resultado {0}: «{1}» enumera del 0 al {2}",
    },
    Message {
        core: "this evidence was entered already: everything that is seen of it is one outcome",
        en: "",
        es: "esta prueba ya se asentó: todo lo que se ve en ella es un solo resultado",
    },
    Message {
        core: "experiment `{}` was to close at {} and is not closed: close it first (`holm experiment close {}`)",
        en: "experiment “{0}” was to close at {1} and is not closed: close it first",
        es: "el experimento «{0}» debía cerrar el {1} y no está cerrado: ciérrelo primero",
    },
    Message {
        core: "no experiment was announced yet, so there is nothing to weigh (`holm experiment announce`)",
        en: "no experiment was announced yet, so there is nothing to weigh",
        es: "aún no se ha anunciado ningún experimento, así que no hay nada que pesar",
    },
    Message { core: "the system has no randomness for the seed", en: "", es: "el sistema no tiene azar para la semilla" },
    Message { core: "it could not be written: {}", en: "", es: "no se pudo escribir: {0}" },
];

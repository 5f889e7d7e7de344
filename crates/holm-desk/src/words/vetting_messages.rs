//! What the core says of checks on people, as the desk says it.

use super::from_core::Message;

pub(super) const MESSAGES: &[Message] = &[
    Message {
        core: "`{}` asks after more than 600 months; write 0 for never",
        en: "",
        es: "«{0}» pide después de más de 600 meses; escriba 0 si no se pide nunca",
    },
    Message {
        core: "`{}` examined and reviewed; a review is another person's",
        en: "",
        es: "«{0}» examinó y revisó; la revisión le toca a otra persona",
    },
    Message {
        core: "`{}` is empty, has control characters or is longer than 2,000 characters",
        en: "",
        es: "«{0}» está vacío, tiene caracteres de control o pasa de 2,000 caracteres",
    },
    Message { core: "`{}` is no day: write it like 2026-11-24", en: "", es: "«{0}» no es un día: escríbalo como 2026-11-24" },
    Message {
        core: "`{}` is stricter below than above: level {} is asked after {} months and level {} after {}",
        en: "",
        es: "«{0}» es más estricto abajo que arriba: al nivel {1} se le pide a los {2} meses y al nivel {3} a los {4}",
    },
    Message {
        core: "a waiver ends on a day that is to come, within 366 days; {} is not",
        en: "",
        es: "una dispensa termina en un día por venir, dentro de 366 días; {0} no lo es",
    },
    Message {
        core: "a {} reaches into what is private: say under which legal authority, with `--authority`",
        en: "a {0} reaches into what is private: say under which legal authority",
        es: "un control «{0}» entra en lo privado: indique con qué fundamento legal",
    },
    Message {
        core: "it counts until {}, which is before it was taken on {}",
        en: "",
        es: "vale hasta {0}, que es antes de hacerse, el {1}",
    },
    Message {
        core: "it was reviewed on {}, before it was taken on {}",
        en: "",
        es: "se revisó el {0}, antes de hacerse, el {1}",
    },
    Message {
        core: "nothing was imported: {} of {} checks cannot be used\n{}",
        en: "",
        es: "no se importó nada: {0} de {1} controles no se pueden usar\n{2}",
    },
    Message {
        core: "say why, in one line of 1 to 500 characters",
        en: "",
        es: "indique el motivo, en una línea de 1 a 500 caracteres",
    },
    Message {
        core: "the check was taken on {}, which is still to come; check the day",
        en: "",
        es: "el control se hizo el {0}, que está por venir; revise el día",
    },
    Message {
        core: "the schedule asks for `{}`, which is no sort of check; sorts are {}",
        en: "",
        es: "el calendario pide «{0}», que no es un tipo de control; los tipos son {1}",
    },
    Message {
        core: "the schedule asks for no check; give at least one `[sorts.NAME]` with `months`",
        en: "the schedule asks for no check; give at least one “[sorts.NAME]” with “months”",
        es: "el calendario no pide ningún control; ponga al menos un «[sorts.NAME]» con «months»",
    },
    Message { core: "there are no checks in it", en: "", es: "no tiene ningún control" },
    Message {
        core: "this check is recorded already, by entry {}; if that was a mistake, withdraw it with `holm record withdraw {}`",
        en: "this check is recorded already, by entry {0}; if that was a mistake, withdraw it",
        es: "este control ya está asentado, en el asiento {0}; si fue un error, retírelo",
    },
    Message {
        core: "the area under the curve lies above 0.5, where a check says nothing, and below 1; {} does not",
        en: "",
        es: "el área bajo la curva está por encima de 0.5, donde un control no dice nada, y por debajo de 1; {0} no lo está",
    },
    Message { core: "of {} people {} cannot leak", en: "", es: "de {0} personas no pueden filtrar {1}" },
    Message { core: "this is not a schedule of checks: {}", en: "", es: "esto no es un calendario de controles: {0}" },
];

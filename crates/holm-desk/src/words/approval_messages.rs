//! What the core says of approvals and of what was destroyed, as the desk says it.

use super::from_core::Message;

pub(super) const MESSAGES: &[Message] = &[
    Message {
        core: "`{}` and `{}` have one signing key; each needs their own",
        en: "",
        es: "«{0}» y «{1}» tienen la misma clave de firma; cada quien necesita la suya",
    },
    Message { core: "`{}` answered request {} already", en: "", es: "«{0}» ya respondió a la solicitud {1}" },
    Message {
        core: "`{}` cannot approve: not on the roster, has left, or has no device that signs",
        en: "",
        es: "«{0}» no puede aprobar: no está en la nómina, causó baja o no tiene un dispositivo que firme",
    },
    Message { core: "`{}` is not among those who approve this", en: "", es: "«{0}» no está entre quienes aprueban esto" },
    Message {
        core: "`{}` names the group `{}`, which the policy does not have",
        en: "",
        es: "«{0}» nombra el grupo «{1}», que la política no tiene",
    },
    Message {
        core: "`{}` stands twice; everybody is in one group",
        en: "",
        es: "«{0}» aparece dos veces; cada persona está en un solo grupo",
    },
    Message {
        core: "`{}` works at this desk and asks; nobody approves what they asked for themselves",
        en: "",
        es: "«{0}» trabaja en este escritorio y es quien pide; nadie aprueba lo que pidió",
    },
    Message {
        core: "another policy always needs every group; leave `policy` out of `[acts]`",
        en: "",
        es: "otra política necesita siempre a todos los grupos; quite «policy» de «[acts]»",
    },
    Message {
        core: "entry {} (`{}`) is needed for as long as the record is: proofs, keys or who may be sent anything stand on it",
        en: "",
        es: "el asiento {0} («{1}») hace falta mientras exista el registro: de él dependen pruebas, claves o a quién se le puede enviar algo",
    },
    Message { core: "entry {} was destroyed already", en: "", es: "el asiento {0} ya se había destruido" },
    Message {
        core: "group `{}` needs {} of {} persons; say from 1 to {}",
        en: "",
        es: "el grupo «{0}» necesita a {1} de {2} personas; indique de 1 a {3}",
    },
    Message {
        core: "no approval is needed for this; `holm approval policy` shows what needs one",
        en: "no approval is needed for this",
        es: "esto no necesita aprobación",
    },
    Message {
        core: "no entry names the sealed file `{}` as evidence, extraction, report, master or copy",
        en: "",
        es: "ningún asiento nombra el archivo sellado «{0}» como evidencia, lectura, informe, original o ejemplar",
    },
    Message {
        core: "no request has the number {}; `holm approval list` shows all",
        en: "no request has the number {0}",
        es: "ninguna solicitud tiene el número {0}",
    },
    Message {
        core: "no verdict about `{}` is recorded: there is nothing that others could check",
        en: "",
        es: "no hay ningún resultado registrado sobre «{0}»: no hay nada que otros puedan comprobar",
    },
    Message {
        core: "request {} for this waits for {}; nothing was done",
        en: "",
        es: "la solicitud {0} para esto espera a {1}; no se hizo nada",
    },
    Message {
        core: "request {} is used by `holm {}`",
        en: "request {0} is used where the item is shared or opened",
        es: "la solicitud {0} se usa donde se comparte o se abre la pieza",
    },
    Message { core: "request {} was used or refused already", en: "", es: "la solicitud {0} ya se usó o se rechazó" },
    Message {
        core: "say by whose authority and under which rule, in one line of 1 to 500 letters",
        en: "",
        es: "indique por autoridad de quién y según qué norma, en un renglón de 1 a 500 letras",
    },
    Message {
        core: "say what is to be destroyed: entries, or the files of an incident or an item",
        en: "",
        es: "indique qué se ha de destruir: asientos, o los archivos de un incidente o de una pieza",
    },
    Message {
        core: "the approval is not signed by a key that the policy names for `{}`, or its device was lost",
        en: "",
        es: "la aprobación no está firmada con una clave que la política nombre para «{0}», o su dispositivo se perdió",
    },
    Message {
        core: "the approval is of another record or request: its `{}` differs",
        en: "",
        es: "la aprobación es de otro registro o de otra solicitud: su «{0}» es distinto",
    },
    Message {
        core: "the master of `{}` was destroyed: leaks of it cannot be read any more",
        en: "",
        es: "el original de «{0}» se destruyó: sus filtraciones ya no se pueden leer",
    },
    Message {
        core: "the policy names no groups; give at least one `[groups.NAME]` with `needed` and `persons`",
        en: "",
        es: "la política no nombra grupos; dé al menos un «[groups.NOMBRE]» con «needed» y «persons»",
    },
    Message {
        core: "the reason must be one line of 1 to {} letters",
        en: "",
        es: "el motivo debe ser un renglón de 1 a {0} letras",
    },
    Message { core: "the record has no entry {}", en: "", es: "el registro no tiene el asiento {0}" },
    Message { core: "the request does not hold: {}", en: "", es: "la solicitud no es válida: {0}" },
    Message {
        core: "the sealed file `{}` was destroyed; the record says when, why and by whose authority",
        en: "",
        es: "el archivo sellado «{0}» se destruyó; el registro dice cuándo, por qué y por autoridad de quién",
    },
    Message {
        core: "the text that came with the request is not the one that the record committed to; approve nothing",
        en: "",
        es: "el texto que vino con la solicitud no es el que el registro fijó; no apruebe nada",
    },
    Message { core: "this is not a policy of approvals: {}", en: "", es: "esto no es una política de aprobaciones: {0}" },
    Message {
        core: "this is not a request for approval that this key opens: {}",
        en: "",
        es: "esto no es una solicitud de aprobación que esta clave abra: {0}",
    },
    Message { core: "this is not an approval: {}", en: "", es: "esto no es una aprobación: {0}" },
    Message {
        core: "this needs approval by {}: ask for it with `holm approval ask {}`; nothing was done",
        en: "this needs approval by {0}: ask for it first; nothing was done",
        es: "esto necesita la aprobación de {0}: pídala primero; no se hizo nada",
    },
    Message {
        core: "`{}` did not sign this request with a key that counts: one that was enrolled, or that the policy of approvals names, and not this desk's own",
        en: "",
        es: "«{0}» no firmó esta solicitud con una clave que cuente: una inscrita o que nombre la política de aprobaciones, y no la de este escritorio",
    },
    Message { core: "a new epoch needs {}; nothing was done", en: "", es: "una época nueva necesita {0}; no se hizo nada" },
    Message {
        core: "no new epoch was asked for; begin with `holm epoch ask`",
        en: "no new epoch was asked for",
        es: "no se pidió ninguna época nueva",
    },
    Message {
        core: "nothing of this record is lost as far as anybody who was asked can tell; sign on with `holm recover`",
        en: "",
        es: "de este registro no se perdió nada hasta donde sabe quien fue consultado; continúe con `holm recover`",
    },
    Message {
        core: "the record is not the one that the request is about; ask anew with `holm epoch ask`",
        en: "the record is not the one that the request is about; ask anew",
        es: "el registro no es aquel del que trata la solicitud; pídala de nuevo",
    },
    Message { core: "this is not a request for a new epoch", en: "", es: "esto no es una solicitud de una época nueva" },
];

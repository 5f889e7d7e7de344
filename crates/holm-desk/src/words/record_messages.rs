//! What the core says of witnesses and policies, as the desk says it.

use super::from_core::Message;

pub(super) const MESSAGES: &[Message] = &[
    Message {
        core: "`{}` already holds a witness; nothing was changed",
        en: "",
        es: "«{0}» ya contiene un testigo; no se cambió nada",
    },
    Message { core: "`{}` holds no Ed25519 key", en: "", es: "«{0}» no contiene una clave Ed25519" },
    Message {
        core: "`{}` holds no witness; make one with `holm witness init`",
        en: "",
        es: "«{0}» no contiene un testigo; cree uno con `holm witness init`",
    },
    Message { core: "`{}` of the witness: {}", en: "", es: "«{0}» del testigo: {1}" },
    Message {
        core: "an alarm after {} hours is not possible: 1 to {} are",
        en: "",
        es: "no es posible una alarma después de {0} horas: de 1 a {1} sí",
    },
    Message { core: "line {} of the policy: {}", en: "", es: "renglón {0} de la política: {1}" },
    Message {
        core: "no witnesses are named; write a policy (docs/spec/witness.md) and set it with `holm record policy FILE`",
        en: "no witnesses are named; name them first",
        es: "no hay testigos designados; designe testigos primero",
    },
    Message {
        core: "nothing of this is signed by a witness of the policy, for a checkpoint of this record",
        en: "",
        es: "nada de esto lleva la firma de un testigo de la política, para un punto de control de este registro",
    },
    Message {
        core: "the checkpoint does not follow from the one that was cosigned before: {}",
        en: "",
        es: "el punto de control no sigue del que se firmó antes: {0}",
    },
    Message {
        core: "the checkpoint is not signed by a key that this witness trusts for it: {}",
        en: "",
        es: "el punto de control no lleva la firma de una clave en la que este testigo confíe: {0}",
    },
    Message {
        core: "the log signed two different records of {} entries; this witness keeps both",
        en: "",
        es: "se firmaron dos registros distintos de {0} asientos; este testigo guarda ambos",
    },
    Message {
        core: "the newest checkpoint that this witness cosigned has {} entries",
        en: "",
        es: "el último punto de control que firmó este testigo tiene {0} asientos",
    },
    Message {
        core: "the policy does not list this record as a log; add the line `log {}`",
        en: "the policy does not list this record as a log; add the line log {0}",
        es: "la política no nombra este registro; agregue el renglón log {0}",
    },
    Message {
        core: "the policy lists a key under this record's name that is not its key; its keys are in `holm record keys`",
        en: "the policy lists a key under this record's name that is not its key; its keys stand here when the form is opened anew",
        es: "la política nombra, con el nombre de este registro, una clave que no es suya; sus claves están aquí al abrir de nuevo el formulario",
    },
    Message {
        core: "the record has {} entries, counted from 0; there is none with the number {}",
        en: "",
        es: "el registro tiene {0} asientos, contados desde 0; no hay ninguno con el número {1}",
    },
    Message {
        core: "the record has {} entries; it never had a checkpoint of {}",
        en: "",
        es: "el registro tiene {0} asientos; nunca tuvo un punto de control de {1}",
    },
    Message {
        core: "the witness trusts `{}` by another key; who runs that log must say which one holds, then change `{}` by hand",
        en: "",
        es: "el testigo confía en «{0}» con otra clave; quien lleva ese registro debe decir cuál vale; cambie entonces «{1}» a mano",
    },
    Message { core: "this is no request to a witness: {}", en: "", es: "esto no es una solicitud a un testigo: {0}" },
    Message {
        core: "this witness does not know the log `{}`; its operator must trust the log's key first",
        en: "",
        es: "este testigo no conoce el registro «{0}»; quien lo opera debe confiar antes en su clave",
    },
    Message {
        core: "`{}` is no place for a record: it is `sqlite`, or `postgresql://USER@HOST/DATABASE`",
        en: "{0} is no place for a record: it is sqlite, or postgresql://USER@HOST/DATABASE",
        es: "«{0}» no es un lugar para un registro: es sqlite, o postgresql://USUARIO@SERVIDOR/BASE",
    },
    Message {
        core: "leave the password out of the address, as `workspace.json` keeps it; give it as $PGPASSWORD",
        en: "leave the password out of the address, as the workspace's description keeps it; give it as $PGPASSWORD",
        es: "no ponga la contraseña en la dirección, porque la descripción del espacio de trabajo la guarda; désela como $PGPASSWORD",
    },
    Message {
        core: "this build of holm keeps records in files only; build it with the feature `postgres`",
        en: "this build of holm keeps records in files only",
        es: "esta versión de holm solo guarda registros en archivos",
    },
    Message {
        core: "`{}` is not a record as `holm record export --whole` writes it: {}",
        en: "",
        es: "«{0}» no es un registro como lo escribe `holm record export --whole`: {1}",
    },
    Message {
        core: "what was exported does not hold at {}: {}; nothing was taken in",
        en: "",
        es: "lo exportado no es íntegro en {0}: {1}; no se incorporó nada",
    },
    Message {
        core: "{} holds {} entries of this record that are not those of the export; nothing was taken in",
        en: "",
        es: "{0} contiene {1} asientos de este registro que no son los del archivo exportado; no se incorporó nada",
    },
    Message {
        core: "the workspace's record has {} entries and the export {}: an older state is not taken in",
        en: "",
        es: "el registro del espacio de trabajo tiene {0} asientos y el archivo exportado {1}: no se incorpora un estado anterior",
    },
    Message {
        core: "this workspace was put back from a backup and signs nothing until `holm recover` has compared it with what witnesses and recipients hold",
        en: "this workspace was put back from a backup and signs nothing until it was compared with what witnesses and recipients hold (`holm recover`)",
        es: "este espacio de trabajo se repuso de una copia de seguridad y no firma nada hasta compararlo con lo que guardan testigos y destinatarios (`holm recover`)",
    },
    Message {
        core: "this machine signed {} entries of this record and there are {}: an older state was put back, and nothing is signed; put the newest one back",
        en: "",
        es: "esta máquina firmó {0} asientos de este registro y hay {1}: se repuso un estado anterior, y no se firma nada; reponga el último",
    },
    Message {
        core: "this machine signed another record of this name with {} entries: this one was rewritten or is a second one, and nothing is signed",
        en: "",
        es: "esta máquina firmó otro registro de este nombre con {0} asientos: este fue reescrito o es otro, y no se firma nada",
    },
    Message {
        core: "`{}` lies within the workspace; choose a folder on another disk",
        en: "",
        es: "«{0}» está dentro del espacio de trabajo; elija una carpeta en otro disco",
    },
    Message {
        core: "`{}` already holds a workspace; put the backup back into another folder",
        en: "",
        es: "«{0}» ya contiene un espacio de trabajo; reponga la copia en otra carpeta",
    },
    Message { core: "`{}` is not a whole backup: {}", en: "", es: "«{0}» no es una copia de seguridad completa: {1}" },
    Message {
        core: "`{}` is not the file that was backed up; nothing was put back",
        en: "",
        es: "«{0}» no es el archivo que se copió; no se repuso nada",
    },
    Message {
        core: "this workspace signs as usual; there is nothing to recover",
        en: "",
        es: "este espacio de trabajo firma como siempre; no hay nada que recuperar",
    },
    Message {
        core: "nothing outside says how far the record went; give checkpoints, proofs or slips that witnesses and recipients hold with `--against`",
        en: "nothing outside says how far the record went; give checkpoints, proofs or slips that witnesses and recipients hold",
        es: "nada de fuera dice hasta dónde llegó el registro; aporte puntos de control, pruebas o volantes que guarden testigos y destinatarios",
    },
    Message {
        core: "{}: {}. Go on from a newer backup: signing on from here would make a second history of this record",
        en: "",
        es: "{0}: {1}. Continúe desde una copia más reciente: firmar desde aquí haría una segunda historia de este registro",
    },
];

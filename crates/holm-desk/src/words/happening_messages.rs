//! What the core says of tellings, operations, incidents, beliefs, corrections and damage, as the desk says it: in Spanish, and
//! in English without the command line's words.

use super::from_core::Message;

pub(super) const MESSAGES: &[Message] = &[
    // Words, times and weights.
    Message { core: "`{}` is no {}: it is one of {}", en: "", es: "«{0}» no es un {1}: use una de estas palabras: {2}" },
    Message {
        core: "`{}` is no weight: a weight is more than 0 and at most 1, which is all that there was to tell",
        en: "",
        es: "«{0}» no es un peso: un peso es mayor que 0 y a lo más 1, que es todo lo que había que decir",
    },
    Message {
        core: "`{}` is no time: write it like 2026-11-24T14:05-06:00 or 2026-11-24T14:05[America/Mexico_City]",
        en: "",
        es: "«{0}» no es una fecha con hora: escríbala como 2026-11-24T14:05-06:00 o 2026-11-24T14:05[America/Mexico_City]",
    },
    Message {
        core: "`{}` does not say of which zone: add an offset (-06:00, Z) or a zone ([America/Mexico_City])",
        en: "",
        es: "«{0}» no dice de qué huso horario es: agregue la diferencia (-06:00, Z) o el huso ([America/Mexico_City])",
    },
    Message {
        core: "`{}` was twice that day, or never, since the clocks were changed: give the offset (-06:00)",
        en: "",
        es: "«{0}» ocurrió dos veces ese día, o ninguna, porque se cambió la hora: indique la diferencia (-06:00)",
    },
    Message {
        core: "`{}` is no time zone: write one like America/Mexico_City",
        en: "",
        es: "«{0}» no es un huso horario: escriba uno como America/Mexico_City",
    },
    // Operations.
    Message {
        core: "`{}` is recorded already; operations have names of their own",
        en: "",
        es: "«{0}» ya está en el registro; cada operación lleva un nombre propio",
    },
    Message {
        core: "the sort is empty: say what it was, such as `raid`; each sort fails by itself at a rate of its own",
        en: "the sort is empty: say what it was, such as “raid”; each sort fails by itself at a rate of its own",
        es: "falta el tipo: diga qué fue, por ejemplo «cateo»; cada tipo falla por sí solo con una frecuencia propia",
    },
    Message {
        core: "no target is named `{}`; `holm target add` records one",
        en: "no target is named “{0}”; record it first, under Cases, Channels and targets",
        es: "ningún objetivo se llama «{0}»; regístrelo primero en Casos, Canales y objetivos",
    },
    Message { core: "nobody on the roster is of the unit `{}`", en: "", es: "en la nómina no hay nadie de la unidad «{0}»" },
    Message {
        core: "`{}` is told twice; give the earliest time",
        en: "",
        es: "«{0}» aparece dos veces entre los informados; deje la fecha más temprana",
    },
    Message {
        core: "`{}` is told at {}, after the operation, which is at {}",
        en: "",
        es: "a «{0}» se le informa el {1}, después de la operación, que es el {2}",
    },
    Message {
        core: "the window is contradictory: it begins at {} and ends at {}",
        en: "",
        es: "la ventana se contradice: empieza el {0} y termina el {1}",
    },
    Message {
        core: "the window is contradictory: it begins at {}, after the operation, which was at {}",
        en: "",
        es: "la ventana se contradice: empieza el {0}, después de la operación, que fue el {1}",
    },
    Message {
        core: "it went as planned, so there is no window in which a leak must have happened; leave it out",
        en: "",
        es: "salió según lo previsto, así que no hay una ventana en la que deba haber ocurrido una filtración; quítela",
    },
    Message {
        core: "it is to be at {}, which is still to come, so nothing can have come of it yet",
        en: "",
        es: "está prevista para el {0}, que aún no llega, así que todavía no puede tener resultado",
    },
    Message {
        core: "it has a window and no outcome; say what came of it",
        en: "",
        es: "tiene ventana y no resultado; diga cómo terminó",
    },
    Message { core: "operation `{}`: {}", en: "", es: "operación «{0}»: {1}" },
    Message {
        core: "no operation is named `{}`; `holm operation add` records one",
        en: "no operation is named “{0}”; record it first, under Cases, Record an operation",
        es: "ninguna operación se llama «{0}»; regístrela primero en Casos, Registrar una operación",
    },
    Message {
        core: "`{}` is closed already, by entry {}; if that was a mistake, withdraw it with `holm record withdraw {}`",
        en: "“{0}” is closed already, by entry {1}; if that was a mistake, withdraw that entry on the operation's page",
        es: "«{0}» ya está cerrada, por el asiento {1}; si fue un error, retire ese asiento en la página de la operación",
    },
    Message { core: "`{}` is recorded already", en: "", es: "«{0}» ya está en el registro" },
    // Imports.
    Message { core: "`{}` stands in line {} already", en: "", es: "«{0}» ya aparece en el renglón {1}" },
    Message { core: "the first line must be `{}`; it is `{}`", en: "", es: "el primer renglón debe ser «{0}»; es «{1}»" },
    Message { core: "it is no list of operations in JSON: {}", en: "", es: "no es una lista de operaciones en JSON: {0}" },
    Message { core: "there are no operations in it", en: "", es: "no contiene ninguna operación" },
    Message {
        core: "nothing was imported: {} of {} operations cannot be used\n{}",
        en: "",
        es: "no se incorporó nada; operaciones que no se pueden usar: {0} de {1}\n{2}",
    },
    // Tellings, and what is withdrawn.
    Message {
        core: "say what was told: an item (`--item`) or an operation (`--operation`), one of them",
        en: "say what was told: an item or an operation, one of them",
        es: "diga de qué se informó: de una pieza o de una operación, solo una de las dos",
    },
    Message {
        core: "say who was told: `--to PERSON`, `--to unit:UNIT` or `--to all`",
        en: "say who was told: persons, “unit:” and a unit, or “all”",
        es: "diga a quién se informó: personas, «unit:» y una unidad, o «all» para todos",
    },
    Message {
        core: "no channel is named `{}`; `holm channel add` records one",
        en: "no channel is named “{0}”; record it first, under Cases, Channels and targets",
        es: "ningún canal se llama «{0}»; regístrelo primero en Casos, Canales y objetivos",
    },
    Message {
        core: "{} is still to come; a telling is recorded once it has happened",
        en: "",
        es: "{0} aún no llega; un aviso de palabra se registra cuando ya ocurrió",
    },
    Message {
        core: "{} is after the operation `{}`, which was at {}; check the times",
        en: "",
        es: "{0} es posterior a la operación «{1}», que fue el {2}; revise las fechas",
    },
    Message {
        core: "entry {} is no telling, operation, closing, incident, recall, channel, target, check or waiver that still counts; only these can be withdrawn",
        en: "",
        es: "el asiento {0} no es un aviso de palabra, una operación, un cierre, un incidente, un retiro, un canal, un objetivo, un control ni una dispensa que siga vigente; solo esos se pueden retirar",
    },
    Message {
        core: "entry {} names what entry {} adds; withdraw that one first (`holm record withdraw {}`)",
        en: "entry {0} names what entry {1} adds; withdraw that one first",
        es: "el asiento {0} nombra lo que agrega el asiento {1}; retire primero aquel",
    },
    Message {
        core: "entry {} has {} operations; name the one that is withdrawn with `--operation`, or all of them with `--all`",
        en: "entry {0} has {1} operations; withdraw each on its own page",
        es: "el asiento {0} tiene {1} operaciones; retire cada una en su propia página",
    },
    Message { core: "entry {} has no operation `{}`", en: "", es: "el asiento {0} no tiene ninguna operación «{1}»" },
    Message { core: "say why it is withdrawn with `--reason`", en: "say why it is withdrawn", es: "diga por qué se retira" },
    // Incidents and damage.
    Message {
        core: "what is known of `{}` is recorded already, by entry {}; if that was a mistake, withdraw it with `holm record withdraw {}`",
        en: "what is known of “{0}” is recorded already, by entry {1}; if that was a mistake, withdraw that entry on the incident's page",
        es: "lo que se sabe de «{0}» ya está registrado, en el asiento {1}; si fue un error, retire ese asiento en la página del incidente",
    },
    Message {
        core: "say what was betrayed: `--operation NAME` or `--item NAME`",
        en: "say what was betrayed: an operation or an item",
        es: "diga qué se filtró: una operación o una pieza",
    },
    Message {
        core: "it was noticed at {}, which is still to come; check the time",
        en: "",
        es: "se advirtió el {0}, que aún no llega; revise la fecha",
    },
    Message {
        core: "the window is contradictory: the leak cannot have happened at {} or later, since it was noticed at {}",
        en: "",
        es: "la ventana se contradice: la filtración no pudo ocurrir el {0} ni después, porque se advirtió el {1}",
    },
    Message {
        core: "an incident is `confirmed`, `suspected` or `unknown`; nothing is an incident if all was clean",
        en: "an incident is confirmed, suspected or unknown; if all went as planned, there was no incident",
        es: "un incidente está confirmado, se sospecha o no se sabe; si todo salió según lo previsto, no hubo incidente",
    },
    Message {
        core: "nobody is recorded as told the version `{}`; versions that were told: {}",
        en: "",
        es: "no consta que a alguien se le haya dicho la versión «{0}»; versiones que se dijeron: {1}",
    },
    Message {
        core: "`{}` is neither an incident nor a person; `holm incident list` and `holm person list` show them",
        en: "“{0}” is neither an incident nor a person; Cases and People list them",
        es: "«{0}» no es un incidente ni una persona; se listan en Casos y en Personas",
    },
    Message {
        core: "nothing is recorded of what `{}` exposed; say so with `holm incident add {} --item NAME` or `--operation NAME`",
        en: "nothing is recorded of what “{0}” exposed; record the incident, with the item or operation that was betrayed",
        es: "no consta qué expuso «{0}»; registre el incidente con la pieza o la operación que se filtró",
    },
    // Corrections and recalls.
    Message { core: "say what is true", en: "", es: "diga qué es lo cierto" },
    Message {
        core: "no holder of `{}` can be sent anything any more; tell them by word of mouth and record it with `holm tell`",
        en: "no holder of “{0}” can be sent anything any more; tell them by word of mouth, and record that under Cases",
        es: "ya no se le puede enviar nada a nadie que tenga un ejemplar de «{0}»; avíseles de palabra y regístrelo en Casos",
    },
    Message { core: "`{}` was recalled already", en: "", es: "«{0}» ya se había retirado" },
    Message {
        core: "`{}` cannot be its correction: it must be another item that is shared and corrects nothing yet",
        en: "",
        es: "«{0}» no puede ser su corrección: debe ser otra pieza ya entregada que todavía no corrija nada",
    },
    Message {
        core: "the master of `{}` was destroyed: a further copy could not be traced; share the text as a new item, if it may be kept",
        en: "",
        es: "el original de «{0}» se destruyó: un ejemplar más no podría rastrearse; comparta el texto como otra pieza, si puede conservarse",
    },
    Message {
        core: "`{}` was recalled and goes to nobody further: {}",
        en: "",
        es: "«{0}» se retiró y ya no se entrega a nadie: {1}",
    },
    // Beliefs.
    Message {
        core: "there is nothing to judge by yet: record operations and what came of them (`holm operation add`, `close`, `import`), or incidents (`holm incident add`)",
        en: "there is nothing to judge by yet: record operations and what came of them, or incidents, under Cases",
        es: "todavía no hay de qué partir: registre en Casos operaciones y cómo terminaron, o incidentes",
    },
    Message {
        core: "the roster is empty; `holm person import roster.csv` fills it",
        en: "the roster is empty; add people under People",
        es: "la nómina está vacía; agregue personas en Personas",
    },
    // The programme.
    Message {
        core: "no agency and no unit of the roster is called `{}`; partners are {}",
        en: "no agency and no unit of the roster is called “{0}”; choose one of the list",
        es: "ninguna institución ni unidad de la nómina se llama «{0}»; elija una de la lista",
    },
    Message {
        core: "nobody on the roster is of the unit `{}`; units are {}",
        en: "nobody on the roster is of the unit “{0}”; choose one of the list",
        es: "nadie en la nómina es de la unidad «{0}»; elija una de la lista",
    },
    Message {
        core: "the time is contradictory: it begins on {} and ends on {}",
        en: "",
        es: "el periodo es contradictorio: empieza el {0} y termina el {1}",
    },
    Message {
        core: "the measure is of {}, which is still to come: there is no after yet",
        en: "",
        es: "la medida es del {0}, que aún no llega: todavía no hay un después",
    },
    Message {
        core: "compare 1 to 3,660 days before and after the measure; {} is not among these",
        en: "",
        es: "compare de 1 a 3,660 días antes y después de la medida; {0} no está entre ellos",
    },
    Message {
        core: "no operation of the {} days before {} has an outcome, so there is nothing to compare with: record what came of operations, or look further back with more days before",
        en: "",
        es: "ninguna operación de los {0} días anteriores al {1} tiene resultado, así que no hay con qué comparar: registre cómo terminaron las operaciones o mire más atrás, con más días antes",
    },
];

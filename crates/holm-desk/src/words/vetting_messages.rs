//! What the core says of checks on people, as the desk says it.

use super::from_core::Message;

pub(super) const MESSAGES: &[Message] = &[
    Message {
        core: "statements are read for a phone-review or a bank-review, and a {} is neither",
        en: "",
        es: "los extractos se leen para una revisión de llamadas o de cuentas, y «{0}» no es ninguna de las dos",
    },
    Message { core: "name the files of statements", en: "", es: "indique los archivos de los extractos" },
    Message { core: "`{}` is no cluster's scheduler: {}", en: "", es: "«{0}» no es el planificador de un clúster: {1}" },
    Message {
        core: "`{}` is none of this program's options: `--cluster df://HOST:PORT --shared FOLDER`, both or neither",
        en: "",
        es: "«{0}» no es una opción de este programa: «--cluster df://HOST:PORT --shared CARPETA», ambas o ninguna",
    },
    Message {
        core: "beliefs are masked here, and a plan names people: have others approve that masks are off (`holm approval ask unmask`), then plan",
        en: "",
        es: "aquí las estimaciones están enmascaradas, y un plan nombra a personas: haga aprobar que se quiten las máscaras («holm approval ask unmask») y planifique después",
    },
    Message {
        core: "entry {} has no finding `{}` of `{}`; `holm statement review {} --person {}` shows what it has",
        en: "",
        es: "el asiento {0} no tiene un hallazgo «{1}» de «{2}»; «holm statement review {3} --person {4}» muestra los que tiene",
    },
    Message {
        core: "entry {} is not of statements that were read; `holm statement review` lists them",
        en: "",
        es: "el asiento {0} no es de extractos leídos; «holm statement review» los muestra",
    },
    Message { core: "give an explanation, or how one was verified", en: "", es: "dé una explicación, o cómo se comprobó" },
    Message {
        core: "it was verified on {}, which is still to come; check the day",
        en: "",
        es: "se comprobó el {0}, que aún no ha llegado; revise el día",
    },
    Message {
        core: "no table can be laid down in `{}`, which every executor must reach under the same path: {}",
        en: "",
        es: "no se puede poner ninguna tabla en «{0}», que todos los ejecutores deben alcanzar por la misma ruta: {1}",
    },
    Message { core: "no team meets the need: {}", en: "", es: "ningún equipo cumple lo que se necesita: {0}" },
    Message { core: "the need cannot be used: {}", en: "", es: "lo que se necesita no se puede usar: {0}" },
    Message {
        core: "the {} is empty, too long, or has control characters",
        en: "",
        es: "el campo {0} está vacío, es demasiado largo o tiene caracteres de control",
    },
    Message {
        core: "this program was built without the client of a cluster: build it with `make statements CLUSTER=1`",
        en: "",
        es: "este programa se construyó sin el cliente de un clúster: constrúyalo con «make statements CLUSTER=1»",
    },
    Message {
        core: "a holding of {} of {} is verified and not explained; write the explanation too",
        en: "",
        es: "un bien de {0} del {1} está comprobado y no explicado; escriba también la explicación",
    },
    Message { core: "`{}` cannot be read: {}", en: "", es: "«{0}» no se puede leer: {1}" },
    Message {
        core: "the program `holm-statements` is not beside this one: build it with `make statements`, or say where it is in HOLM_STATEMENTS",
        en: "",
        es: "el programa «holm-statements» no está junto a este: constrúyalo con «make statements» o diga dónde está en HOLM_STATEMENTS",
    },
    Message {
        core: "while the statements were read, the record came to say other things of these people or their authority, so nothing was recorded; have them read again",
        en: "",
        es: "mientras se leían los extractos, el registro llegó a decir otra cosa de estas personas o de su fundamento, así que no se asentó nada; mándelos leer otra vez",
    },
    Message { core: "`holm-statements` read nothing: {}", en: "", es: "«holm-statements» no leyó nada: {0}" },
    Message {
        core: "what `holm-statements` answered cannot be read, so nothing was recorded; it must be of the same version: {}",
        en: "",
        es: "no se puede leer lo que respondió «holm-statements», así que no se asentó nada; tiene que ser de la misma versión: {0}",
    },
    Message {
        core: "what was found takes {} bytes, and an entry holds {}: name fewer persons, with one authority for each part",
        en: "",
        es: "lo que se encontró ocupa {0} bytes y en un asiento caben {1}: nombre a menos personas, con una autorización para cada parte",
    },
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
        core: "a {} reaches into what is private: name the legal authority that allows it, with `--authority`",
        en: "a {0} reaches into what is private: name the legal authority that allows it",
        es: "un control «{0}» entra en lo privado: indique el fundamento legal que lo permite",
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
    // The gate, exceptions, warnings.
    Message {
        core: "`{}` cannot review this: a review is by a person of the roster who neither sent the warning nor was sent it, with a key of their own",
        en: "",
        es: "«{0}» no puede revisarlo: revisa una persona de la nómina que no envió el aviso ni lo recibió, con una clave propia",
    },
    Message {
        core: "`{}` is no warning; `holm warning list` shows all", en: "“{0}” is no warning", es: "«{0}» no es un aviso"
    },
    Message {
        core: "`{}` is sent things as everybody is: no check of theirs is failed, missing or overdue",
        en: "",
        es: "a «{0}» se le envía como a todos: ningún control suyo falta, está vencido o no aprobado",
    },
    Message { core: "`{}` was reviewed already, by `{}`", en: "", es: "«{0}» ya fue revisado, por «{1}»" },
    Message {
        core: "entry {} is no check that counts; `holm check list` shows all",
        en: "entry {0} is no check that counts",
        es: "el asiento {0} no es un control que cuente",
    },
    Message {
        core: "nobody of these has a key to seal to; warn them by word of mouth now, and record it with `holm tell`",
        en: "nobody of these has a key to seal to; warn them by word of mouth now, and record that under Cases",
        es: "nadie de ellos tiene una clave a la cual sellar; avíseles de palabra ahora y regístrelo en Casos",
    },
    Message {
        core: "say in one line of 1 to {} letters why this cannot wait",
        en: "",
        es: "indique en una línea de 1 a {0} letras por qué no puede esperar",
    },
    Message {
        core: "say what mitigates the concern, how it is explained, or how that was verified",
        en: "",
        es: "indique qué atenúa el señalamiento, cómo se explica o cómo se verificó",
    },
    Message { core: "say what the danger is, and what to do", en: "", es: "diga cuál es el peligro y qué hacer" },
    Message {
        core: "the check of entry {} has no concern under guideline {}",
        en: "",
        es: "el control del asiento {0} no tiene un señalamiento de la pauta {1}",
    },
    Message {
        core: "the vetting of {} is not in force, so that they are sent nothing; nothing was shared: leave them out, or ask a vetting officer; what cannot wait because a life depends on it goes out with `holm warning send`",
        en: "the vetting of {0} is not in force, so that they are sent nothing; nothing was shared: leave them out, or ask a vetting officer; what cannot wait because a life depends on it goes out as a warning",
        es: "{0} no tiene vigentes sus controles de confianza y no se le envía nada; no se compartió nada: omita a esa persona o pregunte a un oficial de control; lo que no puede esperar porque depende una vida sale como aviso",
    },
    Message {
        core: "there is no explanation yet that could have been verified; give it too",
        en: "",
        es: "todavía no hay una explicación que se hubiera podido verificar; indíquela también",
    },
    Message {
        core: "this is never one person's, and the policy of approvals names nobody for `{}`; name groups for it (`holm approval policy`); nothing was done",
        en: "this is never one person's, and the policy of approvals names nobody for “{0}”; name groups for it first; nothing was done",
        es: "esto nunca le toca a una sola persona, y nadie está nombrado para aprobar «{0}»; nombre antes los grupos; no se hizo nada",
    },
    // Draws.
    Message {
        core: "`{}` and `{}` cannot make this draw: two people of the roster are needed, of different units, each with a key of their own that signs, and neither of them who opens it",
        en: "",
        es: "«{0}» y «{1}» no pueden hacer este sorteo: se necesitan dos personas de la nómina, de unidades distintas, cada una con una clave propia que firme, y ninguna la que lo abre",
    },
    Message { core: "`{}` has done this already for draw {}", en: "", es: "«{0}» ya lo hizo para el sorteo {1}" },
    Message {
        core: "a rate is from 0 to 100 of 100, for each of the five rank levels, and no level's is lower than that of a level below it",
        en: "",
        es: "una tasa va de 0 a 100 de cada 100, para cada uno de los cinco niveles de mando, y ninguna es menor que la de un nivel inferior",
    },
    Message {
        core: "draw {} is over, or the time to reveal is",
        en: "",
        es: "el sorteo {0} terminó, o venció el plazo para revelar",
    },
    Message {
        core: "draw {} waits for both commitments; nothing may be revealed before they are in the record",
        en: "",
        es: "el sorteo {0} espera ambos compromisos; nada puede revelarse antes de que consten en el registro",
    },
    Message {
        core: "draw {} waits for what may still come until {}; close it then",
        en: "",
        es: "el sorteo {0} espera lo que aún puede llegar hasta {1}; ciérrelo entonces",
    },
    Message {
        core: "no draw has the number {}; `holm check draw list` shows all",
        en: "no draw has the number {0}",
        es: "ningún sorteo tiene el número {0}",
    },
    Message {
        core: "nobody could be drawn: the unit has nobody, or every rate is 0",
        en: "",
        es: "nadie podría salir sorteado: la unidad está vacía o todas las tasas son 0",
    },
    Message {
        core: "the commitment is not signed by a key that `{}` has",
        en: "",
        es: "el compromiso no está firmado con una clave de «{0}»",
    },
    Message { core: "the system has no randomness to draw from", en: "", es: "el sistema no tiene azar con qué sortear" },
    Message {
        core: "there must be from 1 to 90 days to reveal, and from 1 to 90 to take the check",
        en: "",
        es: "debe haber de 1 a 90 días para revelar, y de 1 a 90 para hacer el control",
    },
    Message {
        core: "this is not of a draw that this key opens: {}",
        en: "",
        es: "esto no es de un sorteo que abra esta clave: {0}",
    },
    Message { core: "this is not what comes back of a draw: {}", en: "", es: "esto no es lo que vuelve de un sorteo: {0}" },
    Message {
        core: "this is of another draw or record, or not by one of its drawers: its `{}` differs",
        en: "this is of another draw or record, or not by one of its drawers: its “{0}” differs",
        es: "esto es de otro sorteo o registro, o no es de quien lo sortea: difiere su «{0}»",
    },
    Message {
        core: "what `{}` reveals is not what was committed to; nothing was recorded",
        en: "",
        es: "lo que «{0}» revela no es lo comprometido; no se asentó nada",
    },
    Message { core: "what came does not hold: {}", en: "", es: "lo que llegó no se sostiene: {0}" },
    // Legal authorities.
    Message { core: "this is not a legal authority: {}", en: "", es: "esto no es un fundamento legal: {0}" },
    Message {
        core: "no legal authority `{}` is recorded; record it with `holm check authority add FILE`",
        en: "no legal authority “{0}” is recorded",
        es: "no está asentado ningún fundamento legal «{0}»",
    },
    Message { core: "`{}` does not allow a {}", en: "", es: "«{0}» no permite un control «{1}»" },
    Message { core: "`{}` does not allow anything about `{}`", en: "", es: "«{0}» no permite nada sobre «{1}»" },
    Message {
        core: "`{}` may be used from {} to {}, and not on {}",
        en: "",
        es: "«{0}» puede usarse del {1} al {2}, y no el {3}",
    },
    Message {
        core: "`{}` requested and approved; an authority is another person's to approve",
        en: "",
        es: "«{0}» lo pidió y lo aprobó; la aprobación le toca a otra persona",
    },
    Message { core: "the authority names no {}", en: "", es: "el fundamento no nombra nada en «{0}»" },
    Message {
        core: "a {} needs no legal authority; name phone-review or bank-review",
        en: "",
        es: "un control «{0}» no requiere fundamento legal; nombre phone-review o bank-review",
    },
    Message {
        core: "the authority's {} ends before it begins, or after what was learnt is destroyed",
        en: "",
        es: "el plazo «{0}» del fundamento termina antes de empezar, o después de destruirse lo que se supo",
    },
    Message {
        core: "what was learnt under `{}` may be kept until {}; name the entries with `--entry` to destroy them before",
        en: "what was learnt under “{0}” may be kept until {1}",
        es: "lo que se supo por «{0}» puede conservarse hasta el {1}",
    },
    Message {
        core: "nothing is kept of what was learnt under `{}`",
        en: "",
        es: "no se conserva nada de lo que se supo por «{0}»",
    },
    Message {
        core: "`{}` is recorded already; give another name, or withdraw that entry",
        en: "",
        es: "«{0}» ya está asentado; dé otro nombre o retire ese asiento",
    },
    // What checks are worth.
    Message {
        core: "`{}` comes out adverse of those who leak no more often than of others: it is no evidence, so leave it out",
        en: "",
        es: "«{0}» no resulta adverso más a menudo en quienes filtran que en los demás: no es indicio, así que omítalo",
    },
    Message { core: "`{}` does not say where its figures are from", en: "", es: "«{0}» no dice de dónde son sus cifras" },
    Message {
        core: "the file is empty; that no check is evidence of anything is said with a line `[kinds]`",
        en: "the file is empty; that no check is evidence of anything is said with a line “[kinds]”",
        es: "el archivo está vacío; que ningún control sea prueba de nada se dice con un renglón «[kinds]»",
    },
    Message { core: "`{}` names no sorts of checks", en: "", es: "«{0}» no nombra ningún control" },
    Message {
        core: "`{}` stands in two kinds; what it is worth would count twice",
        en: "",
        es: "«{0}» está en dos clases; contaría dos veces",
    },
    Message {
        core: "`{}`: `most` is above 1 and at most 1,000",
        en: "{0}: most is above 1 and at most 1,000",
        es: "«{0}»: «most» es mayor que 1 y a lo más 1,000",
    },
    Message {
        core: "`{}`: `{}` is [adverse, seen], with adverse above 0 and below seen, and at most 10,000 seen",
        en: "",
        es: "«{0}»: «{1}» es [adversos, vistos], con adversos mayores que 0 y menores que vistos, y a lo más 10,000 vistos",
    },
    Message {
        core: "this says nothing of what checks are worth: {}",
        en: "",
        es: "esto no dice nada de cuánto valen los controles: {0}",
    },
    // Proceedings and dossiers.
    Message {
        core: "no incident is named `{}`; `holm incident list` shows all",
        en: "no incident is named “{0}”",
        es: "ningún incidente se llama «{0}»",
    },
    Message {
        core: "proceeding {} against `{}` about this is open already",
        en: "",
        es: "el procedimiento {0} contra «{1}» por esto ya está abierto",
    },
    Message {
        core: "`{}` was exonerated of this by proceeding {}; new facts are a new incident",
        en: "",
        es: "«{0}» fue exonerado de esto por el procedimiento {1}; hechos nuevos son un incidente nuevo",
    },
    Message {
        core: "no proceeding has the number {}; `holm proceeding list` shows all",
        en: "no proceeding has the number {0}",
        es: "ningún procedimiento tiene el número {0}",
    },
    Message { core: "proceeding {} has ended", en: "", es: "el procedimiento {0} terminó" },
    Message { core: "a {} cannot come now: {}", en: "", es: "ahora no puede venir «{0}»: {1}" },
    Message {
        core: "the person may still answer until {}; a review comes after the reply, or after that day",
        en: "",
        es: "la persona todavía puede responder hasta el {0}; la revisión viene después de la respuesta o de ese día",
    },
    Message {
        core: "{} is before what came last, on {}, or still to come",
        en: "",
        es: "{0} es antes de lo último, del {1}, o está por venir",
    },
    Message {
        core: "a {} is by {}: name them with `--by`",
        en: "a {0} is by {1}: name them",
        es: "«{0}» le toca a {1}: nómbrelos",
    },
    Message {
        core: "`{}` took part in this before, and cannot judge it",
        en: "",
        es: "«{0}» ya participó en esto y no puede juzgarlo",
    },
    Message {
        core: "it can be upheld only after a review, and not while the person may still appeal (until {}) or waits for a decision",
        en: "",
        es: "solo puede confirmarse después de una revisión, y no mientras la persona pueda apelar (hasta el {0}) o espere una decisión",
    },
    Message { core: "say so in 1 to {} letters", en: "", es: "dígalo en 1 a {0} letras" },
    // Lists that go with statements.
    Message {
        core: "1 line cannot be read, nothing was taken in; the first: {}",
        en: "one line cannot be read, so nothing was taken in: {0}",
        es: "una línea no se puede leer, así que no se tomó nada: {0}",
    },
    Message {
        core: "{} lines cannot be read, nothing was taken in; the first: {}",
        en: "{0} lines cannot be read, so nothing was taken in; the first: {1}",
        es: "{0} líneas no se pueden leer, así que no se tomó nada; la primera: {1}",
    },
    Message {
        core: "say it as CURRENCY=AMOUNT, such as EUR=10000",
        en: "",
        es: "dígalo como MONEDA=MONTO, por ejemplo MXN=200000",
    },
    // What the program that reads statements says.
    Message { core: "the request cannot be read: {}", en: "", es: "no se puede leer lo que se le pide: {0}" },
    Message {
        core: "the request has a zone that is not known: `{}`",
        en: "“{0}” is no time zone that is known; write one such as America/Mexico_City",
        es: "«{0}» no es una zona horaria conocida; escriba una como America/Mexico_City",
    },
    Message {
        core: "the scope's first day is not before its last, or outside the calendar",
        en: "",
        es: "el primer día del fundamento no es anterior al último, o está fuera del calendario",
    },
    Message { core: "the scope has no person", en: "", es: "el fundamento no nombra a nadie" },
    Message { core: "`{}` stands in the scope twice", en: "", es: "«{0}» está dos veces en el fundamento" },
    Message {
        core: "{} persons are in the scope and {} were screened",
        en: "the authority names {0} persons, and {1} are said to be screened; leave the number out, or write a larger one",
        es: "el fundamento nombra a {0} personas y se dice que se revisan {1}; omita el número o escriba uno mayor",
    },
    Message {
        core: "`after_hours` is 0: a window of no length counts nothing",
        en: "the hours after a disclosure are 0, and nothing would be counted; write a number, or leave it out",
        es: "las horas después de lo entregado son 0 y no se contaría nada; escriba un número u omítalo",
    },
    Message {
        core: "`{}` belongs to `{}` and to `{}`",
        en: "“{0}” belongs to “{1}” and to “{2}”; mend the list of whose numbers or accounts these are",
        es: "«{0}» es de «{1}» y de «{2}»; corrija la lista de quién son los números o las cuentas",
    },
    Message {
        core: "`{}`: its mapping cannot be used: {}",
        en: "the mapping of “{0}” cannot be used: {1}",
        es: "no se puede usar el TOML que dice cómo se leen las columnas de «{0}»: {1}",
    },
    Message {
        core: "`{}` has no column {}; it has {}",
        en: "“{0}” has no column {1}; it has {2}. Mend the mapping, or give the one of this provider",
        es: "«{0}» no tiene la columna {1}; tiene {2}. Corrija el TOML que dice cómo se leen, o dé el de este proveedor",
    },
    Message {
        core: "`{}` has {} rows and none can be read; the first: {}",
        en: "none of the {1} rows of “{0}” can be read, so the mapping is of another file or provider; the first: {2}",
        es: "no se puede leer ninguna de las {1} filas de «{0}», así que el TOML es de otro archivo o proveedor; la primera: {2}",
    },
    Message {
        core: "the engine failed: {}", en: "what reads statements failed: {0}", es: "falló lo que lee los extractos: {0}"
    },
    Message {
        core: "the engine answered with other columns than `{}`",
        en: "what reads statements answered with other columns than “{0}”",
        es: "lo que lee los extractos respondió con otras columnas que «{0}»",
    },
    // Approaches.
    Message {
        core: "`{}` cannot receive reports: not on the roster, has left, or has no key to seal to",
        en: "",
        es: "«{0}» no puede recibir reportes: no está en la nómina, causó baja o no tiene una clave a la cual sellar",
    },
    Message {
        core: "`{}` is of {}, as everybody else on the roster is; reports go to an officer of another agency",
        en: "",
        es: "«{0}» es de {1}, como todos en la nómina; los reportes van a un oficial de otra dependencia",
    },
    Message {
        core: "a batch has from 8 to 1,000 envelopes, and goes every 1 to 90 days",
        en: "",
        es: "un lote tiene de 8 a 1,000 sobres y va cada 1 a 90 días",
    },
    Message {
        core: "nobody is named to whom approaches are reported; a custodian names one with `holm approach officer PERSON`",
        en: "nobody is named to whom approaches are reported; a custodian names one",
        es: "nadie está nombrado para recibir los reportes; lo nombra un custodio",
    },
    Message {
        core: "say what happened in 1 to {} letters; an envelope that reports nothing says nothing",
        en: "",
        es: "diga qué pasó en 1 a {0} letras; un sobre que no reporta nada no dice nada",
    },
    Message {
        core: "the officer is of {}, your own agency; ask for a card of another one",
        en: "",
        es: "el oficial es de {0}, su propia dependencia; pida la tarjeta de otra",
    },
    Message { core: "this is not a {}: {}", en: "", es: "esto no es «{0}»: {1}" },
    Message {
        core: "this is not an envelope as `holm approach write` makes them",
        en: "this is not an envelope as the program makes them",
        es: "esto no es un sobre como los hace el programa",
    },
    Message {
        core: "no envelope of this batch opens with this key",
        en: "",
        es: "ningún sobre de este lote se abre con esta clave",
    },
    Message {
        core: "the batch is not the one that the record names: envelopes were added, taken out or changed",
        en: "",
        es: "el lote no es el que nombra el registro: se agregaron, quitaron o cambiaron sobres",
    },
    Message { core: "entry {} is no batch of envelopes", en: "", es: "el asiento {0} no es un lote de sobres" },
    Message {
        core: "the next batch goes on {}: batches that went when there was something to carry would say so",
        en: "",
        es: "el siguiente lote va el {0}: los que fueran cuando hay algo que llevar lo dirían",
    },
    Message { core: "an envelope could not be sealed: {}", en: "", es: "no se pudo sellar un sobre: {0}" },
];

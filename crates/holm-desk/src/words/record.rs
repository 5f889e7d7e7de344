//! The record.

use super::Plural;

pub(crate) struct RecordWords {
    pub(crate) title: Plural,
    pub(crate) entry: &'static str,
    pub(crate) at: &'static str,
    pub(crate) by: &'static str,
    pub(crate) what: &'static str,
    pub(crate) officer: &'static str,
    pub(crate) head: &'static str,
    pub(crate) verify: &'static str,
    pub(crate) verify_why: &'static str,
    pub(crate) holds: &'static str,
    pub(crate) broken: &'static str,
    pub(crate) checked: &'static str,
    pub(crate) verified_at: &'static str,
    pub(crate) back: &'static str,
    pub(crate) findings: &'static str,
    pub(crate) means: [&'static str; 3],
    pub(crate) verified_means: [&'static str; 2],
}

pub(crate) const EN: RecordWords = RecordWords {
    title: Plural { one: "The record holds one entry", many: "The record holds {} entries" },
    entry: "Entry",
    at: "When",
    by: "By",
    what: "What",
    officer: "officer",
    head: "Newest checkpoint",
    verify: "Verify the whole record now",
    verify_why: "Every entry, hash, signature and sealed file is computed again from the bytes on this disk, by code that shares nothing with the code that wrote them.",
    holds: "The record holds, entry by entry",
    broken: "The record does not hold",
    checked: "{} entries, {} checkpoints and {} sealed files were computed again from the bytes on this disk.",
    verified_at: "Verified {}",
    back: "Back to the record",
    findings: "What does not hold",
    means: [
        "Entries are only ever added. Changing or dropping one changes every hash after it, and the checkpoints that recipients hold would no longer fit.",
        "Bodies are encrypted: a stolen disk shows sizes and times.",
        "Recipients can check their own entries with Python and OpenSSL alone.",
    ],
    verified_means: [
        "If this page says that the record holds, no entry was changed, moved or removed since the checkpoints were signed.",
        "It cannot show that an entry was never made, or that a whole older record was put back: for that, compare the checkpoint with one that a recipient holds.",
    ],
};

pub(crate) const ES: RecordWords = RecordWords {
    title: Plural { one: "El registro tiene un asiento", many: "El registro tiene {} asientos" },
    entry: "Asiento",
    at: "Cuándo",
    by: "Por",
    what: "Qué",
    officer: "oficial",
    head: "Último punto de control",
    verify: "Verificar ahora todo el registro",
    verify_why: "Cada asiento, huella, firma y archivo sellado se calcula de nuevo a partir de los bytes de este disco, con un código que no comparte nada con el que los escribió.",
    holds: "El registro es íntegro, asiento por asiento",
    broken: "El registro no es íntegro",
    checked: "Se calcularon de nuevo {} asientos, {} puntos de control y {} archivos sellados a partir de los bytes de este disco.",
    verified_at: "Verificado {}",
    back: "Volver al registro",
    findings: "Lo que no coincide",
    means: [
        "Los asientos solo se agregan. Cambiar o quitar uno cambia todas las huellas que le siguen, y los puntos de control que guardan los destinatarios ya no coincidirían.",
        "Los textos van cifrados: un disco robado muestra tamaños y fechas.",
        "Cada destinatario puede comprobar sus propios asientos solo con Python y OpenSSL.",
    ],
    verified_means: [
        "Si esta página dice que el registro es íntegro, ningún asiento se cambió, movió ni quitó desde que se firmaron los puntos de control.",
        "No puede mostrar que un asiento nunca se hizo, ni que se repuso un registro anterior completo: para eso, compare el punto de control con el que guarda un destinatario.",
    ],
};

//! Why a page's words are not moved or a picture carries no marks, and phrases that the core puts into its sentences: as the core
//! has them and in Spanish.

pub(super) const REASONS: &[(&str, &str)] = &[
    // Pages.
    ("a font has an encoding that is not read", "un tipo de letra tiene una codificación que no se lee"),
    ("a font is chosen by a graphics state", "un estado gráfico elige el tipo de letra"),
    ("a font is missing", "falta un tipo de letra"),
    ("a font of the standard fourteen comes without its widths", "un tipo de letra estándar viene sin sus anchos"),
    ("it holds more than any page does", "contiene más de lo que contiene cualquier página"),
    ("it is a picture without text", "es una imagen sin texto"),
    ("it is one of the pages before, shown again", "es una página anterior, mostrada otra vez"),
    ("its content cannot be unpacked", "su contenido no se puede desempacar"),
    ("its forms are nested deeper than any page's", "sus formas están anidadas más hondo que en cualquier página"),
    ("its text is invisible, laid over a scan", "su texto es invisible, puesto sobre un escaneo"),
    ("its text runs downwards", "su texto corre hacia abajo"),
    ("one of its forms cannot be unpacked", "una de sus formas no se puede desempacar"),
    ("some of its text stands in forms that pages share", "parte de su texto está en formas que varias páginas comparten"),
    // Pictures.
    ("another picture is masked by it", "sirve de máscara a otra imagen"),
    ("it has more than 67 million samples", "tiene más de 67 millones de muestras"),
    ("it is JPEG 2000", "es JPEG 2000"),
    ("it is a stencil of one colour (an image mask)", "es una plantilla de un solo color (máscara)"),
    ("it is black and white (fax or JBIG2)", "es en blanco y negro (fax o JBIG2)"),
    ("it is linked to and not in the file", "está enlazada y no dentro del archivo"),
    (
        "its JPEG data are said to hold other colours than is usual (ColorTransform)",
        "sus datos JPEG declaran colores distintos de los usuales (ColorTransform)",
    ),
    ("its colours are indexed", "sus colores vienen de una paleta"),
    (
        "its data are packed in a way that this program does not undo",
        "sus datos están comprimidos de una manera que este programa no deshace",
    ),
    ("its samples are shown turned round or stretched (Decode)", "sus muestras se presentan invertidas o estiradas (Decode)"),
    ("its samples have another number of bits than 8", "sus muestras no son de 8 bits"),
    ("its size is none", "no tiene tamaño"),
    ("other pictures stand in for it (Alternates)", "otras imágenes la sustituyen (Alternates)"),
    ("some of its colours are transparent", "algunos de sus colores son transparentes"),
];

pub(super) const PHRASES: &[(&str, &str)] = &[
    ("a request to pass something on", "una solicitud para compartir algo con otros"),
    ("an answer", "una respuesta"),
    ("the conditions", "las condiciones"),
    ("the purpose", "el propósito"),
    ("the reason", "el motivo"),
    ("whom it is for", "el destinatario"),
    ("give the whole alternation one formatting", "dé un solo formato a todo el grupo"),
    ("move it into the running text, or write one alternative", "páselo al texto corrido, o escriba una sola alternativa"),
    ("no word of a PDF can be changed", "en un PDF no se puede cambiar ninguna palabra"),
    ("share the text or the Word file that it was made from", "comparta el texto o el archivo de Word del que se hizo"),
    (
        "stands where no mark can be: a table cell that it splits, code, a header, a note, a box, or text that was struck",
        "está donde no puede haber marcas: una celda que parte en dos, código, un encabezado, una nota, un cuadro o texto tachado",
    ),
    ("cleaned", "limpiar"),
    ("made", "crear"),
    ("none", "ninguna"),
    ("opened", "abrir"),
    ("outcome", "resultado"),
    ("read", "leer"),
    ("removed", "borrar"),
    ("sort of channel", "tipo de canal"),
    ("sort of incident", "tipo de incidente"),
    ("synchronised", "sincronizar"),
    ("written", "escribir"),
];

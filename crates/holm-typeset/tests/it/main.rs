//! What a reader of the PDF gets: its words, where they stand, and what moves them.

#![allow(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod reading;

mod file;
mod input;
mod pages;
mod plain;
mod shifts;
mod source;
mod text;

use holm_typeset::{Language, Layout, Typesetter, parse};

/// Documents of the corpus without authored alternations, and their language.
const CORPUS: [(&str, Language); 6] = [
    (include_str!("../../../holm-simulate/corpus/en-legal-memo.md"), Language::English),
    (include_str!("../../../holm-simulate/corpus/en-email.md"), Language::English),
    (include_str!("../../../holm-simulate/corpus/en-assessment.md"), Language::English),
    (include_str!("../../../holm-simulate/corpus/es-correo.md"), Language::Spanish),
    (include_str!("../../../holm-simulate/corpus/es-evaluacion.md"), Language::Spanish),
    (include_str!("../../../holm-simulate/corpus/es-orden-comision.md"), Language::Spanish),
];

/// One of everything, with the characters that Spanish needs.
const SAMPLE: &str = "# Título: ¿qué? ¡Eso!

Texto con **negrita**, *cursiva*, ***ambas***, `código en línea` y un [enlace de «prueba»](https://example.org/ñ).
Rayas – y —, “comillas”, 5 €, señal → lejos; fi fl ffi.

1. Primero
2. Segundo
   - anidado

> Una cita.

| Nombre | Importe |
|:-------|--------:|
| Uno    | 1,50 €  |
| Muñoz  | 7       |

```
fn main() { }
    sangrado
```
";

fn layout(markdown: &str, language: Language) -> Layout {
    Typesetter::new().lay_out(&parse(markdown, language).document).unwrap()
}

fn texts(layout: &Layout) -> Vec<&str> {
    layout.words().iter().map(|word| word.text.as_str()).collect()
}

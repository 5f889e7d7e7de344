//! Invented names.

const GIVEN: [&str; 32] = [
    "Adela",
    "Bruno",
    "Camila",
    "Darío",
    "Elvira",
    "Fermín",
    "Graciela",
    "Horacio",
    "Inés",
    "Julián",
    "Karina",
    "Leandro",
    "Marisol",
    "Nicanor",
    "Ofelia",
    "Porfirio",
    "Quetzal",
    "Rosaura",
    "Saúl",
    "Tomasa",
    "Ulises",
    "Violeta",
    "Wenceslao",
    "Ximena",
    "Yolanda",
    "Zacarías",
    "Abril",
    "Baltasar",
    "Celina",
    "Damián",
    "Edith",
    "Fabián",
];
const FAMILY: [&str; 37] = [
    "Arce",
    "Bañuelos",
    "Cota",
    "Duarte",
    "Escamilla",
    "Farías",
    "Galindo",
    "Huerta",
    "Ibarra",
    "Jurado",
    "Kuri",
    "Lerma",
    "Montaño",
    "Nava",
    "Olvera",
    "Prado",
    "Quiroz",
    "Rentería",
    "Salas",
    "Trejo",
    "Urrutia",
    "Valdez",
    "Waldo",
    "Xicoténcatl",
    "Yáñez",
    "Zamudio",
    "Ayala",
    "Barrera",
    "Cisneros",
    "Dávila",
    "Espino",
    "Fierro",
    "Gaxiola",
    "Hinojosa",
    "Iturbe",
    "Juárez",
    "Landa",
];

/// A name for each number; the first 1,184 differ.
pub(crate) fn name(number: usize) -> String {
    format!("{} {}", GIVEN[number % GIVEN.len()], FAMILY[number % FAMILY.len()])
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_differ() {
        let names: std::collections::BTreeSet<String> = (0..1184).map(super::name).collect();
        assert_eq!(names.len(), 1184);
    }
}

//! Spaces of their own width (ECMA-376 part 1, §17.3.2.35): a run is cut around a space, whose run gets `w:spacing`.

use quick_xml::Reader;
use quick_xml::events::Event;

/// Run properties that stand before `w:spacing` in a run's properties (ECMA-376 part 1, `CT_RPr`).
const BEFORE: [&str; 20] = [
    "w:ins",
    "w:rStyle",
    "w:rFonts",
    "w:b",
    "w:bCs",
    "w:i",
    "w:iCs",
    "w:caps",
    "w:smallCaps",
    "w:strike",
    "w:dstrike",
    "w:outline",
    "w:shadow",
    "w:emboss",
    "w:imprint",
    "w:noProof",
    "w:snapToGrid",
    "w:vanish",
    "w:webHidden",
    "w:color",
];

/// What replaces a space within a text element: the run ends, a run with nothing but a space that is `points` wider, and the
/// run goes on. `properties` is the run's `w:rPr` element, or nothing.
pub(super) fn spaced(properties: &str, points: f64) -> String {
    const TEXT: &str = "<w:t xml:space=\"preserve\">";
    let twentieths = (20.0 * points).round() as i64;
    let wider = if twentieths == 0 { properties.to_owned() } else { with_spacing(properties, twentieths) };
    format!("</w:t></w:r><w:r>{wider}{TEXT} </w:t></w:r><w:r>{properties}{TEXT}")
}

/// Run properties with this much more spacing, in twentieths of a point.
fn with_spacing(properties: &str, twentieths: i64) -> String {
    let element = |value: i64| format!("<w:spacing w:val=\"{value}\"/>");
    let mut reader = Reader::from_str(properties);
    let mut depth = 0;
    // Where the content of `w:rPr` ends.
    let mut end = None;
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or(0);
        let event = reader.read_event();
        let after = usize::try_from(reader.buffer_position()).unwrap_or(0);
        let (child, range) = match &event {
            Ok(Event::Start(e)) => {
                depth += 1;
                ((depth == 2).then(|| e.clone()), before..after)
            }
            Ok(Event::Empty(e)) => ((depth == 1).then(|| e.clone()), before..after),
            Ok(Event::End(_)) => {
                depth -= 1;
                end = (depth == 0).then_some(before).or(end);
                continue;
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => continue,
        };
        let Some(child) = child else { continue };
        let name = child.name();
        let name: &str = name.as_ref();
        if name == "w:spacing" {
            let own = child.try_get_attribute("w:val").ok().flatten().and_then(|a| a.value.parse::<i64>().ok()).unwrap_or(0);
            let mut out = properties.to_owned();
            out.replace_range(range, &element(own + twentieths));
            return out;
        }
        if !BEFORE.contains(&name) {
            end = Some(range.start);
            break;
        }
    }
    match end {
        Some(at) => {
            let mut out = properties.to_owned();
            out.insert_str(at, &element(twentieths));
            out
        }
        None => format!("<w:rPr>{}</w:rPr>", element(twentieths)),
    }
}

/// Spacing that run properties give, in points; 0 if they give none, or more than Word allows.
pub(super) fn points(properties: &str) -> f64 {
    /// Twentieths of a point to either side.
    const MOST: f64 = 31_680.0;
    let mut reader = Reader::from_str(properties);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) if e.name().as_ref() == "w:spacing" => {
                let value = e.try_get_attribute("w:val").ok().flatten().and_then(|a| a.value.parse::<f64>().ok());
                return value.filter(|v| v.abs() <= MOST).unwrap_or(0.0) / 20.0;
            }
            Ok(Event::Eof) | Err(_) => return 0.0,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_is_read_back() {
        assert_eq!(points(&with_spacing("<w:rPr><w:b/></w:rPr>", 8)), 0.4);
        assert_eq!(points("<w:rPr><w:color w:val=\"FF0000\"/></w:rPr>"), 0.0);
        for absurd in ["inf", "NaN", "1e300", "-31681", "wide"] {
            assert_eq!(points(&format!("<w:rPr><w:spacing w:val=\"{absurd}\"/></w:rPr>")), 0.0, "{absurd}");
        }
    }

    #[test]
    fn spacing_stands_where_the_schema_wants_it() {
        let with = |properties: &str| with_spacing(properties, -5);
        assert_eq!(with(""), "<w:rPr><w:spacing w:val=\"-5\"/></w:rPr>");
        assert_eq!(with("<w:rPr/>"), "<w:rPr><w:spacing w:val=\"-5\"/></w:rPr>");
        assert_eq!(
            with("<w:rPr><w:b/><w:sz w:val=\"22\"/></w:rPr>"),
            "<w:rPr><w:b/><w:spacing w:val=\"-5\"/><w:sz w:val=\"22\"/></w:rPr>"
        );
        assert_eq!(with("<w:rPr><w:b/></w:rPr>"), "<w:rPr><w:b/><w:spacing w:val=\"-5\"/></w:rPr>");
        assert_eq!(
            with("<w:rPr><w:color w:val=\"FF0000\"/><w:spacing w:val=\"20\"/><w:lang w:val=\"es-MX\"/></w:rPr>"),
            "<w:rPr><w:color w:val=\"FF0000\"/><w:spacing w:val=\"15\"/><w:lang w:val=\"es-MX\"/></w:rPr>"
        );
    }
}

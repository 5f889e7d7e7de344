//! A leak that is a picture is shown with its words boxed; words that stand aside in a PDF's copies are shown in its draft.

use holm_marks::carrier::Master;
use holm_marks::raster::Raster;

use super::*;

/// Boxes of a path: left, top, right, bottom.
fn boxes(path: &str) -> Vec<[f64; 4]> {
    let one = |part: &str| -> Option<[f64; 4]> {
        let (at, rest) = part.split_once('h')?;
        let (left, top) = at.split_once(' ')?;
        let (width, rest) = rest.split_once('v')?;
        let [left, top, width, height] = [left, top, width, rest.split_once('h')?.0].map(|n| n.parse::<f64>().unwrap());
        Some([left, top, left + width, top + height])
    };
    path.split('M').filter_map(one).collect()
}

fn attribute<'p>(part: &'p str, name: &str) -> &'p str {
    part.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap()
}

/// Share of dark pixels.
fn ink(picture: &Raster, [left, top, right, bottom]: [f64; 4]) -> f64 {
    let (mut dark, mut all) = (0, 0);
    for y in top.max(0.0) as usize..bottom as usize {
        let row = picture.row(y).get(left.max(0.0) as usize..right as usize).unwrap_or_default();
        dark += row.iter().filter(|p| **p < 128).count();
        all += row.len();
    }
    f64::from(dark as u32) / f64::from(all.max(1) as u32)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_lies_on_its_side_is_shown_upright_with_its_words_boxed() {
    let world = World::new().await;
    let plain = world.folder.path().join("pages");
    world.desk.office.act(|workspace| share(workspace, "printed", Copies::Pages, &plain)).unwrap();
    let pdf = std::fs::read(plain.join("p5.pdf")).unwrap();
    let scan = holm::recognise::picture(&pdf, 1, 200).unwrap();
    let leaks: [(&str, Option<&str>, &[u8]); 3] =
        [("ticket", None, b"t1"), ("item", None, b"printed"), ("files", Some("scan.png"), &scan.turned(1).to_png().unwrap())];
    world.parts("/trace", &leaks).await;
    let report = world.done("t1").await;
    let (_, page) = world.page(&report).await;
    assert!(page.contains("Copy p5.1, issued to"), "{page}");

    let sheet = page.split("<details class=\"scanned\" open>").nth(1).unwrap().split("</details>").next().unwrap();
    assert_eq!(
        (attribute(sheet, "width"), attribute(sheet, "height")),
        (&*scan.width().to_string(), &*scan.height().to_string())
    );
    let address = attribute(sheet, "src");
    assert_eq!(address, format!("{report}/pictures/0"));
    let response = world.send(Request::get(address)).await;
    assert_eq!((response.status(), &response.headers()[header::CONTENT_TYPE]), (StatusCode::OK, &"image/jpeg".parse().unwrap()));
    let shown = Raster::decode(&to_bytes(response.into_body(), 1 << 24).await.unwrap()).unwrap().remove(0);
    assert_eq!(shown.height(), 2_000, "as large as it needs to be");
    let scale = shown.height() as f64 / scan.height() as f64;
    let on_paper = |[left, top, right, bottom]: [f64; 4]| [left, top, right, bottom].map(|n| n * scale);

    let own = boxes(attribute(sheet.split("class=\"own\"").nth(1).unwrap(), "d"));
    let marks: Vec<(&str, &str)> = sheet
        .split("class=\"shown ")
        .skip(1)
        .map(|m| (m.split('"').next().unwrap(), m.split("</path>").next().unwrap()))
        .collect();
    let read: Vec<[f64; 4]> = marks.iter().filter(|(c, _)| *c == "read").flat_map(|(_, m)| boxes(attribute(m, "d"))).collect();
    assert!(own.len() > 100 && read.len() > 3, "{} {}", own.len(), read.len());
    let paper = ink(&shown, [0.0, 0.0, shown.width() as f64, shown.height() as f64]);
    let inked = own.iter().chain(&read).filter(|b| ink(&shown, on_paper(**b)) > paper).count();
    let all = own.len() + read.len();
    assert!(inked * 50 > all * 49, "{inked} of {all} boxes are around words, all but a dash or two");

    let moved = marks.iter().filter(|(class, _)| *class == "moved").count();
    assert!(moved > 50, "{moved}");
    for (_, mark) in &marks {
        let place = format!("data-mark=\"{}\"", attribute(mark, "data-mark"));
        assert!(page.split("<mark ").skip(1).any(|m| m.contains(&place)), "{mark} stands in the item too");
    }
    assert!(page.contains("<mark class=\"moved\" data-kind=\"read\""), "words that stand aside are shown in the item");
    assert!(world.page_in(&report, "es").await.1.contains("Imagen 1 de 1: se leyeron"));

    // The same for programs.
    let (_, json) = world.page(&format!("/api/v1{report}/aligned")).await;
    let aligned: serde_json::Value = serde_json::from_str(&json).unwrap();
    let words = aligned["pictures"][0]["words"].as_array().unwrap();
    assert_eq!(words.len(), own.len() + read.len() + page.matches("class=\"foreign\" d=\"M").count(), "{}", words.len());
    let leak = aligned["leak"].as_str().unwrap();
    for passage in aligned["passages"].as_array().unwrap() {
        let at = |name: &str| passage[name].as_u64().unwrap() as usize;
        assert!(!leak[at("start")..at("end")].is_empty() && aligned["blocks"][at("block")].is_array());
    }
    let layout =
        aligned["blocks"].as_array().unwrap().iter().flat_map(|b| b.as_array().unwrap()).filter(|p| p["layer"] == "layout");
    assert!(layout.filter(|p| p["read"].is_u64()).count() > 50);
    let jpeg = world.send(Request::get(format!("/api/v1{report}/pictures/0"))).await;
    assert_eq!((jpeg.status(), &jpeg.headers()[header::CONTENT_TYPE]), (StatusCode::OK, &"image/jpeg".parse().unwrap()));
    for missing in [format!("/api/v1{report}/pictures/1"), format!("{report}/pictures/1"), "/looks/1/pictures/0".to_owned()] {
        assert_eq!(world.page(&missing).await.0, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leak_without_pictures_shows_none() {
    let world = World::new().await;
    world.trace("t1", &[("text", &world.leak())]).await;
    let report = world.done("t1").await;
    let (_, page) = world.page(&report).await;
    assert!(!page.contains("class=\"scanned\"") && !page.contains("mark class=\"moved"), "{page}");
    assert_eq!(world.page(&format!("{report}/pictures/0")).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_pdf_that_stand_aside_are_shown_in_its_draft() {
    let world = World::new().await;
    let text = std::fs::read_to_string(world.folder.path().join("leak.md")).unwrap();
    let master = Master::parse(text.as_bytes(), "brief.md").unwrap();
    let pdf = Copies::Pages.template(&master, text.as_bytes(), &[]).unwrap().render(&[]).unwrap();
    let begun = world.parts("/share", &[("document", Some("brief.pdf"), &pdf)]).await;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER);
    let (_, page) = world.page(&to(&begun)).await;
    let moved = page.matches("<mark class=\"moved\">").count();
    assert!(moved > 100 && page.contains(&format!("{moved} words, with a thin line below them")), "{moved}: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_text_that_is_set_as_pages_is_not_called_too_short() {
    let world = World::new().await;
    let text = "The van came at nine and left again at ten. Nobody saw who drove it, and the gate stayed open until the \
                morning. The team will watch the yard again on Thursday night from the roof of the school.";
    let place = world.draft(text).await;
    let chosen = [("name", "short"), ("to", "all"), ("do", "release")];
    let release = format!("{place}/release");
    world.fields(&place, &chosen).await;
    assert!(world.page(&release).await.1.contains("too short to name anyone"));
    world.fields(&place, &[&chosen[..], &[("pages", "1")]].concat()).await;
    let (_, page) = world.page(&release).await;
    assert!(!page.contains("too short to name anyone"), "its words are moved: {page}");
    assert!(world.page(&place).await.1.contains("<mark class=\"moved\">"), "and it says which");
    let begun = world.fields(&release, &[("ticket", "r1")]).await;
    assert_eq!(world.done_at(&to(&begun)).await, "/items/short");
}

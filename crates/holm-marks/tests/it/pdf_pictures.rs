//! Pictures on pages of a PDF: which carry marks, how they are written back, and which are left alone.

use std::io::Cursor;

use holm_marks::carrier::{Copy, Master, PictureSecret, marked_pictures};
use holm_marks::leak::views;
use holm_marks::mark::Mark;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat};
use lopdf::{Dictionary, Document, Object, Stream};

use crate::hostile::bomb;
use crate::page_file::{FIRST, pdf_with, shared, stream};
use crate::pictures::scene;

const WORDS: &str = "BT /F1 12 Tf 72 700 Td (The convoy left the yard at four) Tj ET";
const RGB: &str = "/ColorSpace/DeviceRGB";
const GREY: &str = "/ColorSpace/DeviceGray";

fn secret() -> PictureSecret {
    PictureSecret::new([7; 32])
}

fn jpeg(image: &DynamicImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, 90)).unwrap();
    out.into_inner()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
}

/// An image object; `entries` besides size and depth.
fn xobject(width: u32, height: u32, entries: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    let size = format!("/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8{entries}");
    stream(&size, content)
}

/// Two pages with words: the first paints each of these objects, once more what it painted first, and the second page too.
/// Image i is object `IMAGE + i`.
fn file(images: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = shared(&format!("{FIRST} 0 R {} 0 R", FIRST + 1), 2);
    let named: String = (0..images.len()).map(|i| format!("/I{i} {} 0 R", IMAGE + i)).collect();
    let page = |content: usize| {
        format!("<</Type/Page/Parent 2 0 R/Contents {content} 0 R/Resources<</Font<</F1 3 0 R>>/XObject<<{named}>>>>>>")
            .into_bytes()
    };
    objects.extend([page(FIRST + 2), page(FIRST + 3)]);
    let painted: String = (0..images.len()).map(|i| format!("q 300 0 0 200 72 {} cm /I{i} Do Q\n", 100 + i)).collect();
    objects.push(stream("", format!("{WORDS}\n{painted}q 30 0 0 20 72 100 cm /I0 Do Q")));
    objects.push(stream("", format!("{WORDS}\nq 30 0 0 20 72 100 cm /I0 Do Q")));
    objects.extend(images.iter().cloned());
    pdf_with(&objects, "")
}

const IMAGE: usize = FIRST + 4;

fn master(images: &[Vec<u8>]) -> Master {
    Master::parse(&file(images), "x.pdf").unwrap()
}

/// Why each picture carries no marks; how many it carries otherwise.
fn said(master: &Master) -> Vec<Result<usize, String>> {
    master.pictures().iter().map(holm_marks::carrier::ItemPicture::capacity).collect()
}

fn picture_marks(master: &Master) -> Vec<Mark> {
    master.picture_marks().into_iter().map(|f| f.mark).collect()
}

fn copy(master: &Master, marks: &[Mark], symbols: &[u8]) -> Copy {
    master.keyed_template(marks, &secret()).unwrap().render(symbols).unwrap()
}

fn symbols(count: usize) -> Vec<u8> {
    (0..count).map(|i| u8::from(i * i % 7 < 3)).collect()
}

fn object(file: &Document, number: usize) -> &Stream {
    file.get_object((u32::try_from(number).unwrap(), 0)).unwrap().as_stream().unwrap()
}

/// Mean squared difference in grey levels.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>() / a.len() as f64
}

#[test]
fn pictures_of_a_page_are_written_back_as_they_were_but_for_their_marks() {
    let (colours, grey) = (scene(260, 200), DynamicImage::ImageLuma8(scene(200, 240).to_luma8()));
    let (rgb, luma) = (colours.to_rgb8().into_raw(), grey.to_luma8().into_raw());
    let decoded = |image: &DynamicImage| image::load_from_memory(&jpeg(image)).unwrap().into_bytes();
    let (rgb_jpeg, luma_jpeg) = (decoded(&colours), decoded(&grey));
    let masters = [&rgb_jpeg, &luma_jpeg, &rgb, &luma, &rgb, &rgb_jpeg];
    let hex: String = jpeg(&colours).iter().map(|b| format!("{b:02x}")).collect();
    // Rows after a filter byte of 0, none.
    let rows: Vec<u8> = rgb.chunks(3 * 260).flat_map(|row| [&[0_u8][..], row].concat()).collect();
    let calibrated = "/ColorSpace[/CalGray<</WhitePoint[0.95 1 1.09]>>]/Interpolate true/Filter/FlateDecode";
    let images = [
        xobject(260, 200, &format!("{RGB}/Filter/DCTDecode/Decode[0 1 0 1 0 1]"), jpeg(&colours)),
        xobject(200, 240, &format!("{GREY}/Filter[/DCTDecode]/DecodeParms[null]"), jpeg(&grey)),
        xobject(260, 200, &format!("{RGB}/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors 3/Columns 260>>"), zlib(&rows)),
        xobject(200, 240, calibrated, zlib(&luma)),
        xobject(260, 200, RGB, &rgb),
        xobject(260, 200, &format!("{RGB}/Filter[/ASCIIHexDecode/DCTDecode]"), hex + ">"),
    ];
    let master = master(&images);
    let names: Vec<&str> = master.pictures().iter().map(holm_marks::carrier::ItemPicture::name).collect();
    assert_eq!(
        names,
        [
            "page 1, picture 1",
            "page 1, picture 2",
            "page 1, picture 3",
            "page 1, picture 4",
            "page 1, picture 5",
            "page 1, picture 6"
        ]
    );
    let marks = picture_marks(&master);
    assert!(said(&master).iter().all(|s| s.as_ref().is_ok_and(|n| *n >= 32)), "{:?}", said(&master));
    let written = copy(&master, &marks, &symbols(marks.len()));
    let (before, after) = (Document::load_mem(&file(&images)).unwrap(), Document::load_mem(&written).unwrap());
    for i in 0..images.len() {
        let (old, new) = (object(&before, IMAGE + i), object(&after, IMAGE + i));
        let kept = |stream: &Stream| {
            let mut dict = stream.dict.clone();
            [&b"Length"[..], b"Filter", b"DecodeParms"].iter().for_each(|k| drop(dict.remove(k)));
            dict
        };
        assert_eq!(kept(new), kept(old), "{i}");
        assert_eq!(new.dict.get(b"Length").unwrap().as_i64().unwrap(), new.content.len() as i64);
        let samples = match new.filters().unwrap().as_slice() {
            [b"DCTDecode"] => image::load_from_memory_with_format(&new.content, ImageFormat::Jpeg).unwrap().into_bytes(),
            _ => new.decompressed_content().unwrap(),
        };
        let apart = difference(&samples, masters[i]);
        // 40 dB; what JPEG takes from a picture of coloured noise comes to it.
        assert!(apart > 0.1 && apart < if [2, 3, 4].contains(&i) { 6.5 } else { 13.0 }, "{i}: {apart}");
    }
    for number in (1..IMAGE).filter(|n| *n != FIRST + 2 && *n != FIRST + 3) {
        let of = |file: &Document| format!("{:?}", file.get_object((number as u32, 0)).unwrap());
        assert!(of(&before) == of(&after) || (FIRST..FIRST + 2).contains(&number), "object {number}");
    }
}

#[test]
fn what_a_copy_shows_is_read_back() {
    let images = [
        xobject(260, 200, &format!("{RGB}/Filter/DCTDecode"), jpeg(&scene(260, 200))),
        xobject(300, 220, RGB, scene(300, 220).fliph().to_rgb8().as_raw()),
    ];
    let master = master(&images);
    let marks = picture_marks(&master);
    let carried = symbols(marks.len());
    let views = views(&copy(&master, &marks, &carried), "copy.pdf");
    assert_eq!(views.len(), 2);
    for own in marked_pictures(&marks, master.blocks().len()).unwrap() {
        let picture = master.pictures()[own.number].picture().unwrap();
        let patterns = secret().patterns(own.number, own.marks.len());
        let reading = picture.read(&patterns, &views[own.number]).unwrap();
        let right = own.marks.iter().zip(&reading.rows).filter(|(m, row)| (row[1] > row[0]) == (carried[**m] == 1)).count();
        assert!(reading.is_certain() && right * 50 >= own.marks.len() * 49, "{right} of {}", own.marks.len());
    }
}

#[test]
fn without_picture_marks_a_copy_holds_the_masters_own_pictures() {
    let images = [xobject(260, 200, RGB, scene(260, 200).to_rgb8().as_raw())];
    let bytes = file(&images);
    let master = Master::parse(&bytes, "x.pdf").unwrap();
    let words = crate::page_file::marks(&master);
    let of = |bytes: &[u8]| format!("{:?}", object(&Document::load_mem(bytes).unwrap(), IMAGE));
    let still = copy(&master, &words, &vec![1; words.len()]);
    assert_eq!(of(&still), of(&bytes));
    assert_eq!(still, master.template(&words).unwrap().render(&vec![1; words.len()]).unwrap());
    let both: Vec<Mark> = words.iter().cloned().chain(picture_marks(&master)).collect();
    assert_ne!(of(&copy(&master, &both, &symbols(both.len()))), of(&bytes));
    assert_eq!(of(&master.template(&both).unwrap().render(&symbols(both.len())).unwrap()), of(&bytes));
}

#[test]
fn a_soft_mask_stays_and_what_it_hides_is_not_marked() {
    let rgb = scene(260, 200).to_rgb8().into_raw();
    // The left half is hidden.
    let mask: Vec<u8> = (0..260 * 200).map(|i| if i % 260 < 130 { 0 } else { 255 }).collect();
    let number = IMAGE + 1;
    let images = [xobject(260, 200, &format!("{RGB}/SMask {number} 0 R"), &rgb), xobject(260, 200, GREY, &mask)];
    let master = master(&images);
    assert_eq!(said(&master)[1], Err("another picture is masked by it".to_owned()));
    let marks = picture_marks(&master);
    let after = Document::load_mem(&copy(&master, &marks, &symbols(marks.len()))).unwrap();
    assert_eq!(object(&after, number).content, mask);
    let new = object(&after, IMAGE).decompressed_content().unwrap();
    let of = |from: usize, to: usize| -> f64 {
        let part = |all: &[u8]| -> Vec<u8> { all.chunks(780).flat_map(|row| row[3 * from..3 * to].to_vec()).collect() };
        difference(&part(&new), &part(&rgb))
    };
    // Cells of 8 pixels are interpolated at the edge.
    assert!(of(0, 120) < 0.01 && of(140, 260) > 2.0, "{} {}", of(0, 120), of(140, 260));
    assert_eq!(
        after.get_object((IMAGE as u32, 0)).unwrap().as_stream().unwrap().dict.get(b"SMask").unwrap(),
        &Object::Reference((number as u32, 0))
    );
}

#[test]
fn pictures_that_cannot_be_marked_are_named_with_the_reason() {
    let rgb = scene(200, 160).to_rgb8().into_raw();
    let image = |entries: &str| xobject(200, 160, entries, &rgb);
    let depth = |bits: usize| stream(&format!("/Subtype/Image/Width 200/Height 160/BitsPerComponent {bits}{GREY}"), &rgb);
    let colours = jpeg(&scene(200, 160));
    let cases: [(Vec<u8>, &str); 22] = [
        (image("/ColorSpace/DeviceRGB/Filter/JPXDecode"), "JPEG 2000"),
        (image("/ColorSpace/DeviceGray/Filter/CCITTFaxDecode"), "fax or JBIG2"),
        (image("/ColorSpace/DeviceGray/Filter[/JBIG2Decode]"), "fax or JBIG2"),
        (image("/ColorSpace[/Indexed/DeviceRGB 1 <000000FFFFFF>]"), "indexed"),
        (image("/ColorSpace/DeviceCMYK"), "CMYK"),
        (image("/ColorSpace[/Lab<</WhitePoint[1 1 1]>>]"), "neither grey nor RGB"),
        (image("/ColorSpace[/Separation/Gold/DeviceRGB 9 0 R]"), "neither grey nor RGB"),
        (image(""), "neither grey nor RGB"),
        (depth(1), "another number of bits"),
        (depth(16), "another number of bits"),
        (image("/ImageMask true"), "stencil"),
        (image(&format!("{RGB}/Decode[1 0 1 0 1 0]")), "Decode"),
        (image(&format!("{RGB}/Mask[0 0 0 0 0 0]")), "colours are transparent"),
        (image(&format!("{RGB}/Alternates[]")), "Alternates"),
        (image(&format!("{RGB}/F(x.raw)")), "linked"),
        (image(&format!("{RGB}/Filter/Crypt")), "packed in a way"),
        (image(&format!("{RGB}/Filter/DCTDecode/DecodeParms<</ColorTransform 0>>")), "ColorTransform"),
        (xobject(40, 30, RGB, &rgb), "too small"),
        (xobject(200, 160, &format!("{RGB}/Filter/FlateDecode"), zlib(&vec![200; 96_000])), "too even"),
        (xobject(200, 160, &format!("{GREY}/Filter/DCTDecode"), &colours), "other colours than the PDF says"),
        (xobject(100, 160, &format!("{RGB}/Filter/DCTDecode"), &colours), "another size"),
        (xobject(200, 161, RGB, &rgb), "shorter than its size"),
    ];
    let images: Vec<Vec<u8>> = cases.iter().map(|(image, _)| image.clone()).collect();
    let master = master(&images);
    for (said, (_, reason)) in said(&master).into_iter().zip(&cases) {
        let why = said.expect_err(reason);
        assert!(why.contains(reason), "`{reason}`: {why}");
    }
    assert!(picture_marks(&master).is_empty());
}

#[test]
fn an_image_in_the_page_itself_is_named_once() {
    let mut objects = shared(&format!("{FIRST} 0 R"), 1);
    objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", FIRST + 1).into_bytes());
    objects.push(stream("", format!("{WORDS} {}", "BI /W 1 /H 1 /BPC 8 /CS /G ID x EI ".repeat(3))));
    let master = Master::parse(&pdf_with(&objects, ""), "x.pdf").unwrap();
    let names: Vec<&str> = master.pictures().iter().map(holm_marks::carrier::ItemPicture::name).collect();
    assert_eq!(names, ["page 1, picture 1"]);
    assert!(said(&master)[0].as_ref().is_err_and(|why| why.contains("inline image")));
}

#[test]
fn damaged_and_hostile_images_are_left_alone() {
    let good = jpeg(&scene(200, 160));
    let rgb = scene(200, 160).to_rgb8().into_raw();
    let dct = |content: &[u8]| xobject(200, 160, &format!("{RGB}/Filter/DCTDecode"), content);
    let size = |width: &str, height: &str| {
        stream(&format!("/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8{RGB}"), &rgb)
    };
    let many = format!("{RGB}/Filter[{}]", "/FlateDecode".repeat(9));
    let images = [
        dct(&good[..good.len() / 8]),
        dct(b"no JPEG at all"),
        dct(&[&good[..300], &[0xAA; 3_000][..]].concat()),
        dct(b"\x89PNG\r\n\x1a\n"),
        size("0", "160"),
        size("-200", "160"),
        size("2000000000", "2000000000"),
        size("9223372036854775807", "9223372036854775807"),
        size("60000", "64"),
        size("(wide)", "null"),
        size(&format!("{} 0 R", IMAGE + 10), "160"),
        xobject(200, 160, &format!("{RGB}/Filter[[/FlateDecode]]"), zlib(&rgb)),
        xobject(200, 160, &format!("{RGB}/Filter 12"), &rgb),
        xobject(200, 160, &many, zlib(&rgb)),
        xobject(200, 160, &format!("{RGB}/Filter/FlateDecode"), &rgb),
        xobject(4000, 4000, &format!("{RGB}/Filter[/FlateDecode/FlateDecode]"), zlib(&bomb(b"ab", 200 << 20))),
        xobject(200, 160, &format!("/ColorSpace {} 0 R", IMAGE + 16), &rgb),
        xobject(200, 160, &format!("/ColorSpace[/ICCBased {} 0 R]", IMAGE + 17), &rgb),
        xobject(200, 160, &format!("{RGB}/SMask 9999 0 R/Filter/FlateDecode/DecodeParms {} 0 R", IMAGE + 18), &zlib(&rgb)[..100]),
    ];
    let master = master(&images);
    assert_eq!(master.pictures().len(), images.len());
    for (i, said) in said(&master).into_iter().enumerate() {
        assert!(said.is_err(), "image {i}: {said:?}");
    }
    assert!(picture_marks(&master).is_empty());
    assert!(views(&file(&images), "x.pdf").len() <= images.len());
}

#[test]
fn images_that_mask_themselves_and_forms_that_paint_themselves_end() {
    let rgb = scene(200, 160).to_rgb8().into_raw();
    let form = stream(
        &format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I1 {0} 0 R/I0 {1} 0 R>>>>", IMAGE + 1, IMAGE),
        "/I1 Do /I0 Do",
    );
    let images = [xobject(200, 160, &format!("{RGB}/SMask {IMAGE} 0 R/Mask {IMAGE} 0 R"), &rgb), form];
    let master = master(&images);
    assert_eq!(said(&master), [Err("another picture is masked by it".to_owned())]);
}

#[test]
fn no_more_pictures_are_marked_than_are_read() {
    let small: Vec<Vec<u8>> = (0..70).map(|_| xobject(70, 70, RGB, [9; 14_700])).collect();
    let last = |images: &[Vec<u8>]| master(images).pictures().last().unwrap().capacity().unwrap_err();
    assert!(last(&small).contains("no more pictures"), "{}", last(&small));
    assert!(last(&small[..64]).contains("too small"), "{}", last(&small[..64]));
    let large: Vec<Vec<u8>> = (0..8).map(|_| xobject(4_500, 4_800, &format!("{RGB}/Filter/FlateDecode"), b"x")).collect();
    assert!(last(&large).contains("no more pictures"), "{}", last(&large));
}

#[test]
fn no_damaged_image_panics() {
    let images = [
        xobject(200, 160, &format!("{RGB}/Filter/DCTDecode"), jpeg(&scene(200, 160))),
        xobject(64, 64, &format!("{GREY}/Filter/FlateDecode"), zlib(&[50; 4096])),
    ];
    let whole = file(&images);
    let mut state = 7_u64;
    for _ in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..20 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % bytes.len();
            bytes[at] = (state >> 20) as u8;
        }
        drop(views(&bytes, "x.pdf"));
        let Ok(master) = Master::parse(&bytes, "x.pdf") else { continue };
        let marks = picture_marks(&master);
        if let Ok(template) = master.keyed_template(&marks, &secret()) {
            template.render(&symbols(marks.len())).unwrap();
        }
    }
}

#[test]
fn copies_hold_no_entry_that_the_new_data_do_not_have() {
    let packed = zlib(&scene(260, 200).to_rgb8().into_raw());
    let images = [xobject(260, 200, &format!("{RGB}/Filter[/FlateDecode]/DecodeParms[<</Predictor 1>>]/DL 9"), &packed)];
    let master = master(&images);
    let marks = picture_marks(&master);
    let after = Document::load_mem(&copy(&master, &marks, &symbols(marks.len()))).unwrap();
    let dict: &Dictionary = &object(&after, IMAGE).dict;
    assert!(!dict.has(b"DL"));
    assert_eq!(dict.get(b"DecodeParms").unwrap().as_dict().unwrap().get(b"Columns").unwrap().as_i64().unwrap(), 260);
}

//! What comes in as a picture and is none, or not one that can be written back as it was.

use std::io::Cursor;

use holm_marks::picture::{Patterns, Picture, PictureError, PictureFormat};
use holm_marks::raster::{Raster, RasterError};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A picture with enough texture: hashed noise over waves.
pub(crate) fn scene(width: u32, height: u32) -> DynamicImage {
    let noise = |x: u32, y: u32| (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77)).wrapping_mul(0xC2B2_AE3D) >> 26;
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        let wave = (f64::from(x) / 9.0).sin() * (f64::from(y) / 13.0).cos() * 60.0 + 110.0;
        Rgb([wave as u8 + noise(x, y) as u8, wave as u8, 255 - wave as u8])
    }))
}

fn bytes(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// CRC-32 of ISO 3309, as PNG wants it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0u32, |sum, b| (0..8).fold(sum ^ u32::from(*b), |c, _| if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 }))
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &body, &crc(&body).to_be_bytes()].concat()
}

/// A PNG of these chunks after its header; 8 bits, of colour type `colours`.
fn png(width: u32, height: u32, colours: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, colours, 0, 0, 0]].concat();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    out.extend(chunk(b"IHDR", &header));
    chunks.iter().for_each(|c| out.extend(c));
    out.extend(chunk(b"IEND", &[]));
    out
}

/// Uncompressed data as zlib carries it (RFC 1950 and 1951), up to 65,535 bytes.
fn stored(data: &[u8]) -> Vec<u8> {
    let (a, b) = data.iter().fold((1u32, 0u32), |(a, b), v| ((a + u32::from(*v)) % 65521, (b + a + u32::from(*v)) % 65521));
    let length = data.len() as u16;
    [&[0x78, 0x01, 0x01][..], &length.to_le_bytes(), &(!length).to_le_bytes(), data, &(b << 16 | a).to_be_bytes()].concat()
}

fn refusal(bytes: &[u8]) -> PictureError {
    Picture::decode(bytes).err().unwrap()
}

#[test]
fn a_header_that_announces_too_much_is_refused_before_anything_is_decoded() {
    assert!(matches!(refusal(&png(60_000, 60_000, 2, &[chunk(b"IDAT", &stored(&[0; 100]))])), PictureError::TooLarge));
    assert!(matches!(refusal(&png(u32::MAX / 2, 1, 0, &[chunk(b"IDAT", &stored(&[0; 100]))])), PictureError::TooLarge));
    assert!(matches!(refusal(&png(8_000, 8_000, 2, &[chunk(b"IDAT", &stored(&[0; 100]))])), PictureError::Bomb));
}

#[test]
fn several_pictures_in_one_file_are_refused() {
    let animation = [chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), chunk(b"IDAT", &stored(&[0; 2]))];
    assert!(matches!(refusal(&png(1, 1, 0, &animation)), PictureError::SeveralPictures));
    let mut pages = bytes(&scene(80, 80), ImageFormat::Tiff);
    assert_eq!(Picture::decode(&pages).unwrap().format(), PictureFormat::Tiff);
    let at = u32::from_le_bytes(pages[4..8].try_into().unwrap()) as usize;
    let next = at + 2 + 12 * usize::from(u16::from_le_bytes([pages[at], pages[at + 1]]));
    pages[next] = 8;
    assert!(matches!(refusal(&pages), PictureError::SeveralPictures));
}

#[test]
fn cmyk_and_other_formats_are_refused() {
    // A baseline frame header (T.81, B.2.2) of four components.
    let cmyk = [0xFF, 0xD8, 0xFF, 0xC0, 0, 20, 8, 0, 16, 0, 16, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0, 0xFF, 0xD9];
    assert!(matches!(refusal(&cmyk), PictureError::Colours));
    for other in [&b"GIF89a\x01\x00\x01\x00"[..], b"BM", b"%PDF-1.7", b"", b"\x89PN"] {
        assert!(matches!(refusal(other), PictureError::Format));
    }
}

#[test]
fn indexed_colours_become_rgb_and_carry_marks() {
    let palette: Vec<u8> = (0..=255u8).flat_map(|i| [i, i, 255 - i]).collect();
    let rows: Vec<u8> = scene(200, 200).to_luma8().rows().flat_map(|r| std::iter::once(0).chain(r.map(|p| p.0[0]))).collect();
    let master = png(200, 200, 3, &[chunk(b"PLTE", &palette), chunk(b"IDAT", &stored(&rows))]);
    let picture = Picture::decode(&master).unwrap();
    let marks = picture.capacity().unwrap();
    let copy = image::load_from_memory(&picture.embed(&Patterns::new([1; 32], marks), &vec![1; marks]).unwrap()).unwrap();
    assert_eq!((copy.color(), copy.width(), copy.height()), (image::ColorType::Rgb8, 200, 200));
}

#[test]
fn no_damaged_bytes_panic() {
    let image = scene(40, 36);
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Tiff] {
        let whole = bytes(&image, format);
        let mut decoded = 0;
        for cut in (0..whole.len()).step_by(whole.len() / 60 + 1) {
            decoded += usize::from(Picture::decode(&whole[..cut]).is_ok());
        }
        for i in 0..400usize {
            let mut flipped = whole.clone();
            // Mostly headers, where a wrong number does most harm.
            let at = i * 7919 % if i % 4 == 0 { whole.len() } else { 200.min(whole.len()) };
            flipped[at] ^= 1 << (i % 8) | (i as u8);
            if let Ok(picture) = Picture::decode(&flipped) {
                decoded += usize::from(picture.embed(&Patterns::new([1; 32], 0), &[]).is_ok());
            }
        }
        assert!(decoded < 460, "{format:?}: nothing was damaged");
    }
}

/// A page of a leak: its size and the grey of its first pixel.
fn page(bytes: &[u8]) -> Result<(usize, usize, u8), RasterError> {
    Raster::decode(bytes).map(|pages| (pages[0].width(), pages[0].height(), pages[0].pixels()[0]))
}

/// A TIFF file of `pages` grey pages of this size, white.
fn tiff(pages: usize, width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut out).unwrap();
    let row = vec![255; (width * height) as usize];
    (0..pages).for_each(|_| encoder.write_image::<tiff::encoder::colortype::Gray8>(width, height, &row).unwrap());
    out.into_inner()
}

/// Every place where a TIFF directory says this of `tag` (TIFF 6.0, section 2), as a LONG, is made to say `value`.
fn retag(file: &mut [u8], tag: u16, value: u32) {
    let at = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
    let entries = usize::from(u16::from_le_bytes([file[at], file[at + 1]]));
    for entry in (0..entries).map(|i| at + 2 + 12 * i) {
        if u16::from_le_bytes([file[entry], file[entry + 1]]) == tag {
            file[entry + 2..entry + 4].copy_from_slice(&4_u16.to_le_bytes());
            file[entry + 8..entry + 12].copy_from_slice(&value.to_le_bytes());
        }
    }
}

#[test]
fn pages_that_announce_too_much_are_refused() {
    assert_eq!(page(&png(60_000, 60_000, 2, &[chunk(b"IDAT", &stored(&[0; 100]))])), Err(RasterError::Large));
    let mut scan = tiff(1, 20, 20);
    retag(&mut scan, 256, 60_000);
    retag(&mut scan, 257, 60_000);
    assert!(page(&scan).is_err());
    // A JPEG frame header (T.81, B.2.2) of 60,000 × 60,000 pixels.
    let jpeg = [&[0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8][..], &[0xEA, 0x60, 0xEA, 0x60], &[1, 1, 0x11, 0, 0xFF, 0xD9]].concat();
    assert!(page(&jpeg).is_err());
}

#[test]
fn pages_of_every_depth_and_colour_are_read() {
    assert_eq!(page(&tiff(3, 30, 20)), Ok((30, 20, 255)));
    assert_eq!(Raster::decode(&tiff(3, 30, 20)).unwrap().len(), 3);
    let deep = DynamicImage::ImageRgb16(image::ImageBuffer::from_pixel(3, 2, Rgb([0x8080; 3])));
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        assert_eq!(page(&bytes(&deep, format)), Ok((3, 2, 0x80)));
        assert_eq!(page(&bytes(&DynamicImage::new_luma8(1, 1), format)), Ok((1, 1, 0)));
    }
    // Two colours, black and black that cannot be seen.
    let clear = [chunk(b"PLTE", &[0; 6]), chunk(b"tRNS", &[255, 0]), chunk(b"IDAT", &stored(&[0, 1, 0]))];
    assert_eq!(Raster::decode(&png(2, 1, 3, &clear)).unwrap()[0].pixels(), [255, 0]);
    // A baseline JPEG of four components (T.81, B.2): all that its one byte of data says is that every coefficient is zero.
    let table = |class: u8| [&[0xFF, 0xC4, 0, 20, class, 1][..], &[0; 15], &[0]].concat();
    let cmyk = [
        &[0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0][..],
        &[1; 64],
        &[0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0],
        &table(0x00),
        &table(0x10),
        &[0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0, 0x00, 0xFF, 0xD9],
    ]
    .concat();
    assert!(matches!(page(&cmyk), Ok((8, 8, _))), "{:?}", page(&cmyk));
}

#[test]
fn pages_without_pixels_are_refused() {
    for (width, height) in [(0, 0), (0, 5), (5, 0)] {
        assert!(matches!(page(&png(width, height, 0, &[chunk(b"IDAT", &stored(&[0; 9]))])), Err(RasterError::Damaged(_))));
        assert!(Picture::decode(&png(width, height, 0, &[chunk(b"IDAT", &stored(&[0; 9]))])).is_err());
    }
    let mut empty = tiff(1, 20, 20);
    retag(&mut empty, 256, 0);
    assert!(matches!(page(&empty), Err(RasterError::Damaged(_))));
}

#[test]
fn a_jpeg_as_wide_as_its_header_can_say_is_refused() {
    // Decoders count its blocks in the header's own 16 bits.
    let table = |class: u8| [&[0xFF, 0xC4, 0, 20, class, 1][..], &[0; 15], &[0]].concat();
    let wide = [
        &[0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0][..],
        &[1; 64],
        &[0xFF, 0xC0, 0, 11, 8, 0, 8, 0xFF, 0xFD, 1, 1, 0x11, 0],
        &table(0x00),
        &table(0x10),
        &[0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x00, 0xFF, 0xD9],
    ]
    .concat();
    assert_eq!(page(&wide), Err(RasterError::Long));
    assert!(matches!(Picture::decode(&wide), Err(PictureError::TooLarge)));
}

#[test]
fn one_strip_may_not_be_page_after_page() {
    // Directories that share their pixels, as large as a page may be, cost nothing to write.
    let mut file = tiff(12, 8, 8);
    let mut at = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
    let huge = 10_900_u32;
    while at != 0 {
        let entries = usize::from(u16::from_le_bytes([file[at], file[at + 1]]));
        for entry in (0..entries).map(|i| at + 2 + 12 * i) {
            let value = match u16::from_le_bytes([file[entry], file[entry + 1]]) {
                256..=257 | 278 => huge,
                273 => 8,
                279 => huge * huge,
                _ => continue,
            };
            file[entry + 2..entry + 4].copy_from_slice(&4_u16.to_le_bytes());
            file[entry + 4..entry + 8].copy_from_slice(&1_u32.to_le_bytes());
            file[entry + 8..entry + 12].copy_from_slice(&value.to_le_bytes());
        }
        let next = at + 2 + 12 * entries;
        at = u32::from_le_bytes(file[next..next + 4].try_into().unwrap()) as usize;
    }
    assert_eq!(Raster::decode(&file), Err(RasterError::Pages));
}

#[test]
fn no_damaged_page_panics() {
    let image = scene(24, 20);
    let deep = DynamicImage::ImageRgba16(image.to_rgba16());
    let mut files = vec![tiff(2, 24, 20), bytes(&deep, ImageFormat::Png), bytes(&image, ImageFormat::Jpeg)];
    files.push(bytes(&deep, ImageFormat::Tiff));
    for whole in files {
        for cut in (0..whole.len()).step_by(whole.len() / 40 + 1) {
            page(&whole[..cut]).ok();
        }
        for at in 0..whole.len().min(400) {
            for flip in [1, 0x80, 0xFF] {
                let mut odd = whole.clone();
                odd[at] ^= flip;
                page(&odd).ok();
            }
        }
    }
}

//! Looks of pictures: perceptual prints, alike in most bits for pictures that look alike.
//!
//! Shape: the picture is read in small limits, made 32 by 32 and grey, and its 256 lowest frequencies are compared with their
//! median (the print that is known as pHash). Saving it again, making it smaller or brighter moves few of these bits.
//!
//! Guarantees: pictures come from outside and may be made to hurt. Only JPEG and PNG are read; width, height, pixels and the memory
//! of the decoder are bounded before a pixel is read; one picture is in memory at a time, and is read in a thread where it holds up
//! no request; a decoder that panics costs the look and nothing else.
//!
//! Limits: HEIC, PDF and DICOM have no look. Turned, mirrored or strongly cut pictures look like others. Pages with hardly anything
//! on them have none, since all of them look alike.

use std::io::Cursor;

use async_trait::async_trait;
use huzhu_app::ports::{PictureLooks, Pieces};
use huzhu_domain::claim::{FileKind, Look};
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use image_hasher::{HashAlg, Hasher, HasherConfig};
use tokio::sync::Semaphore;

/// Bytes of a file that are read into memory: a photo of a phone has less than half of it.
const BYTES_MAX: u64 = 30_000_000;
/// Pixels of one side: a scan of A3 at 600 dots an inch has ten thousand.
const SIDE_MAX: u32 = 12_000;
/// Pixels in all: what the newest phones take. In grey or colour this many take [`MEMORY_MAX`] at most.
const PIXELS_MAX: u64 = 64_000_000;
/// Bytes that the decoder may take.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;
/// Pictures that are looked at at once: bounds the memory of all.
const AT_ONCE: usize = 1;
/// Pixels of one side below which there is nothing to see.
const SIDE_MIN: u32 = 32;
/// Levels of grey, of 255, by which the small picture must differ somewhere to have a look.
const CONTRAST_MIN: u8 = 24;
/// Changes with anything that gives the same picture another look.
const VERSION: u8 = 1;

/// Looks at pictures with the library `image_hasher`.
pub struct Looks {
    turns: Semaphore,
}

impl Default for Looks {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE) }
    }
}

#[async_trait]
impl PictureLooks for Looks {
    async fn look(&self, kind: FileKind, bytes: u64, mut pieces: Box<dyn Pieces>) -> Option<Look> {
        let format = match kind {
            FileKind::Jpeg => ImageFormat::Jpeg,
            FileKind::Png => ImageFormat::Png,
            FileKind::Pdf | FileKind::Heic | FileKind::Dicom => return None,
        };
        if bytes > BYTES_MAX {
            return None;
        }
        // Held until the picture is out of memory again.
        let _turn = self.turns.acquire().await.ok()?;
        let mut content = Vec::new();
        while let Some(piece) = pieces.next().await.ok()? {
            content.extend_from_slice(&piece);
            if u64::try_from(content.len()).ok()? > BYTES_MAX {
                return None;
            }
        }
        // A decoder that panics ends its own thread; the answer is then an error.
        match tokio::task::spawn_blocking(move || look_at(&content, format)).await {
            Ok(look) => look,
            Err(error) => {
                tracing::warn!(panicked = error.is_panic(), "a picture could not be looked at");
                None
            }
        }
    }

    fn version(&self) -> u8 {
        VERSION
    }
}

fn look_at(content: &[u8], format: ImageFormat) -> Option<Look> {
    let size = ImageReader::with_format(Cursor::new(content), format).into_dimensions().ok()?;
    let pixels = u64::from(size.0).checked_mul(u64::from(size.1))?;
    if pixels > PIXELS_MAX || size.0.min(size.1) < SIDE_MIN {
        return None;
    }
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    if !has_contrast(&picture) {
        return None;
    }
    let print = hasher().hash_image(&picture);
    print.as_bytes().try_into().ok().map(Look)
}

/// Something is on it: the small grey picture is not nearly the same everywhere.
fn has_contrast(picture: &DynamicImage) -> bool {
    let small = picture.thumbnail_exact(SIDE_MIN, SIDE_MIN).into_luma8();
    let (least, most) = small
        .pixels()
        .fold((u8::MAX, u8::MIN), |(least, most), pixel| (least.min(pixel.0[0]), most.max(pixel.0[0])));
    most.saturating_sub(least) >= CONTRAST_MIN
}

fn hasher() -> Hasher {
    HasherConfig::new().hash_size(16, 16).hash_alg(HashAlg::Median).preproc_dct().to_hasher()
}

#[cfg(test)]
mod tests {
    use huzhu_app::ports::VaultError;
    use image::codecs::jpeg::JpegEncoder;
    use image::codecs::png::PngEncoder;
    use image::imageops::FilterType;
    use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

    use super::*;

    /// A picture of nothing in particular: patches of colour on a slope of grey, other ones for each seed.
    fn scene(seed: u64) -> DynamicImage {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut number = |below: u32| random.next_u32() % below;
        let (wide, high) = (240, 180);
        let mut picture = RgbImage::from_fn(wide, high, |x, y| {
            let grey = u8::try_from((x + y.div_euclid(2)) % 256).unwrap_or(0);
            Rgb([grey, grey, grey])
        });
        for _ in 0..24 {
            let (left, top, size) = (number(wide), number(high), 12 + number(52));
            let colour =
                Rgb([number(256), number(256), number(256)].map(|one| u8::try_from(one).unwrap_or(0)));
            for (x, y) in (left..(left + size).min(wide))
                .flat_map(|x| (top..(top + size).min(high)).map(move |y| (x, y)))
            {
                picture.put_pixel(x, y, colour);
            }
        }
        DynamicImage::ImageRgb8(picture)
    }

    fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).unwrap();
        bytes
    }

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.to_rgb8().write_with_encoder(PngEncoder::new(&mut bytes)).unwrap();
        bytes
    }

    struct Once(Option<Vec<u8>>);

    #[async_trait]
    impl Pieces for Once {
        async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
            Ok(self.0.take())
        }
    }

    async fn look(kind: FileKind, bytes: &[u8]) -> Option<Look> {
        let length = u64::try_from(bytes.len()).unwrap();
        Looks::default().look(kind, length, Box::new(Once(Some(bytes.to_vec())))).await
    }

    /// Bits in which two looks differ.
    fn distance(one: Look, other: Look) -> u32 {
        one.0.iter().zip(other.0).map(|(one, other)| (one ^ other).count_ones()).sum()
    }

    #[tokio::test]
    async fn the_same_picture_changed_a_little_looks_alike_and_others_do_not() {
        for seed in 0..3 {
            let picture = scene(seed);
            let own = look(FileKind::Jpeg, &jpeg(&picture, 90)).await.unwrap();
            for (what, bytes, kind) in [
                ("saved again", jpeg(&picture, 90), FileKind::Jpeg),
                ("saved badly", jpeg(&picture, 30), FileKind::Jpeg),
                ("saved as PNG", png(&picture), FileKind::Png),
                ("smaller", jpeg(&picture.resize(160, 120, FilterType::Triangle), 80), FileKind::Jpeg),
                ("larger", jpeg(&picture.resize(400, 300, FilterType::Triangle), 80), FileKind::Jpeg),
                ("brighter", jpeg(&picture.brighten(25), 85), FileKind::Jpeg),
                ("darker", jpeg(&picture.brighten(-25), 85), FileKind::Jpeg),
                ("with more contrast", jpeg(&picture.adjust_contrast(15.0), 85), FileKind::Jpeg),
                ("without colour", jpeg(&picture.grayscale(), 85), FileKind::Jpeg),
            ] {
                let other = look(kind, &bytes).await.unwrap();
                assert!(own.is_like(&other), "{seed} {what}: {} bits", distance(own, other));
            }
            for (what, picture) in [
                ("another", scene(seed + 100)),
                ("turned", picture.rotate90()),
                ("mirrored", picture.fliph()),
            ] {
                let other = look(FileKind::Jpeg, &jpeg(&picture, 90)).await.unwrap();
                assert!(!own.is_like(&other), "{seed} {what}: {} bits", distance(own, other));
            }
        }
    }

    /// A PNG that announces a size; its pixels never come.
    fn announcing(wide: u32, high: u32) -> Vec<u8> {
        let mut bytes = png(&DynamicImage::new_rgb8(40, 40));
        bytes[16..20].copy_from_slice(&wide.to_be_bytes());
        bytes[20..24].copy_from_slice(&high.to_be_bytes());
        let sum = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    /// The check sum of PNG (ISO 3309), bit by bit.
    fn crc(bytes: &[u8]) -> u32 {
        let step = |sum: u32| if sum & 1 == 1 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 };
        !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
    }

    #[tokio::test]
    async fn what_cannot_be_read_or_is_too_large_has_no_look_and_hurts_nobody() {
        let good = png(&scene(1));
        let mut flat = Vec::new();
        let grey = vec![128_u8; 64 * 64];
        PngEncoder::new(&mut flat).write_image(&grey, 64, 64, ExtendedColorType::L8).unwrap();
        for (what, kind, bytes) in [
            ("nothing", FileKind::Png, Vec::new()),
            ("no picture", FileKind::Jpeg, b"\xFF\xD8\xFF\xE0 no picture".to_vec()),
            ("another type", FileKind::Jpeg, good.clone()),
            ("half of it", FileKind::Png, good[..good.len().div_euclid(2)].to_vec()),
            ("too wide", FileKind::Png, announcing(60_000, 100)),
            ("too many pixels", FileKind::Png, announcing(11_000, 11_000)),
            ("as many as a number holds", FileKind::Png, announcing(u32::MAX, u32::MAX)),
            ("tiny", FileKind::Png, png(&DynamicImage::new_rgb8(8, 8))),
            ("an empty page", FileKind::Png, flat),
            ("a PDF", FileKind::Pdf, b"%PDF-1.7".to_vec()),
        ] {
            assert_eq!(look(kind, &bytes).await, None, "{what}");
        }
        assert!(look(FileKind::Png, &good).await.is_some(), "and the next one is looked at");
    }
}

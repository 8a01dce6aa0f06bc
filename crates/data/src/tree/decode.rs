//! One image file to RGB bytes.
//!
//! - The format is told from the content, never from the name.
//! - The orientation of EXIF is applied; a block of EXIF that is damaged is passed over.
//! - Grey becomes three equal channels, palettes are looked up, 16 bits and floats are rounded to 8, alpha is dropped,
//!   CMYK and YCCK (inverted as Adobe's programs write them) become RGB. Colour profiles are passed over.
//! - Of an animation the first picture is taken.

use super::{TreeError, jpeg};
use crate::DataError;
use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::fs::File;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// The most bytes of one file that are read.
const MAX_FILE_BYTES: u64 = 1 << 28;
/// The most pixels of one image that are decoded.
const MAX_PIXELS: u64 = 1 << 27;
/// The most memory that decoders are asked to keep within, in bytes.
const MAX_DECODER_BYTES: u64 = 1 << 30;

/// An image as RGB bytes, row-major `[height, width, 3]`; neither side is 0.
#[derive(Clone, PartialEq)]
pub(crate) struct Rgb {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<u8>,
}

/// The bytes of a file, of which there are at least one and at most [`MAX_FILE_BYTES`].
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, DataError> {
    let io = |source| DataError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let mut bytes = Vec::with_capacity(length.min(MAX_FILE_BYTES) as usize + 1);
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(io)?;
    let path = path.to_owned();
    if bytes.is_empty() {
        return Err(TreeError::EmptyFile { path }.into());
    }
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let error = TreeError::TooLarge {
            path,
            found: format!("{} bytes", length.max(MAX_FILE_BYTES + 1)),
            limit: format!("{MAX_FILE_BYTES} bytes"),
        };
        return Err(error.into());
    }
    Ok(bytes)
}

/// Decodes the content of the file at `path`, which is named in errors.
pub(crate) fn decode(path: &Path, bytes: &[u8]) -> Result<Rgb, TreeError> {
    let path = path.to_owned();
    let Some(format) = format(bytes) else {
        let start = bytes.iter().take(8).map(|byte| format!("{byte:02x}"));
        let found = start.collect::<Vec<_>>().join(" ");
        return Err(TreeError::NotAnImage { path, found });
    };
    if format == ImageFormat::Jpeg && !jpeg::is_complete(bytes) {
        return Err(TreeError::CutShort { path });
    }
    // The decoders are others' code fed with anyone's files: a panic there condemns the file, not the program.
    match catch_unwind(AssertUnwindSafe(|| decode_as(format, bytes))) {
        Ok(Ok(rgb)) => Ok(rgb),
        Ok(Err(Refusal::Pixels(width, height))) => Err(TreeError::TooLarge {
            path,
            found: format!("{width}x{height} pixels"),
            limit: format!("{MAX_PIXELS} pixels"),
        }),
        Ok(Err(Refusal::Memory)) => Err(TreeError::TooLarge {
            path,
            found: "an image that takes more memory to decode".into(),
            limit: format!("{MAX_DECODER_BYTES} bytes"),
        }),
        Ok(Err(Refusal::Nothing)) => Err(TreeError::Damaged {
            path,
            reason: "it has no pixels".into(),
        }),
        Ok(Err(Refusal::CutShort)) => Err(TreeError::CutShort { path }),
        Ok(Err(Refusal::Damaged(reason))) => Err(TreeError::Damaged { path, reason }),
        Err(_) => Err(TreeError::Damaged {
            path,
            reason: "its decoder gave up".into(),
        }),
    }
}

fn format(bytes: &[u8]) -> Option<ImageFormat> {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    let format = image::guess_format(bytes).ok()?;
    matches!(format, Jpeg | Png | Bmp | Gif | Tiff | WebP).then_some(format)
}

/// Why there are no pixels.
enum Refusal {
    Pixels(u32, u32),
    Memory,
    Nothing,
    CutShort,
    Damaged(String),
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        match &error {
            ImageError::Limits(limit) if limit.kind() == LimitErrorKind::InsufficientMemory => {
                Self::Memory
            }
            ImageError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
                Self::CutShort
            }
            _ => Self::Damaged(one_line(&error.to_string())),
        }
    }
}

fn decode_as(format: ImageFormat, bytes: &[u8]) -> Result<Rgb, Refusal> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refusal::Pixels(width, height));
    }
    if width == 0 || height == 0 {
        return Err(Refusal::Nothing);
    }
    if decoder.total_bytes() > MAX_DECODER_BYTES {
        return Err(Refusal::Memory);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    let image = image.into_rgb8();
    Ok(Rgb {
        width: image.width(),
        height: image.height(),
        pixels: image.into_raw(),
    })
}

/// What a decoder says, fit to stand inside a sentence.
fn one_line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    let line = words.join(" ");
    line.trim_end_matches('.').to_owned()
}

//! One image file to RGB bytes.
//!
//! - The format is told from the content, never from the name.
//! - The orientation of EXIF is applied; a block of EXIF that is damaged is passed over.
//! - Grey becomes three equal channels, palettes are looked up, 16 bits and floats are rounded to 8, alpha is dropped,
//!   CMYK and YCCK (inverted as Adobe's programs write them) become RGB. Colour profiles are passed over.
//! - Of an animation the first picture is taken.

use super::jpeg;
use crate::error::{DataError, Fault};
use crate::formats::read_bounded;
use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::{Cursor, ErrorKind};
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
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, DataError> {
    let remedy = or_left_out("make it smaller");
    let bytes = match read_bounded(path, MAX_FILE_BYTES, &remedy) {
        // Of the file, and not of the disk or the process.
        Err(DataError::Io { source, .. }) if is_of_the_file(source.kind()) => {
            let problem = format!("cannot be read ({source})");
            let remedy = "check the file, its permissions and where it leads, if it is a link";
            return Err(broken(path, Fault::Unreadable, problem, remedy));
        }
        read => read?,
    };
    if bytes.is_empty() {
        return Err(broken(
            path,
            Fault::CutShort,
            "is an empty file".into(),
            AGAIN,
        ));
    }
    Ok(bytes)
}

fn is_of_the_file(kind: ErrorKind) -> bool {
    use ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied};
    // A link that leads to itself has no stable kind of its own.
    matches!(
        kind,
        NotFound | PermissionDenied | IsADirectory | NotADirectory
    ) || format!("{kind:?}") == "FilesystemLoop"
}

const AGAIN: &str = "fetch it again";

/// The error for a file that is broken, which `skip_broken` leaves out.
pub(super) fn broken(path: &Path, fault: Fault, problem: String, remedy: &str) -> DataError {
    DataError::unusable(path, fault, problem, or_left_out(remedy))
}

fn or_left_out(remedy: &str) -> String {
    format!("{remedy}, or set skip_broken to leave such files out")
}

/// Decodes the content of the file at `path`, which is named in errors.
pub(crate) fn decode(path: &Path, bytes: &[u8]) -> Result<Rgb, DataError> {
    let Some(format) = format(bytes) else {
        let start = bytes.iter().take(8).map(|byte| format!("{byte:02x}"));
        let found = start.collect::<Vec<_>>().join(" ");
        let problem = format!(
            "is not a JPEG, PNG, BMP, GIF, TIFF or WebP file, since it begins with the bytes {found}"
        );
        return Err(broken(path, Fault::Format, problem, "replace it"));
    };
    // The decoders are others' code fed with anyone's files: a panic there condemns the file, not the program.
    let decoded = if format == ImageFormat::Jpeg && !jpeg::is_complete(bytes) {
        Err(Refusal::CutShort)
    } else {
        catch_unwind(AssertUnwindSafe(|| decode_as(format, bytes)))
            .unwrap_or_else(|_| Err(Refusal::Damaged("its decoder gave up".into())))
    };
    decoded.map_err(|refusal| refusal.of(path))
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
    CutShort,
    Unsupported(String),
    Damaged(String),
}

impl Refusal {
    fn of(self, path: &Path) -> DataError {
        let (fault, problem, remedy) = match self {
            Self::Pixels(width, height) => (
                Fault::TooLarge,
                format!(
                    "has {width}x{height} pixels, more than the {MAX_PIXELS} pixels that are read at most"
                ),
                "make it smaller",
            ),
            Self::Memory => (
                Fault::TooLarge,
                format!(
                    "takes more memory to decode than the {MAX_DECODER_BYTES} bytes that are used at most"
                ),
                "make it smaller",
            ),
            Self::CutShort => (
                Fault::CutShort,
                "ends in the middle of its image, as a broken download does".into(),
                AGAIN,
            ),
            Self::Unsupported(reason) => (
                Fault::Format,
                format!("is an image of a kind that is not read ({reason})"),
                "convert it to 8 or 16 bits a channel, as PNG or JPEG",
            ),
            Self::Damaged(reason) => (
                Fault::Damaged,
                format!("cannot be decoded ({reason})"),
                AGAIN,
            ),
        };
        broken(path, fault, problem, remedy)
    }
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        match &error {
            ImageError::Limits(limit) if limit.kind() == LimitErrorKind::InsufficientMemory => {
                Self::Memory
            }
            ImageError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => Self::CutShort,
            ImageError::Unsupported(_) => Self::Unsupported(one_line(&error.to_string())),
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
        return Err(Refusal::Damaged("it has no pixels".into()));
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

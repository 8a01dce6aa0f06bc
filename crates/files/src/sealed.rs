//! Text that carries the SHA-256 of its own content.
//!
//! A sealed JSON object begins with the member `sha256`, a sealed TOML file with a line of that key. The sum is that of
//! all bytes behind it, so that a file that is cut short, or of which one bit is changed, is told from a whole one, and
//! any program can check it.

use crate::checksum::sha256_hex;

/// What stands before and behind the sum in JSON.
const JSON: [&str; 2] = ["{\n  \"sha256\": \"", "\","];
/// The same on a single line.
const LINE: [&str; 2] = ["{\"sha256\":\"", "\","];
/// The same in TOML.
const TOML: [&str; 2] = ["sha256 = \"", "\"\n"];

/// Digits of a sum.
const DIGITS: usize = 64;

/// A text that is not as it was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// There is no seal.
    #[error("it has no checksum")]
    NoSeal,
    /// The content is not that of the checksum.
    #[error("its content does not agree with its checksum")]
    Altered,
}

/// Seals a value that serializes as a JSON object with at least one member, as indented text.
///
/// # Errors
///
/// What serializing it fails with.
pub fn seal_json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let text = serde_json::to_string_pretty(value)?;
    Ok(seal(JSON, object_body(&text)?).into_bytes())
}

/// Seals a value that serializes as a JSON object with at least one member, as one line without its end.
///
/// # Errors
///
/// What serializing it fails with.
pub fn seal_json_line<T: serde::Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string(value)?;
    Ok(seal(LINE, object_body(&text)?))
}

/// Seals a TOML document.
pub fn seal_toml(text: &str) -> String {
    seal(TOML, text)
}

/// Checks sealed JSON; gives the whole text, whose member `sha256` the reader leaves out.
///
/// # Errors
///
/// [`Damage`], where the text is not as it was sealed.
pub fn check_json(bytes: &[u8]) -> Result<&str, Damage> {
    let form = if bytes.starts_with(LINE[0].as_bytes()) {
        LINE
    } else {
        JSON
    };
    check(form, bytes).map(|(text, _)| text)
}

/// Checks a sealed TOML document; gives it without its seal.
///
/// # Errors
///
/// [`Damage`], where the text is not as it was sealed.
pub fn check_toml(bytes: &[u8]) -> Result<&str, Damage> {
    check(TOML, bytes).map(|(_, body)| body)
}

/// What stands behind the opening brace.
fn object_body(text: &str) -> Result<&str, serde_json::Error> {
    text.strip_prefix('{').ok_or_else(|| {
        <serde_json::Error as serde::ser::Error>::custom("only objects can be sealed")
    })
}

fn seal([before, behind]: [&str; 2], body: &str) -> String {
    format!("{before}{}{behind}{body}", sha256_hex(body.as_bytes()))
}

fn check<'a>([before, behind]: [&str; 2], bytes: &'a [u8]) -> Result<(&'a str, &'a str), Damage> {
    let text = std::str::from_utf8(bytes).map_err(|_| Damage::Altered)?;
    let rest = text.strip_prefix(before).ok_or(Damage::NoSeal)?;
    let (sum, rest) = rest.split_at_checked(DIGITS).ok_or(Damage::NoSeal)?;
    let body = rest.strip_prefix(behind).ok_or(Damage::NoSeal)?;
    if sha256_hex(body.as_bytes()) == sum {
        Ok((text, body))
    } else {
        Err(Damage::Altered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn value() -> BTreeMap<&'static str, f64> {
        BTreeMap::from([("a", 0.1), ("b", -3.0)])
    }

    /// Every prefix and every flipped bit of `sealed` is refused by `accepts`, and the whole is not.
    fn every_damage_is_seen(sealed: &[u8], accepts: impl Fn(&[u8]) -> bool) {
        assert!(accepts(sealed));
        for length in 0..sealed.len() {
            assert!(!accepts(&sealed[..length]), "cut to {length}");
        }
        for bit in 0..8 * sealed.len() {
            let mut flipped = sealed.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!accepts(&flipped), "bit {bit}");
        }
    }

    #[test]
    fn json_reads_as_before_and_every_damage_is_seen() {
        let sealed = seal_json(&value()).expect("JSON");
        let read: serde_json::Value = serde_json::from_slice(&sealed).expect("JSON");
        assert_eq!((&read["a"], &read["b"]), (&0.1.into(), &(-3.0).into()));
        every_damage_is_seen(&sealed, |bytes| check_json(bytes).is_ok());
        let line = seal_json_line(&value()).expect("JSON");
        assert!(!line.contains('\n'));
        let read: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(read["a"], 0.1);
        every_damage_is_seen(line.as_bytes(), |bytes| check_json(bytes).is_ok());
    }

    #[test]
    fn toml_comes_back_without_its_seal_and_every_damage_is_seen() {
        let sealed = seal_toml("a = 1\n[b]\nc = 2\n");
        assert_eq!(check_toml(sealed.as_bytes()), Ok("a = 1\n[b]\nc = 2\n"));
        every_damage_is_seen(sealed.as_bytes(), |bytes| check_toml(bytes).is_ok());
    }

    #[test]
    fn what_was_never_sealed_is_said_to_be_so() {
        assert_eq!(check_json(b"{\"a\": 1}"), Err(Damage::NoSeal));
        assert_eq!(check_toml(b"a = 1\n"), Err(Damage::NoSeal));
        assert!(seal_json(&3).is_err());
    }
}

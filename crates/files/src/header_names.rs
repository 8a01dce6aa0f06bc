//! Names in the header of a safetensors file.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

/// A name that the header of a safetensors file has twice, if there is one.
///
/// Readers of JSON take the last of equal keys without a word, so that which tensor is meant cannot be told. Of a header that
/// is none nothing is said.
pub fn name_given_twice(file: &[u8]) -> Option<String> {
    let (length, rest) = file.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let mut header = serde_json::Deserializer::from_slice(rest.get(..length)?);
    header.deserialize_map(FirstTwice).ok()?
}

struct FirstTwice;

impl<'de> Visitor<'de> for FirstTwice {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the header of a safetensors file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        let (mut seen, mut twice) = (HashSet::new(), None);
        while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
            if twice.is_none() && seen.contains(&name) {
                twice = Some(name);
            } else {
                seen.insert(name);
            }
        }
        Ok(twice)
    }
}

#[cfg(test)]
mod tests {
    use super::name_given_twice;

    fn file(header: &str) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend([0; 8]);
        bytes
    }

    #[test]
    fn the_first_name_given_twice_is_found() {
        let info = r#"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#;
        let twice = file(&format!(
            r#"{{"a":{info},"b":{info},"b":{info},"a":{info}}}"#
        ));
        assert_eq!(name_given_twice(&twice).as_deref(), Some("b"));
        // The same name, once with an escape.
        let escaped = file(&format!(r#"{{"a":{info},"\u0061":{info}}}"#));
        assert_eq!(name_given_twice(&escaped).as_deref(), Some("a"));
        let once = file(&format!(r#"{{"__metadata__":{{"a":"1"}},"a":{info}}}"#));
        assert_eq!(name_given_twice(&once), None);
        for nothing in [&b""[..], b"12345678", &file("[1]")[..], &twice[..20]] {
            assert_eq!(name_given_twice(nothing), None);
        }
    }
}

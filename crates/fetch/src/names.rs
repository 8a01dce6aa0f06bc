//! Names that are the same plain file on every platform.

/// Names that Windows takes for devices, with or without an extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Why one component of a path cannot be a file's or folder's name everywhere; the sentence goes on
/// after the name.
pub(crate) fn check_component(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("is empty");
    }
    if name == "." || name == ".." {
        return Err("is not a name but a step between folders");
    }
    if name.len() > 255 {
        return Err("is longer than 255 bytes");
    }
    if name.contains(['/', '\\']) {
        return Err("holds a path separator");
    }
    if name.contains(':') {
        return Err("holds a colon, as drives of Windows do");
    }
    if !name.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err("holds something other than printable ASCII");
    }
    if name.contains(['<', '>', '"', '|', '?', '*']) {
        return Err("holds a character that Windows forbids");
    }
    if name.ends_with(['.', ' ']) {
        return Err("ends with a dot or a space, which Windows drops");
    }
    let stem = name.split('.').next().unwrap_or(name);
    let stem = stem.trim_end().to_ascii_lowercase();
    let port = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let is_port = port.is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    if is_port || DEVICES.contains(&stem.as_str()) {
        return Err("is a device on Windows");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_component;

    #[test]
    fn plain_names_pass() {
        for name in [
            "data_batch_1.bin",
            ".hidden",
            "a b",
            "console",
            "com",
            "lpt12",
            "a..b",
        ] {
            assert_eq!(check_component(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn other_names_do_not() {
        let long = "a".repeat(256);
        for name in [
            "", ".", "..", "a/b", "a\\b", "c:", "a:stream", "a\0b", "a\nb", "\u{e9}", "a.", "a ",
            "NUL", "con.txt", "Aux .bin", "COM1", "lpt9.gz", "a?", "a*", "<a", &long,
        ] {
            assert!(check_component(name).is_err(), "{name:?}");
        }
    }
}

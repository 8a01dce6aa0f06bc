//! Where the browser is.

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use headless_chrome::{Browser, LaunchOptions};

/// What the program is called, by distribution.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// Beside those that the driver gives anyway: nothing that would leave the machine.
const FLAGS: [&str; 3] = [
    "--disable-quic",
    "--disable-component-update",
    "--hide-scrollbars",
];

/// The browser's program; absent only on a user's machine, never in CI.
fn program() -> Option<PathBuf> {
    let named = env::var_os("HESSCOPE_CHROMIUM").map(PathBuf::from);
    let found = named.or_else(|| {
        let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
        NAMES
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
            .find(|path| path.is_file())
    });
    if found.is_none() {
        assert!(
            env::var_os("CI").is_none(),
            "no browser: none of {NAMES:?} is in PATH, and HESSCOPE_CHROMIUM names none"
        );
        eprintln!("left out: none of {NAMES:?} is in PATH, and HESSCOPE_CHROMIUM names none");
    }
    found
}

/// A browser with a profile of its own, which goes with it.
pub fn start() -> Result<Option<Browser>, Box<dyn Error>> {
    let Some(path) = program() else {
        return Ok(None);
    };
    let options = LaunchOptions {
        path: Some(path),
        // Containers do not let the sandbox be made; the pages are our own.
        sandbox: false,
        args: FLAGS.iter().map(OsStr::new).collect(),
        idle_browser_timeout: Duration::from_secs(120),
        ..LaunchOptions::default()
    };
    Ok(Some(Browser::new(options)?))
}

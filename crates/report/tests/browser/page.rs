//! A page in a browser, what is done to it, and what goes wrong on it.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use headless_chrome::browser::tab::point::Point;
use headless_chrome::protocol::cdp::Page::CaptureScreenshotFormatOption;
use headless_chrome::protocol::cdp::types::Event;
use headless_chrome::protocol::cdp::{Emulation, Network};
use headless_chrome::{Browser, Tab};
use serde_json::Value;
use tempfile::TempDir;

use crate::chromium;

pub type Outcome = Result<(), Box<dyn Error>>;

/// How the page is shown.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub width: u32,
    pub dark: bool,
}

pub const WIDE: View = View {
    width: 1200,
    dark: false,
};
pub const NARROW_DARK: View = View {
    width: 390,
    dark: true,
};

/// How long something that a page does by itself may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open page.
pub struct Page {
    tab: Arc<Tab>,
    address: String,
    /// Errors, warnings, and requests for anything but the page.
    faults: Arc<Mutex<Vec<String>>>,
    // The page lives as long as its browser, and its file as long as its folder.
    _browser: Browser,
    _folder: TempDir,
}

/// What an event says that should not be.
fn fault(event: &Event, address: &str) -> Option<String> {
    match event {
        Event::RuntimeExceptionThrown(thrown) => Some(format!("{:?}", thrown.params)),
        Event::RuntimeConsoleAPICalled(call) => Some(format!("{:?}", call.params)),
        Event::LogEntryAdded(entry) => Some(format!("{:?}", entry.params)),
        Event::NetworkRequestWillBeSent(sent) if sent.params.request.url != address => {
            Some(format!("a request for {}", sent.params.request.url))
        }
        _ => None,
    }
}

impl Page {
    /// Opens a file of a folder; `None` where there is no browser.
    pub fn open(folder: TempDir, file: &Path, view: View) -> Result<Option<Self>, Box<dyn Error>> {
        let Some(browser) = chromium::start()? else {
            return Ok(None);
        };
        let tab = browser.new_tab()?;
        tab.set_default_timeout(PATIENCE);
        let address = format!("file://{}", file.canonicalize()?.display());
        let faults = Arc::new(Mutex::new(Vec::new()));
        let (seen, own) = (Arc::clone(&faults), address.clone());
        tab.add_event_listener(Arc::new(move |event: &Event| {
            if let Some(fault) = fault(event, &own) {
                seen.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(fault);
            }
        }))?;
        tab.enable_runtime()?.enable_log()?;
        tab.call_method(Network::Enable {
            max_total_buffer_size: None,
            max_resource_buffer_size: None,
            max_post_data_size: None,
            report_direct_socket_traffic: None,
            enable_durable_messages: None,
        })?;
        let page = Self {
            tab,
            address,
            faults,
            _browser: browser,
            _folder: folder,
        };
        page.show(view, 900)?;
        page.tab
            .navigate_to(&page.address)?
            .wait_until_navigated()?;
        Ok(Some(page))
    }

    /// Loads the page again with its scripts switched off.
    pub fn without_script(&self) -> Outcome {
        self.tab
            .call_method(Emulation::SetScriptExecutionDisabled { value: true })?;
        self.tab
            .navigate_to(&self.address)?
            .wait_until_navigated()?;
        Ok(())
    }

    /// Sets the window's size and the colours asked for.
    pub fn show(&self, view: View, height: u32) -> Outcome {
        self.tab.call_method(Emulation::SetDeviceMetricsOverride {
            width: view.width,
            height,
            device_scale_factor: 1.0,
            mobile: view.width < 600,
            scale: None,
            screen_width: None,
            screen_height: None,
            position_x: None,
            position_y: None,
            dont_set_visible_size: None,
            screen_orientation: None,
            viewport: None,
            display_feature: None,
            device_posture: None,
        })?;
        let scheme = if view.dark { "dark" } else { "light" };
        self.tab.call_method(Emulation::SetEmulatedMedia {
            media: None,
            features: Some(vec![Emulation::MediaFeature {
                name: "prefers-color-scheme".to_owned(),
                value: scheme.to_owned(),
            }]),
        })?;
        Ok(())
    }

    /// Whether an expression is true.
    pub fn holds(&self, expression: &str) -> Result<bool, Box<dyn Error>> {
        Ok(self.value(expression)? == Value::Bool(true))
    }

    /// The value of an expression in the page.
    pub fn value(&self, expression: &str) -> Result<Value, Box<dyn Error>> {
        let result = self
            .tab
            .evaluate(&format!("JSON.stringify({expression})"), false)?;
        let json = result
            .value
            .ok_or_else(|| format!("{expression} has no value"))?;
        Ok(serde_json::from_str(json.as_str().ok_or("no JSON")?)?)
    }

    /// The text of the first element that a selector finds.
    pub fn text(&self, selector: &str) -> Result<String, Box<dyn Error>> {
        let value = self.value(&format!("document.querySelector({selector:?}).textContent"))?;
        // Spaces that do not break are spaces.
        Ok(value.as_str().ok_or("no text")?.replace('\u{a0}', " "))
    }

    /// The texts of all elements that a selector finds and that are shown.
    pub fn texts(&self, selector: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let value = self.value(&format!(
            "[...document.querySelectorAll({selector:?})].filter((e) => e.checkVisibility()).map((e) => e.textContent)"
        ))?;
        let texts: Vec<String> = serde_json::from_value(value)?;
        Ok(texts
            .iter()
            .map(|text| text.replace('\u{a0}', " "))
            .collect())
    }

    /// Clicks with the mouse.
    pub fn click(&self, selector: &str) -> Outcome {
        self.tab.find_element(selector)?.click()?;
        Ok(())
    }

    /// Presses a key: `Tab`, `ArrowRight`, `Enter`, ` `.
    pub fn press(&self, key: &str) -> Outcome {
        self.tab.press_key(key)?;
        Ok(())
    }

    /// Types into what has the focus.
    pub fn type_text(&self, text: &str) -> Outcome {
        self.tab.type_str(text)?;
        Ok(())
    }

    /// Presses Tab until the focus is on what a selector finds, at most so often.
    pub fn tab_to(&self, selector: &str, most: usize) -> Outcome {
        for _ in 0..most {
            self.press("Tab")?;
            if self.holds(&format!("document.activeElement.matches({selector:?})"))? {
                return Ok(());
            }
        }
        Err(format!("{most} times Tab do not reach {selector}").into())
    }

    /// Moves the mouse over an element, to shares of its width and height.
    pub fn hover(&self, selector: &str, across: f64, down: f64) -> Outcome {
        let element = self.tab.find_element(selector)?;
        element.scroll_into_view()?;
        // A figure may be higher than the window: the point itself must be in it, above what sticks to its lower edge.
        let place = self.value(&format!(
            "(() => {{ const box = () => document.querySelector({selector:?}).getBoundingClientRect(); \
             scrollBy(0, box().y + {down} * box().height - 0.35 * innerHeight); \
             const {{ x, y, width, height }} = box(); return [x + {across} * width, y + {down} * height]; }})()"
        ))?;
        let [x, y]: [f64; 2] = serde_json::from_value(place)?;
        self.tab.move_mouse_to_point(Point { x, y })?;
        Ok(())
    }

    /// Waits until an expression in the page is true.
    pub fn wait_for(&self, expression: &str) -> Outcome {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if self.holds(expression)? {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(format!("not within {PATIENCE:?}: {expression}").into())
    }

    /// Fails where the page is wider than its window.
    pub fn assert_fits(&self) -> Outcome {
        let widths = self.value(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
        )?;
        let [content, window]: [f64; 2] = serde_json::from_value(widths)?;
        assert!(content <= window, "{content} pixels in {window}");
        Ok(())
    }

    /// A picture of the whole page in the folder of the environment's HESSCOPE_SCREENSHOTS, where it names one.
    pub fn picture(&self, name: &str, view: View) -> Outcome {
        let Some(folder) = std::env::var_os("HESSCOPE_SCREENSHOTS") else {
            return Ok(());
        };
        let height = self.value("document.documentElement.scrollHeight")?;
        let height = u32::try_from(height.as_u64().ok_or("no height")?)?;
        self.show(view, height)?;
        let png =
            self.tab
                .capture_screenshot(CaptureScreenshotFormatOption::Png, None, None, true)?;
        fs::create_dir_all(&folder)?;
        fs::write(Path::new(&folder).join(format!("{name}.png")), png)?;
        self.show(view, 900)
    }

    /// Fails where anything went wrong.
    pub fn assert_faultless(&self) {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

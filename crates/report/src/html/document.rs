//! The frame of a page: one file that asks for nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::style;

/// What no page may do: load anything, send anything. Style and script are its own, in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// What is in a page.
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    pub(crate) version: &'a str,
    /// The device, in words.
    pub(crate) device: Option<&'a str>,
    /// Added to the style of all pages.
    pub(crate) style: &'a str,
    pub(crate) script: Option<String>,
    pub(crate) main: Markup,
}

impl<'a> Page<'a> {
    /// A page without a script, in the style of all pages.
    pub(crate) fn new(title: &'a str, version: &'a str, device: &'a str, main: Markup) -> Self {
        Self {
            title,
            version,
            device: Some(device),
            style: "",
            script: None,
            main,
        }
    }

    /// The whole file.
    pub(crate) fn html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content={ "hesscope " (self.version) };
                    title { (self.title) }
                    style { (PreEscaped(style::css())) (PreEscaped(self.style)) }
                }
                body {
                    main { h1 { (self.title) } (self.main) }
                    footer {
                        p {
                            "Written by hesscope " (self.version)
                            @if let Some(device) = self.device { " on " (device) }
                            "."
                        }
                    }
                    @if let Some(script) = &self.script { script { (PreEscaped(script)) } }
                }
            }
        };
        // No page holds control characters, but names can.
        let shown = |c: char| {
            if c.is_control() && c != '\n' && c != '\t' {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        };
        page.into_string().chars().map(shown).collect()
    }
}

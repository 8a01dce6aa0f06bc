//! The frame of a page: one file that asks for nothing.

use super::style;
use crate::escape::escape;

/// What no page may do: load anything, send anything. Style and script are its own, in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// A page of these parts, which are HTML but for title and version; `style` adds to that of all pages.
pub(crate) fn document(
    title: &str,
    version: &str,
    style: &str,
    script: &str,
    main: &str,
    footer: &str,
) -> String {
    let (title, version) = (escape(title), escape(version));
    let script = if script.is_empty() {
        String::new()
    } else {
        format!("<script>\n{script}</script>\n")
    };
    format!(
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"hesscope {version}\">\n\
         <title>{title}</title>\n\
         <style>\n{css}{style}</style>\n\
         </head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{main}</main>\n\
         <footer><p>{footer}</p></footer>\n\
         {script}</body>\n</html>\n",
        css = style::css(),
    )
}

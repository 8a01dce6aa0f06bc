//! The list of a page's sections.

use maud::{Markup, html};

/// A list of links to sections, each with its id and its title.
pub(crate) fn contents<'a>(sections: impl IntoIterator<Item = (&'a str, &'a str)>) -> Markup {
    html! {
        nav class="contents" aria-label="Contents" {
            ul {
                @for (id, title) in sections { li { a href={ "#" (id) } { (title) } } }
            }
        }
    }
}

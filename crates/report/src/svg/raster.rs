//! SVG to PNG, in Rust, with an embedded font: no font of the machine is looked at.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use skrifa::{FontRef, MetadataProvider, charmap::Charmap};

/// Pixels a unit of the SVG.
const SCALE: f32 = 2.0;
/// What stands in the place of a character that the font lacks.
const UNKNOWN: char = '?';

/// Turns pictures into PNG; holds the fonts.
pub(crate) struct Rasteriser {
    options: Options<'static>,
}

impl Rasteriser {
    pub(crate) fn new() -> Self {
        let mut options = Options::default();
        let fonts = options.fontdb_mut();
        fonts.load_font_data(ttf_noto_sans::REGULAR.to_vec());
        fonts.load_font_data(ttf_noto_sans::BOLD.to_vec());
        fonts.set_sans_serif_family("Noto Sans");
        Self { options }
    }

    /// The picture as PNG, or what the renderer says against it.
    pub(crate) fn png(&self, svg: &str) -> Result<Vec<u8>, String> {
        let svg = with_known_glyphs(svg)?;
        let tree = Tree::from_str(&svg, &self.options).map_err(|error| error.to_string())?;
        let size = tree.size();
        let pixels = |length: f32| (length * SCALE).ceil() as u32;
        let mut map = Pixmap::new(pixels(size.width()), pixels(size.height()))
            .ok_or("the picture has no area")?;
        resvg::render(
            &tree,
            Transform::from_scale(SCALE, SCALE),
            &mut map.as_mut(),
        );
        map.encode_png().map_err(|error| error.to_string())
    }
}

/// The picture with another sign for each character that the embedded font would draw as a box.
fn with_known_glyphs(svg: &str) -> Result<String, String> {
    let fonts = [ttf_noto_sans::REGULAR, ttf_noto_sans::BOLD].map(FontRef::new);
    let [regular, bold] = fonts.map(|font| font.map_err(|error| error.to_string()));
    let (regular, bold) = (regular?, bold?);
    let has = |map: &Charmap<'_>, c: char| map.map(c).is_some();
    let maps = [regular.charmap(), bold.charmap()];
    let known = |c: char| c.is_ascii() || maps.iter().all(|map| has(map, c));
    // What joins characters or varies the one before has no sign of its own.
    let joins = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}');
    Ok(svg
        .chars()
        .filter(|&c| !joins(c))
        .map(|c| if known(c) { c } else { UNKNOWN })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::with_known_glyphs;

    #[test]
    fn characters_without_a_glyph_are_drawn_as_another_sign() {
        let name =
            "\u{3bb} \u{732b} \u{1f469}\u{200d}\u{1f680}\u{1f44d}\u{1f3fd} \u{2764}\u{fe0f} \u{e9}";
        assert_eq!(
            with_known_glyphs(name).expect("fonts"),
            "\u{3bb} ? ??? ? \u{e9}"
        );
    }
}

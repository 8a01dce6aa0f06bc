//! SVG to PNG, in Rust, with an embedded font: no font of the machine is looked at.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// Pixels a unit of the SVG.
const SCALE: f32 = 2.0;

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
        let tree = Tree::from_str(svg, &self.options).map_err(|error| error.to_string())?;
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

//! The formats that the sheets of a workbook share. Knows no rows.

use crate::publish::label::Lang;
use crate::publish::look::Look;
use crate::publish::look::Side;
use rust_xlsxwriter::Color;
use rust_xlsxwriter::Format;
use rust_xlsxwriter::FormatAlign;
use rust_xlsxwriter::FormatBorder;

/// The width of a column that nobody sets; the library knows the measures of fonts by it.
pub(super) const COLUMN_PIXELS: u32 = 64;

pub(super) struct Style {
    /// Row height of the body font.
    pub(super) row_pixels: u32,
    pub(super) body: Format,
    pub(super) title: Format,
    pub(super) head: Format,
    /// For what does not stand on the left: the button of the filter lies on the right.
    pub(super) head_centre: Format,
    pub(super) strong: Format,
    pub(super) quiet: Format,
    pub(super) link: Format,
    pub(super) count: Format,
    pub(super) top: Format,
    pub(super) wrapped: Format,
    pub(super) good: Format,
    pub(super) bad: Format,
    pub(super) act: Format,
    pub(super) doubt: Format,
}

impl Style {
    pub(super) fn of(lang: Lang) -> Self {
        // Calibri has no Chinese letters, and what stands in for them differs from one machine to the next.
        let (font, size, row_pixels) = match lang {
            Lang::Zh => ("Microsoft YaHei", 10, 22),
            Lang::En => ("Calibri", 11, 20),
        };
        let body = Format::new().set_font_name(font).set_font_size(size);
        let of = || body.clone();
        let filled = |back: u32, ink: u32| {
            Format::new()
                .set_background_color(Color::RGB(back))
                .set_font_color(Color::RGB(ink))
        };
        let head = of()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(Color::RGB(0x00DD_EBF7))
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(Color::RGB(0x005B_9BD5));
        Self {
            row_pixels,
            title: of()
                .set_bold()
                .set_font_size(size + 6)
                .set_align(FormatAlign::VerticalCenter),
            head_centre: head.clone().set_align(FormatAlign::Center),
            head,
            strong: of().set_bold(),
            quiet: of().set_font_color(Color::RGB(0x0076_7676)),
            link: of()
                .set_font_color(Color::RGB(0x0005_63C1))
                .set_underline(rust_xlsxwriter::FormatUnderline::Single),
            count: of().set_num_format("#,##0").set_align(FormatAlign::Center),
            top: of().set_align(FormatAlign::Top),
            wrapped: of().set_align(FormatAlign::Top).set_text_wrap(),
            good: filled(0x00C6_EFCE, 0x0000_6100),
            bad: filled(0x00FF_C7CE, 0x009C_0006),
            act: filled(0x00FF_EB9C, 0x007F_6000),
            doubt: filled(0x00E7_E6E6, 0x0059_5959),
            body,
        }
    }

    /// The format of all cells of a column.
    pub(super) fn column(&self, look: Look) -> Format {
        let side = match look.side {
            Side::Left => FormatAlign::Left,
            Side::Centre => FormatAlign::Center,
            Side::Right => FormatAlign::Right,
        };
        // A number would otherwise touch the text in the next column. Not every program draws an indent on the right.
        let room = if look.side == Side::Right { "_ " } else { "" };
        let number = format!("{}{room}", look.number);
        self.body.clone().set_num_format(number).set_align(side)
    }

    /// The format of the title of a column.
    pub(super) const fn head_of(&self, look: Look) -> &Format {
        match look.side {
            Side::Left => &self.head,
            Side::Centre | Side::Right => &self.head_centre,
        }
    }
}

/// One colour a group, in the order in which groups come.
pub(super) struct Tabs<'a> {
    groups: Vec<&'a str>,
}

const TAB_COLOURS: [u32; 5] = [
    0x005B_9BD5,
    0x0070_AD47,
    0x00ED_7D31,
    0x00FF_C000,
    0x0070_30A0,
];

impl<'a> Tabs<'a> {
    pub(super) const fn new() -> Self {
        Self { groups: Vec::new() }
    }

    pub(super) fn colour(&mut self, group: &'a str) -> Color {
        let known = self.groups.iter().position(|name| *name == group);
        let nth = known.unwrap_or(self.groups.len());
        if known.is_none() {
            self.groups.push(group);
        }
        Color::RGB(
            TAB_COLOURS
                .get(nth % TAB_COLOURS.len())
                .copied()
                .unwrap_or_default(),
        )
    }
}

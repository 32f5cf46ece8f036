//! The variations of Lumora's products: codes, titles, prices, and how they sell and lie in stock.

use crate::shop::DE;
use crate::shop::PRODUCTS;
use crate::shop::Product;
use crate::shop::SITES;

/// A variation: one ASIN, one SKU per marketplace where it is sold.
pub(crate) struct Variation {
    /// Place in [`PRODUCTS`].
    pub(crate) product: usize,
    /// Product code without dash and colour: `D01BK`. SKU, ASIN and FNSKU are made from it.
    pub(crate) stem: &'static str,
    pub(crate) title_en: &'static str,
    pub(crate) title_de: &'static str,
    /// Per site, in cents; 0: not sold there.
    pub(crate) price: [i64; 2],
    /// Units a day that come without advertising, per site.
    pub(crate) organic: [f64; 2],
    /// Days of sale that lie in Amazon's warehouses at the last inventory download, per site.
    pub(crate) cover: [f64; 2],
    /// Units on the way at the last inventory download, in days of sale, per site.
    pub(crate) inbound: [f64; 2],
}

const fn variation(
    product: usize,
    stem: &'static str,
    titles: [&'static str; 2],
    price: [i64; 2],
    organic: [f64; 2],
    cover: [f64; 2],
    inbound: [f64; 2],
) -> Variation {
    Variation {
        product,
        stem,
        title_en: titles[0],
        title_de: titles[1],
        price,
        organic,
        cover,
        inbound,
    }
}

/// LM-D02 runs out inside its lead time; LM-N04 has half a year of stock; the others have 31 to 44 days.
pub(crate) const VARIATIONS: [Variation; 16] = [
    variation(
        0,
        "D01BK",
        [
            "Lumora LED Desk Lamp, Dimmable Eye-Caring Table Lamp with USB Port, 5 Color Modes, 17\" Arm, Black",
            "Lumora LED Schreibtischlampe dimmbar, augenschonend, mit USB-Anschluss, für Büro, Schwarz",
        ],
        [3999, 3699],
        [9.0, 4.0],
        [38.0, 36.0],
        [0.0, 12.0],
    ),
    variation(
        0,
        "D01WH",
        [
            "Lumora LED Desk Lamp, Dimmable Eye-Caring Table Lamp with USB Port, 5 Color Modes, 17\" Arm, White",
            "Lumora LED Schreibtischlampe dimmbar, augenschonend, mit USB-Anschluss, für Büro, Weiß",
        ],
        [3999, 3699],
        [6.0, 2.5],
        [41.0, 34.0],
        [0.0, 0.0],
    ),
    variation(
        1,
        "D02BK",
        [
            "Lumora Desk Lamp with Wireless Charger, Dimmable LED, Auto Timer, Black",
            "Lumora Schreibtischlampe mit kabellosem Ladegerät, dimmbar, Timer, Schwarz",
        ],
        [5999, 5499],
        [5.0, 2.0],
        [7.0, 33.0],
        [0.0, 0.0],
    ),
    variation(
        1,
        "D02WH",
        [
            "Lumora Desk Lamp with Wireless Charger, Dimmable LED, Auto Timer, White",
            "",
        ],
        [5999, 0],
        [3.0, 0.0],
        [9.0, 0.0],
        [0.0, 0.0],
    ),
    variation(
        2,
        "D03BK",
        [
            "Lumora Architect Desk Lamp with Clamp, 32\" Swing Arm, Black",
            "",
        ],
        [4999, 0],
        [3.0, 0.0],
        [33.0, 0.0],
        [15.0, 0.0],
    ),
    variation(
        3,
        "D04WH",
        [
            "Lumora Foldable Mini Desk Lamp, Rechargeable, 3 Brightness Levels, White",
            "Lumora faltbare Mini-Tischlampe, wiederaufladbar, 3 Helligkeitsstufen, Weiß",
        ],
        [2199, 1999],
        [8.0, 3.0],
        [36.0, 40.0],
        [10.0, 0.0],
    ),
    variation(
        4,
        "D05BK",
        ["Lumora 24\" Monitor Light Bar, No Glare, Touch Control", ""],
        [6999, 0],
        [4.0, 0.0],
        [39.0, 0.0],
        [0.0, 0.0],
    ),
    variation(
        5,
        "N012P",
        [
            "Lumora Plug-in Night Light, Dusk to Dawn Sensor, Warm White, 2 Pack",
            "Lumora Nachtlicht Steckdose mit Dämmerungssensor, warmweiß, 2 Stück",
        ],
        [1599, 1499],
        [12.0, 4.0],
        [34.0, 38.0],
        [20.0, 0.0],
    ),
    variation(
        5,
        "N016P",
        [
            "Lumora Plug-in Night Light, Dusk to Dawn Sensor, Warm White, 6 Pack",
            "",
        ],
        [3499, 0],
        [5.0, 0.0],
        [42.0, 0.0],
        [0.0, 0.0],
    ),
    variation(
        6,
        "N02WH",
        [
            "Lumora Motion Sensor Night Light, Stick-on, Battery Operated, 3 Pack",
            "Lumora Nachtlicht mit Bewegungsmelder, batteriebetrieben, 3 Stück",
        ],
        [1899, 1799],
        [8.0, 3.0],
        [35.0, 35.0],
        [0.0, 0.0],
    ),
    variation(
        7,
        "N03PK",
        [
            "Lumora Bunny Night Light for Kids, Soft Silicone, 7 Colors, Rechargeable",
            "Lumora Hasen-Nachtlicht für Kinder, weiches Silikon, 7 Farben",
        ],
        [2299, 2199],
        [5.0, 2.0],
        [37.0, 43.0],
        [0.0, 0.0],
    ),
    variation(
        8,
        "N04WH",
        [
            "Lumora Toilet Night Light, Motion Activated, 8 Colors, 2 Pack",
            "",
        ],
        [1399, 0],
        [2.0, 0.0],
        [185.0, 0.0],
        [0.0, 0.0],
    ),
    variation(
        9,
        "R01BK",
        [
            "Lumora Book Light, Clip-on, Amber 1600K, Rechargeable, Black",
            "Lumora Leselampe Buch Klemme, 1600K, wiederaufladbar, Schwarz",
        ],
        [1799, 1699],
        [9.0, 3.0],
        [40.0, 37.0],
        [0.0, 0.0],
    ),
    variation(
        9,
        "R01PK",
        [
            "Lumora Book Light, Clip-on, Amber 1600K, Rechargeable, Pink",
            "",
        ],
        [1799, 0],
        [4.0, 0.0],
        [44.0, 0.0],
        [0.0, 0.0],
    ),
    variation(
        10,
        "R02BK",
        [
            "Lumora Neck Reading Light, 3 Colors, Bendable Arms, Rechargeable",
            "",
        ],
        [2599, 0],
        [4.0, 0.0],
        [31.0, 0.0],
        [8.0, 0.0],
    ),
    variation(
        11,
        "B01SV",
        [
            "Lumora 16\" Under Cabinet Light Bar, Motion Sensor, Magnetic, Silver",
            "",
        ],
        [4499, 0],
        [2.0, 0.0],
        [44.0, 0.0],
        [0.0, 0.0],
    ),
];

impl Variation {
    pub(crate) fn of_product(&self) -> &'static Product {
        &PRODUCTS[self.product]
    }
    pub(crate) const fn sold_at(&self, site: usize) -> bool {
        self.price[site] > 0
    }
    pub(crate) fn asin(&self) -> String {
        format!("B0LUM{}", self.stem)
    }
    pub(crate) fn parent_asin(&self) -> String {
        format!("B0LUM{}PA", &self.stem[..3])
    }
    pub(crate) fn sku(&self, site: usize) -> String {
        format!(
            "LM-{}-{}-{}",
            &self.stem[..3],
            &self.stem[3..],
            SITES[site].code
        )
    }
    pub(crate) fn fnsku(&self, site: usize) -> String {
        format!("X00L{}{}", self.stem, site + 1)
    }
    pub(crate) const fn title(&self, site: usize) -> &'static str {
        if site == DE {
            self.title_de
        } else {
            self.title_en
        }
    }
}

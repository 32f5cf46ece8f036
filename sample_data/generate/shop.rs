//! The invented shop: what Lumora sells, where, and how well. Every brand, ASIN, seller and person here is made up.

/// The account's name in the workspace, and the seller id that its offers carry.
pub(crate) const ACCOUNT: &str = "lumora";
pub(crate) const SELLER_ID: &str = "A1LUMORA00SHOP";
pub(crate) const BRAND: &str = "Lumora";

/// One of the two marketplaces, as the reports write it.
pub(crate) struct Site {
    pub(crate) code: &'static str,
    pub(crate) country_en: &'static str,
    pub(crate) country_zh: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) domain: &'static str,
    pub(crate) keepa_id: u8,
}

pub(crate) const US: usize = 0;
pub(crate) const DE: usize = 1;
pub(crate) const SITES: [Site; 2] = [
    Site {
        code: "US",
        country_en: "United States",
        country_zh: "美国",
        currency: "USD",
        sign: "$",
        domain: "com",
        keepa_id: 1,
    },
    Site {
        code: "DE",
        country_en: "Germany",
        country_zh: "德国",
        currency: "EUR",
        sign: "€",
        domain: "de",
        keepa_id: 3,
    },
];

/// A product (款号): what people plan and judge by.
pub(crate) struct Product {
    pub(crate) code: &'static str,
    pub(crate) name_zh: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) stage: &'static str,
    pub(crate) focus: bool,
    pub(crate) portfolio: &'static str,
    pub(crate) category: &'static str,
    pub(crate) target_acos: Option<&'static str>,
    pub(crate) live_at: &'static str,
    /// Units returned of a thousand sold. LM-D04 is the one that is over the 3 % of the workspace's target.
    pub(crate) returned_of_1000: u32,
}

const fn product(
    code: &'static str,
    name_zh: &'static str,
    owner: &'static str,
    stage: &'static str,
    portfolio: &'static str,
    category: &'static str,
    live_at: &'static str,
) -> Product {
    Product {
        code,
        name_zh,
        owner,
        stage,
        focus: false,
        portfolio,
        category,
        target_acos: None,
        live_at,
        returned_of_1000: 22,
    }
}

const LAMPS: &str = "Desk lamps";
const NIGHT: &str = "Night lights";
const READING: &str = "Reading lights";

pub(crate) const PRODUCTS: [Product; 12] = [
    Product {
        focus: true,
        returned_of_1000: 20,
        ..product(
            "LM-D01",
            "可调光护眼台灯",
            "陈静",
            "成熟",
            LAMPS,
            "Desk Lamps",
            "2024-03-12",
        )
    },
    Product {
        focus: true,
        ..product(
            "LM-D02",
            "无线充电台灯",
            "陈静",
            "成熟",
            LAMPS,
            "Desk Lamps",
            "2024-08-20",
        )
    },
    product(
        "LM-D03",
        "长臂夹式工作灯",
        "陈静",
        "成长",
        LAMPS,
        "Desk Lamps",
        "2025-05-06",
    ),
    Product {
        returned_of_1000: 62,
        ..product(
            "LM-D04",
            "折叠迷你台灯",
            "李强",
            "成长",
            LAMPS,
            "Desk Lamps",
            "2025-06-18",
        )
    },
    product(
        "LM-D05",
        "24寸显示器挂灯",
        "李强",
        "成长",
        LAMPS,
        "Desk Lamps",
        "2025-07-01",
    ),
    Product {
        focus: true,
        returned_of_1000: 18,
        ..product(
            "LM-N01",
            "插电小夜灯",
            "王敏",
            "成熟",
            NIGHT,
            "Night-Lights",
            "2023-11-02",
        )
    },
    product(
        "LM-N02",
        "人体感应夜灯",
        "王敏",
        "成熟",
        NIGHT,
        "Night-Lights",
        "2024-02-14",
    ),
    product(
        "LM-N03",
        "硅胶兔子夜灯",
        "王敏",
        "成长",
        NIGHT,
        "Night-Lights",
        "2025-04-10",
    ),
    Product {
        target_acos: Some("35%"),
        ..product(
            "LM-N04",
            "卫生间夜灯",
            "王敏",
            "清仓",
            NIGHT,
            "Night-Lights",
            "2023-09-15",
        )
    },
    product(
        "LM-R01",
        "夹书阅读灯",
        "李强",
        "成熟",
        READING,
        "Book Lights",
        "2024-01-22",
    ),
    product(
        "LM-R02",
        "挂脖阅读灯",
        "李强",
        "成长",
        READING,
        "Book Lights",
        "2025-03-03",
    ),
    Product {
        target_acos: Some("40%"),
        ..product(
            "LM-B01",
            "16寸橱柜灯条",
            "陈静",
            "新品",
            LAMPS,
            "Under-Counter Lights",
            "2026-01-06",
        )
    },
];

/// An invented rival.
pub(crate) struct Rival {
    pub(crate) brand: &'static str,
    /// Five letters of the ASIN; three digits follow.
    pub(crate) letters: &'static str,
}

const fn rival(brand: &'static str, letters: &'static str) -> Rival {
    Rival { brand, letters }
}

pub(crate) const RIVALS: [Rival; 10] = [
    rival("Glowyra", "GLOWY"),
    rival("Nestlumi", "NESTL"),
    rival("Okarulit", "OKARU"),
    rival("Vellampa", "VELLA"),
    rival("Dayspiro", "DAYSP"),
    rival("Candovia", "CANDO"),
    rival("Hellbrooke", "HELLB"),
    rival("Zunilux", "ZUNIL"),
    rival("Fernlita", "FERNL"),
    rival("Prismora", "PRISM"),
];

impl Rival {
    /// The rival's desk lamp (`line` 1) or night light (`line` 2) as an ASIN; `slot` counts from 1.
    pub(crate) fn asin(&self, line: usize, slot: usize) -> String {
        format!("B0{}{line}{:02}", self.letters, slot)
    }
    pub(crate) fn seller_id(&self) -> String {
        format!("A2{}00SELLER", self.letters)
    }
}

//! The seeds: what no report tells, as a Chinese team keeps it. Workbooks and csv with a byte order mark, Chinese headers
//! where the team fills them in.

use crate::diary;
use crate::dice::Dice;
use crate::seed_rows;
use crate::sheet::CONSOLE_CSV;
use crate::sheet::Cell;
use crate::sheet::Folder;
use crate::sheet::Origin;
use crate::sheet::Result;
use crate::sheet::Table;
use crate::sheet::as_f64;
use crate::sheet::plain;
use crate::sheet::text;
use crate::shop::ACCOUNT;
use crate::shop::BRAND;
use crate::shop::DE;
use crate::shop::PRODUCTS;
use crate::shop::RIVALS;
use crate::shop::SITES;
use crate::shop::US;
use crate::variations::VARIATIONS;
use crate::world::whole;
use jiff::civil::Date;
use jiff::civil::date;

fn workbook(folder: &Folder, name: &str, sheet: &str, table: &Table) -> Result<()> {
    let origin = Origin {
        sheet,
        title: "",
        creator: BRAND,
        created: date(2026, 2, 2).at(3, 0, 0, 0),
        day_format: "yyyy/m/d",
        money_format: "0.00",
    };
    folder.workbook(&format!("seeds/{name}.xlsx"), &origin, table)
}

fn csv(folder: &Folder, name: &str, table: &Table) -> Result<()> {
    folder.write(
        &format!("seeds/{name}.csv"),
        text(&CONSOLE_CSV, table, plain).as_bytes(),
    )
}

fn day_of(text: &str) -> Cell {
    text.parse::<Date>().map_or(Cell::Empty, Cell::Day)
}

const PRODUCT_HEADER: [&str; 20] = [
    "店铺",
    "站点",
    "SKU",
    "生效日期",
    "ASIN",
    "FNSKU",
    "父ASIN",
    "款号",
    "中文品名",
    "品牌",
    "负责人",
    "产品阶段",
    "是否重点",
    "上架申请日期",
    "上架日期",
    "目标类目",
    "目标ACOS",
    "目标BSR",
    "配送方式",
    "库存池",
];

/// One row per SKU, and one more where the owner changed in the middle of December.
fn products() -> Table {
    let mut table = Table::new(&PRODUCT_HEADER);
    for site in [US, DE] {
        for shop in VARIATIONS.iter().filter(|shop| shop.sold_at(site)) {
            let product = shop.of_product();
            let handed_over = product.code == "LM-R01" && site == US;
            let valid: &[(&str, &str)] = if handed_over {
                &[("2025-06-01", "赵磊"), ("2025-12-15", "李强")]
            } else {
                &[("2025-06-01", "")]
            };
            for (from, owner) in valid {
                table.rows.push(vec![
                    ACCOUNT.into(),
                    if site == US { "美国" } else { "德国" }.into(),
                    shop.sku(site).into(),
                    day_of(from),
                    shop.asin().into(),
                    shop.fnsku(site).into(),
                    shop.parent_asin().into(),
                    product.code.into(),
                    product.name_zh.into(),
                    BRAND.into(),
                    if owner.is_empty() {
                        product.owner
                    } else {
                        owner
                    }
                    .into(),
                    product.stage.into(),
                    if product.focus { "是" } else { "否" }.into(),
                    Cell::Empty,
                    day_of(product.live_at),
                    product.category.into(),
                    product.target_acos.unwrap_or_default().into(),
                    if product.focus {
                        Cell::Count(50)
                    } else {
                        Cell::Empty
                    },
                    "FBA".into(),
                    if site == US { "US" } else { "EU" }.into(),
                ]);
            }
        }
    }
    table
}

/// Ten rivals of LM-D01 in both marketplaces, and of LM-N01 in the US.
fn competitors() -> Table {
    let mut table = Table::new(&[
        "站点",
        "款号",
        "竞品ASIN",
        "生效日期",
        "序号",
        "竞品角色",
        "竞品品牌",
        "备注",
    ]);
    for (site, product, line) in [(US, "LM-D01", 1), (US, "LM-N01", 2), (DE, "LM-D01", 1)] {
        for (slot, rival) in (1_usize..).zip(&RIVALS) {
            let role = match slot {
                1 => "标杆",
                2..=6 => "直接竞品",
                9 => "新品",
                _ => "价格竞品",
            };
            table.rows.push(vec![
                SITES[site].code.into(),
                product.into(),
                rival.asin(line, slot).into(),
                day_of("2025-10-01"),
                Cell::Count(i64::try_from(slot).unwrap_or(0)),
                role.into(),
                rival.brand.into(),
                Cell::Empty,
            ]);
        }
    }
    table
}

/// What the team decided of terms that the library offered.
fn search_terms() -> Table {
    let mut table = Table::new(&[
        "站点",
        "款号",
        "搜索词",
        "状态",
        "决定日期",
        "负责人",
        "备注",
    ]);
    for (market, product, term, state, owner, note) in [
        (
            "美国",
            "LM-D01",
            "eye caring desk lamp",
            "已采纳",
            "陈静",
            "",
        ),
        (
            "美国",
            "LM-D01",
            "lampara de escritorio",
            "已上架",
            "陈静",
            "后台",
        ),
        (
            "美国",
            "LM-D01",
            "desk lamp with usb port",
            "在广告",
            "陈静",
            "",
        ),
        ("美国", "LM-D01", "office lamp", "拒绝", "陈静", "转化低"),
        (
            "美国",
            "LM-N01",
            "dusk to dawn night light",
            "已采纳",
            "王敏",
            "",
        ),
        ("美国", "LM-N01", "luz de noche", "已上架", "王敏", "后台"),
        (
            "德国",
            "LM-D01",
            "tageslichtlampe schreibtisch",
            "已采纳",
            "陈静",
            "",
        ),
    ] {
        table.rows.push(vec![
            market.into(),
            product.into(),
            term.into(),
            state.into(),
            Cell::Day(date(2026, 2, 4)),
            owner.into(),
            note.into(),
        ]);
    }
    table
}

fn terms() -> Table {
    let mut table = Table::new(&["Marketplace", "Pattern", "Class"]);
    for site in &SITES {
        let mut row = |pattern: &str, class: &str| {
            table.rows.push(vec![
                site.code.into(),
                pattern.to_lowercase().into(),
                class.into(),
            ]);
        };
        row(BRAND, "own_brand");
        for rival in &RIVALS {
            row(rival.brand, "competitor_brand");
            row(&format!("b0{}", rival.letters), "asin");
        }
        let generic: &[&str] = if site.code == "US" {
            &["desk lamp", "night light", "book light"]
        } else {
            &["schreibtischlampe", "nachtlicht"]
        };
        for pattern in generic {
            row(pattern, "generic");
        }
    }
    table
}

/// About a quarter of the price, in yuan; LM-N01 became dearer with the new year.
fn costs() -> Table {
    let mut table = Table::new(&[
        "Marketplace",
        "SKU",
        "Valid from",
        "Unit cost",
        "Currency",
        "Note",
    ]);
    for site in [US, DE] {
        for shop in VARIATIONS.iter().filter(|shop| shop.sold_at(site)) {
            let mut dice = Dice::of(&format!("cost {}", shop.stem));
            let yuan = as_f64(whole(
                as_f64(shop.price[site]) * dice.between(1.55, 1.95) / 10.0,
            )) / 10.0;
            let mut row = |from: &str, cost: f64, note: &str| {
                table.rows.push(vec![
                    SITES[site].code.into(),
                    shop.sku(site).into(),
                    day_of(from),
                    Cell::Money(cost),
                    "CNY".into(),
                    note.into(),
                ]);
            };
            row("2025-06-01", yuan, "");
            if shop.stem.starts_with("N01") {
                row("2026-01-01", yuan + 1.5, "new packaging");
            }
        }
    }
    table
}

/// First and last day, what it is, and whether it is a holiday or a weekend that is worked.
type Span = (&'static str, &'static str, &'static str, &'static str);

/// From the notices of the State Council's General Office on holidays of 2025 (12 November 2024) and of 2026
/// (4 November 2025).
const HOLIDAYS: [Span; 23] = [
    ("2025-01-01", "2025-01-01", "放假", "元旦"),
    ("2025-01-26", "2025-01-26", "调休上班", "春节"),
    ("2025-01-28", "2025-02-04", "放假", "春节"),
    ("2025-02-08", "2025-02-08", "调休上班", "春节"),
    ("2025-04-04", "2025-04-06", "放假", "清明节"),
    ("2025-04-27", "2025-04-27", "调休上班", "劳动节"),
    ("2025-05-01", "2025-05-05", "放假", "劳动节"),
    ("2025-05-31", "2025-06-02", "放假", "端午节"),
    ("2025-09-28", "2025-09-28", "调休上班", "国庆节、中秋节"),
    ("2025-10-01", "2025-10-08", "放假", "国庆节、中秋节"),
    ("2025-10-11", "2025-10-11", "调休上班", "国庆节、中秋节"),
    ("2026-01-01", "2026-01-03", "放假", "元旦"),
    ("2026-01-04", "2026-01-04", "调休上班", "元旦"),
    ("2026-02-14", "2026-02-14", "调休上班", "春节"),
    ("2026-02-15", "2026-02-23", "放假", "春节"),
    ("2026-02-28", "2026-02-28", "调休上班", "春节"),
    ("2026-04-04", "2026-04-06", "放假", "清明节"),
    ("2026-05-01", "2026-05-05", "放假", "劳动节"),
    ("2026-05-09", "2026-05-09", "调休上班", "劳动节"),
    ("2026-06-19", "2026-06-21", "放假", "端午节"),
    ("2026-09-20", "2026-09-20", "调休上班", "国庆节"),
    ("2026-09-25", "2026-09-27", "放假", "中秋节"),
    ("2026-10-01", "2026-10-07", "放假", "国庆节"),
];
const LAST_WORKDAY: Span = ("2026-10-10", "2026-10-10", "调休上班", "国庆节");

fn holidays() -> Table {
    let mut table = Table::new(&["日期", "类型", "名称", "依据"]);
    for (first, last, kind, name) in HOLIDAYS.iter().chain([&LAST_WORKDAY]) {
        let (Ok(first), Ok(last)) = (first.parse::<Date>(), last.parse::<Date>()) else {
            continue;
        };
        let source = if first.year() == 2025 {
            "国办发明电〔2024〕12号"
        } else {
            "国办发明电〔2025〕7号"
        };
        for day in crate::world::days(first, last) {
            table.rows.push(vec![
                Cell::Day(day),
                (*kind).into(),
                (*name).into(),
                source.into(),
            ]);
        }
    }
    table
}

/// Planned spend of three months, by portfolio.
fn budgets() -> Table {
    let mut table = Table::new(&[
        "月份",
        "站点",
        "广告组合",
        "款号",
        "计划花费",
        "币种",
        "负责人",
    ]);
    let plan = [
        ("Desk lamps", 3300, 800, "陈静"),
        ("Night lights", 1200, 480, "王敏"),
        ("Reading lights", 620, 140, "李强"),
    ];
    for (month, percent) in [("2025-12-01", 110), ("2026-01-01", 100), ("2026-02-01", 90)] {
        for (site, code) in ["US", "DE"].into_iter().enumerate() {
            for (portfolio, us, de, owner) in plan {
                let amount = if site == US { us } else { de } * percent / 100;
                table.rows.push(vec![
                    day_of(month),
                    code.into(),
                    portfolio.into(),
                    Cell::Empty,
                    Cell::Count(amount),
                    SITES[site].currency.into(),
                    owner.into(),
                ]);
            }
        }
    }
    table
}

/// All seeds.
pub(crate) fn write(folder: &Folder) -> Result<()> {
    workbook(folder, "products", "产品表", &products())?;
    workbook(folder, "competitors", "竞品表", &competitors())?;
    workbook(folder, "review_case", "差评处理", &diary::review_case())?;
    workbook(folder, "restock", "补货参数", &seed_rows::restock())?;
    workbook(folder, "budgets", "广告预算", &budgets())?;
    for (name, table) in [
        ("search_terms", search_terms()),
        ("terms", terms()),
        ("costs", costs()),
        ("holidays", holidays()),
        ("promotions", seed_rows::promotions()),
        ("fx_rates", seed_rows::fx_rates()),
        ("taxes", seed_rows::taxes()),
        ("stock_elsewhere", seed_rows::stock_elsewhere()),
        ("transport", seed_rows::transport()),
        ("season", seed_rows::season()),
        ("health", diary::health()),
        ("content_log", diary::content_log(&PRODUCTS)),
        ("keyword_basket", seed_rows::keyword_basket()),
        ("expected_reports", seed_rows::expected_reports()),
    ] {
        csv(folder, name, &table)?;
    }
    Ok(())
}

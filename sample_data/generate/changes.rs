//! What happens to known products between the two Keepa exports, and what only seems to happen. The sample's README and
//! the tests read the same list.

use crate::keepa::Listing;

/// A known difference between the two exports.
pub(crate) struct Known {
    pub(crate) asin: &'static str,
    /// The event that the weekly mart must report; none for what only looks like a change.
    pub(crate) event: Option<&'static str>,
    pub(crate) tells: &'static str,
    /// Sets the listing as both exports would show it.
    pub(crate) before: fn(&mut Listing),
    /// Then, what the second export shows.
    pub(crate) after: fn(&mut Listing),
}

fn nothing(_: &mut Listing) {}

const fn event(
    asin: &'static str,
    event: &'static str,
    tells: &'static str,
    before: fn(&mut Listing),
    after: fn(&mut Listing),
) -> Known {
    Known {
        asin,
        event: Some(event),
        tells,
        before,
        after,
    }
}

const fn none(
    asin: &'static str,
    tells: &'static str,
    before: fn(&mut Listing),
    after: fn(&mut Listing),
) -> Known {
    Known {
        asin,
        event: None,
        tells,
        before,
        after,
    }
}

pub(crate) const US: [Known; 22] = [
    event(
        "B0GLOWY101",
        "price_drop",
        "Buy Box 45.99 to 37.99",
        |l| l.price = Some(4599),
        |l| {
            l.price = Some(3799);
            l.price_changed = "2026/01/29 11:20".into();
        },
    ),
    event(
        "B0GLOWY101",
        "bsr_up",
        "rank 1240 to 310, same category",
        |l| l.rank = 1240,
        |l| l.rank = 310,
    ),
    event(
        "B0NESTL102",
        "price_rise",
        "Buy Box 32.99 to 38.99",
        |l| l.price = Some(3299),
        |l| {
            l.price = Some(3899);
            l.price_changed = "2026/01/30 02:10".into();
        },
    ),
    event(
        "B0OKARU103",
        "buy_box_changed",
        "Okarulit Official (A2OKARU00SELLER) to DealHarbor Outlet (A3DEALHARBOR1), the number of offers stays",
        nothing,
        |l| {
            l.seller = "DealHarbor Outlet".into();
            l.seller_id = "A3DEALHARBOR1".into();
        },
    ),
    event(
        "B0VELLA104",
        "out_of_stock",
        "Buy Box 41.99 to none, no offers left (offer_gone with it)",
        |l| l.price = Some(4199),
        |l| {
            l.price = None;
            (l.offers_fba, l.offers_fbm) = (0, 0);
        },
    ),
    event(
        "B0DAYSP105",
        "back_in_stock",
        "no Buy Box to 45.99, offers again (offer_added with it)",
        |l| {
            l.price = None;
            (l.offers_fba, l.offers_fbm) = (0, 0);
        },
        |l| {
            l.price = Some(4599);
            (l.offers_fba, l.offers_fbm) = (2, 0);
        },
    ),
    event(
        "B0CANDO106",
        "review_spike",
        "1,204 to 2,431 reviews",
        |l| l.reviews = 1204,
        |l| l.reviews = 2431,
    ),
    event(
        "B0HELLB107",
        "review_drop",
        "842 to 598 reviews: a variation was split off",
        |l| l.reviews = 842,
        |l| l.reviews = 598,
    ),
    event(
        "B0ZUNIL108",
        "rating_change",
        "4.4 to 4.1",
        |l| l.rating = 44,
        |l| l.rating = 41,
    ),
    event(
        "B0FERNL109",
        "title_changed",
        "\"Model 9\" to \"Model 9, Upgraded 2026\"",
        nothing,
        |l| l.title.push_str(", Upgraded 2026"),
    ),
    event(
        "B0PRISM110",
        "main_image_changed",
        "first image 71PRISM101L to 71PRISMNEWL (images_changed with it)",
        nothing,
        |l| {
            l.images[0] = "https://m.media-amazon.com/images/I/71PRISMNEWL.jpg".into();
        },
    ),
    event(
        "B0GLOWY201",
        "variation_added",
        "2 to 3 variations: B0GLOWY299",
        nothing,
        |l| l.variations.push("B0GLOWY299".into()),
    ),
    event(
        "B0NESTL202",
        "coupon_started",
        "none to 10 %",
        nothing,
        |l| l.coupon = Some(10),
    ),
    event(
        "B0OKARU203",
        "entered",
        "not in the first export",
        |l| l.listed = false,
        |l| l.listed = true,
    ),
    event(
        "B0PRISM210",
        "category_changed",
        "Tools & Home Improvement to Baby Products; rank 306 to 220,014 is no bsr_down",
        |l| l.rank = 306,
        |l| {
            l.category = "Baby Products".into();
            l.rank = 220_014;
        },
    ),
    none(
        "B0VELLA204",
        "the seller is renamed, its id stays",
        nothing,
        |l| l.seller = "Vellampa Home Store".into(),
    ),
    none(
        "B0DAYSP205",
        "no image at first, filled later",
        |l| l.images.clear(),
        |l| {
            l.images = vec!["https://m.media-amazon.com/images/I/71DAYSP201L.jpg".into()];
        },
    ),
    none(
        "B0CANDO206",
        "the row did not move (Last Update 2026/01/21 04:44 both times) though its price cell differs",
        |l| {
            l.updated = "2026/01/21 04:44".into();
            l.price = Some(1899);
        },
        |l| l.price = Some(1699),
    ),
    none(
        "B0HELLB207",
        "rank drops of -1 mean none known, then 38",
        |l| l.rank_drops = -1,
        |l| l.rank_drops = 38,
    ),
    none(
        "B0ZUNIL208",
        "1299 as a number, then \"1,299.00\" as text",
        |l| l.price = Some(129_900),
        |l| l.price_text = Some("1,299.00"),
    ),
    none(
        "B0FERNL209",
        "not in the second export: not observed, not gone",
        nothing,
        |l| l.listed = false,
    ),
    none(
        "B0LUMD01BK",
        "own product: nothing happens",
        nothing,
        nothing,
    ),
];

pub(crate) const DE: [Known; 7] = [
    event(
        "B0GLOWY101",
        "price_drop",
        "Buy Box 42.99 to 34.99",
        |l| l.price = Some(4299),
        |l| l.price = Some(3499),
    ),
    event(
        "B0NESTL102",
        "buy_box_changed",
        "Nestlumi Official (A2NESTL00SELLER) to Lichtkiste Handel (A3LICHTKISTE1)",
        nothing,
        |l| {
            l.seller = "Lichtkiste Handel".into();
            l.seller_id = "A3LICHTKISTE1".into();
        },
    ),
    event(
        "B0OKARU103",
        "coupon_ended",
        "5 % to none",
        |l| l.coupon = Some(5),
        |l| l.coupon = None,
    ),
    event(
        "B0VELLA104",
        "bsr_down",
        "rank 260 to 940, same category",
        |l| l.rank = 260,
        |l| l.rank = 940,
    ),
    none(
        "B0ZUNIL108",
        "\"1,299.00\", then \"1299.00\"",
        |l| l.price = Some(129_900),
        |l| l.price_text = Some("1299.00"),
    ),
    none(
        "B0DAYSP105",
        "the seller is renamed, its id stays",
        nothing,
        |l| l.seller = "Dayspiro Europe".into(),
    ),
    none(
        "B0FERNL109",
        "not in the second export: not observed, not gone",
        nothing,
        |l| l.listed = false,
    ),
];

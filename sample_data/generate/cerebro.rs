//! Helium 10 Cerebro exports of the black desk lamp and nine rivals, two weeks running, with known moves; and an older
//! one with another list of ASINs, which must not be compared.

use crate::dice::Dice;
use crate::sheet::Cell;
use crate::sheet::HELIUM_CSV;
use crate::sheet::Table;
use crate::sheet::as_f64;
use crate::sheet::grouped;
use crate::sheet::plain;
use crate::sheet::text;
use crate::shop::RIVALS;
use crate::world::whole;

const FIXED: &str = "Keyword Phrase|ABA Total Click Share|ABA Total Conv. Share|Keyword Sales|Cerebro IQ Score|Search Volume|Search Volume Trend|H10 PPC Sugg. Bid|H10 PPC Sugg. Min Bid|H10 PPC Sugg. Max Bid|Sponsored ASINs|Competing Products|CPR|Title Density|Organic|Sponsored Product|Amazon Recommended|Amazon Choice|Highly Rated|Sponsored Brand Header|Sponsored Brand Video|Top Rated From Our Brand|Trending Now|Sponsored Rank (avg)|Sponsored Rank (count)|Amazon Recommended Rank (avg)|Amazon Recommended Rank (count)|Position (Rank)|Relative Rank|Competitor Rank (avg)|Ranking Competitors (count)|Competitor Performance Score";

/// The queried ASIN, which only the file's name tells.
pub(crate) const OWN: &str = "B0LUMD01BK";

const THINGS: [&str; 8] = [
    "desk lamp",
    "desk light",
    "table lamp",
    "study lamp",
    "office lamp",
    "reading lamp",
    "led desk lamp",
    "architect lamp",
];
const WAYS: [(&str, &str); 10] = [
    ("", ""),
    ("", " with usb port"),
    ("", " for home office"),
    ("dimmable ", ""),
    ("white ", ""),
    ("black ", ""),
    ("", " with clamp"),
    ("small ", ""),
    ("", " for college dorm room"),
    ("rechargeable ", ""),
];

/// A known move: keyword number, whose (0 is the own ASIN, 1 the first rival), organic rank before and after; 0 is no rank.
pub(crate) struct Move {
    pub(crate) keyword: usize,
    pub(crate) whose: usize,
    pub(crate) ranks: [i64; 2],
}

const fn moved(keyword: usize, whose: usize, before: i64, after: i64) -> Move {
    Move {
        keyword,
        whose,
        ranks: [before, after],
    }
}

pub(crate) const MOVES: [Move; 17] = [
    moved(3, 0, 0, 24),
    moved(17, 0, 0, 61),
    moved(42, 0, 0, 8),
    moved(5, 0, 35, 0),
    moved(28, 0, 14, 0),
    moved(66, 0, 88, 0),
    moved(0, 0, 12, 7),
    moved(11, 0, 31, 18),
    moved(23, 0, 54, 40),
    moved(50, 0, 9, 3),
    moved(7, 0, 6, 15),
    moved(19, 0, 22, 37),
    moved(35, 0, 44, 71),
    moved(0, 1, 9, 2),
    moved(8, 1, 4, 11),
    moved(3, 1, 0, 30),
    moved(12, 4, 17, 0),
];
/// In the first export only: not observed in the second, which is not the same as lost.
pub(crate) const ABSENT: usize = 60;
/// In the second export only.
pub(crate) const NEW: usize = 80;

pub(crate) fn keyword(n: usize) -> String {
    if n == NEW {
        return "desk lamp with phone holder".into();
    }
    let (before, after) = WAYS[n % WAYS.len()];
    format!("{before}{}{after}", THINGS[n / WAYS.len() % THINGS.len()])
}

fn organic_rank(n: usize, whose: usize, turn: usize) -> i64 {
    if let Some(known) = MOVES
        .iter()
        .find(|known| known.keyword == n && known.whose == whose)
    {
        return known.ranks[turn];
    }
    let mut dice = Dice::of(&format!("rank {n} {whose}"));
    if dice.chance(0.38) {
        0
    } else {
        1 + whole(dice.between(0.0, 190.0))
    }
}

/// Which rivals were queried, by place in [`RIVALS`].
pub(crate) struct Query {
    pub(crate) turn: usize,
    pub(crate) rivals: &'static [usize],
    pub(crate) keywords: usize,
}

pub(crate) const WEEK_ONE: Query = Query {
    turn: 0,
    rivals: &[0, 1, 2, 3, 4, 5, 6, 7, 8],
    keywords: 80,
};
pub(crate) const WEEK_TWO: Query = Query {
    turn: 1,
    rivals: &[0, 1, 2, 3, 4, 5, 6, 7, 8],
    keywords: 81,
};
pub(crate) const OTHER_LIST: Query = Query {
    turn: 0,
    rivals: &[1, 3, 5, 7, 9],
    keywords: 40,
};

pub(crate) fn export(query: &Query) -> String {
    let mut table: Table = crate::ads::split(FIXED);
    table.header.extend(
        query
            .rivals
            .iter()
            .map(|rival| RIVALS[*rival].asin(1, rival + 1)),
    );
    for n in (0..query.keywords).filter(|n| query.turn == 0 || *n != ABSENT) {
        table.rows.push(row(query, n));
    }
    text(&HELIUM_CSV, &table, plain)
}

fn row(query: &Query, n: usize) -> Vec<Cell> {
    let mut dice = Dice::of(&format!("keyword {n}"));
    let own = organic_rank(n, 0, query.turn);
    let ranks: Vec<i64> = query
        .rivals
        .iter()
        .map(|rival| organic_rank(n, rival + 1, query.turn))
        .collect();
    let ranking: Vec<i64> = ranks.iter().copied().filter(|rank| *rank > 0).collect();
    let better = i64::try_from(ranking.iter().filter(|rank| **rank < own).count()).unwrap_or(0);
    let average = match i64::try_from(ranking.len()) {
        Ok(count) if count > 0 => {
            as_f64(whole(
                as_f64(ranking.iter().sum::<i64>() * 10) / as_f64(count),
            )) / 10.0
        }
        _ => 0.0,
    };
    let head = n.is_multiple_of(WAYS.len());
    let volume = if head {
        18_000 + whole(dice.between(0.0, 90_000.0))
    } else {
        250 + whole(dice.between(0.0, 4800.0))
    };
    // Volumes are estimated afresh each week.
    let volume = volume * (100 + i64::try_from(query.turn).unwrap_or(0)) / 100;
    let bid = 0.7 + as_f64(whole(dice.between(0.0, 90.0))) / 100.0;
    let flag = |dice: &mut Dice, p: f64| Cell::Count(i64::from(dice.chance(p)));
    let sponsored = if dice.chance(0.4) {
        1 + whole(dice.between(0.0, 30.0))
    } else {
        0
    };
    let competing = if head {
        Cell::Text(">100,000".into())
    } else {
        Cell::Count(400 + whole(dice.between(0.0, 9000.0)))
    };
    let dash = || Cell::Text("-".into());
    let share = |value: f64| Cell::Ratio(Some(as_f64(whole(value * 10.0)) / 10.0));
    let mut cells = vec![
        // One phrase comes with a trailing blank, as real exports have it.
        format!("{}{}", keyword(n), if n == 13 { " " } else { "" }).into(),
        share(dice.between(18.0, 62.0)),
        share(dice.between(10.0, 55.0)),
        if head {
            Cell::Count(volume / 60)
        } else {
            dash()
        },
        (volume / 3).into(),
        Cell::Text(grouped(volume, ",")),
        if n % 9 == 4 {
            dash()
        } else {
            Cell::Count(whole(dice.between(10.0, 60.0)) - 35)
        },
        Cell::Ratio(Some(as_f64(whole(bid * 100.0)) / 100.0)),
        Cell::Ratio(Some(as_f64(whole(bid * 72.0)) / 100.0)),
        Cell::Ratio(Some(as_f64(whole(bid * 131.0)) / 100.0)),
        whole(dice.between(60.0, 260.0)).into(),
        competing,
        (8 + whole(dice.between(0.0, 90.0))).into(),
        whole(dice.between(0.0, 30.0)).into(),
        Cell::Count(i64::from(own > 0)),
        Cell::Count(i64::from(sponsored > 0)),
    ];
    cells.extend([0.3, 0.05, 0.1, 0.08, 0.12, 0.04, 0.03].map(|p| flag(&mut dice, p)));
    cells.extend([sponsored, i64::from(sponsored > 0) * 4, 0, 0, own].map(Cell::Count));
    cells.push(Cell::Count(if own > 0 { better + 1 } else { 0 }));
    cells.push(Cell::Ratio(Some(average)));
    cells.push(Cell::Count(i64::try_from(ranking.len()).unwrap_or(0)));
    cells.push(Cell::Ratio(Some(
        as_f64(whole(dice.between(0.0, 90.0))) / 10.0,
    )));
    cells.extend(ranks.iter().map(|rank| {
        if *rank > 0 {
            Cell::Count(*rank)
        } else {
            dash()
        }
    }));
    cells
}

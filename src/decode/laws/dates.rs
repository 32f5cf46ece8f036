//! Laws of dates and times: one that is printed in any form is read back, and a day and an instant agree.

use crate::decode::clock;
use crate::decode::laws::Choices;
use crate::decode::month;
use crate::model::market::DateOrder;
use crate::model::period::date_of;
use crate::model::period::day_number;

const MS_PER_MINUTE: i64 = 60_000;
const MS_PER_DAY: i64 = 24 * 60 * MS_PER_MINUTE;

/// Forms that say their order: `{Y}` is the year, `{M}` and `{m}` the month with and without its nought, `{N}` its name,
/// `{D}` and `{d}` the day.
const FORMS: &[&str] = &[
    "{Y}-{M}-{D}",
    "{Y}/{M}/{D}",
    "{Y}/{m}/{d}",
    "{Y}.{M}.{D}",
    "{Y}{M}{D}",
    "{Y}-{N}-{D}",
    "{N} {D}, {Y}",
    "{N} {d}, {Y}",
    "{N}. {d}, {Y}",
    "{N} {d} {Y}",
    "{N}-{D}-{Y}",
    "{d} {N} {Y}",
    "{d} {N}. {Y}",
    "{D}-{N}-{Y}",
    "{D}/{N}/{Y}",
    "{d}. {N} {Y}",
    "{d} de {N} de {Y}",
    "{D}.{M}.{Y}",
    "{d}.{m}.{Y}",
    "{Y}年{m}月{d}日",
    "{Y}年{M}月{D}日",
    "{Y}년 {m}월 {d}일",
];
/// Forms whose order must be told, with the day first; the other order changes places.
const NUMERIC: &[&str] = &["{D}/{M}/{Y}", "{d}/{m}/{Y}", "{D}-{M}-{Y}", "{d}-{m}-{Y}"];
/// Forms of a month, which stands for its first day.
const MONTHS: &[&str] = &[
    "{Y}-{M}",
    "{Y}/{M}",
    "{M}/{Y}",
    "{m}/{Y}",
    "{M}.{Y}",
    "{N} {Y}",
    "{N}-{Y}",
    "{Y}年{m}月",
    "{Y}년 {m}월",
];
/// Forms of a time: `{H}` and `{h}` the hour of the day with and without its nought, `{p}` that of half a day, `{S}` the
/// half in English, `{i}` the minute, `{s}` the second.
const TIMES: &[&str] = &[
    "",
    " {H}:{i}",
    " {H}:{i}:{s}",
    "T{H}:{i}:{s}",
    ", {H}:{i}:{s}",
    " {h}:{i}:{s}",
    " {p}:{i}:{s} {S}",
    " {p}:{i} {S}",
    " {p}:{i}:{s}\u{202f}{S}",
];
/// Zones as they are written, and their minutes east of Greenwich.
const ZONES: &[(&str, i64)] = &[
    ("", 0),
    (" UTC", 0),
    (" GMT", 0),
    (" PST", -480),
    (" PDT", -420),
    (" MEZ", 60),
    (" CEST", 120),
    (" BST", 60),
    (" JST", 540),
    (" GMT+9", 540),
    (" GMT-6", -360),
    (" GMT+09:00", 540),
    (" UTC+01:00", 60),
    (" (UTC)", 0),
    (" +0530", 330),
    (" -08:00", -480),
];

/// The bytes choose a moment and how it is printed.
pub fn printed_date(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let days = i32::try_from(choices.below(60_000)).unwrap_or(0) - 10_000;
    let Some(mut date) = date_of(days) else {
        return;
    };
    let (kind, name) = (choices.below(4), choices.below(256));
    let (form, order) = match kind {
        0 => (choices.of(NUMERIC).to_owned(), Some(DateOrder::DayFirst)),
        1 => {
            let form = choices.of(NUMERIC);
            let swapped = form.chars().map(|c| match c {
                'D' => 'M',
                'M' => 'D',
                'd' => 'm',
                'm' => 'd',
                other => other,
            });
            (swapped.collect(), Some(DateOrder::MonthFirst))
        }
        2 => {
            date = date.first_of_month();
            (choices.of(MONTHS).to_owned(), None)
        }
        _ => (choices.of(FORMS).to_owned(), None),
    };
    let month = usize::try_from(date.month()).unwrap_or(1);
    let names = month::names(month);
    let text = form
        .replace("{Y}", &format!("{:04}", date.year()))
        .replace("{M}", &format!("{month:02}"))
        .replace("{m}", &month.to_string())
        .replace("{D}", &format!("{:02}", date.day()))
        .replace("{d}", &date.day().to_string())
        .replace("{N}", names[name % names.len()]);
    let day = day_number(date);
    assert_eq!(clock::day(&text, order), Some(day), "{text:?}");
    if kind == 2 {
        return;
    }
    let (time, (zone, east)) = (choices.of(TIMES), choices.of(ZONES));
    let second = i64::try_from(choices.number(4) % 86_400).unwrap_or(0);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let half = (hour + 11) % 12 + 1;
    let printed = time
        .replace("{H}", &format!("{hour:02}"))
        .replace("{h}", &hour.to_string())
        .replace("{p}", &half.to_string())
        .replace("{S}", if hour < 12 { "AM" } else { "PM" })
        .replace("{i}", &format!("{minute:02}"))
        .replace("{s}", &format!("{second:02}"));
    let text = format!("{text}{printed}{zone}");
    let kept = match (time.is_empty(), time.contains("{s}")) {
        (true, _) => 0,
        (false, true) => (hour * 60 + minute) * MS_PER_MINUTE + second * 1000,
        (false, false) => (hour * 60 + minute) * MS_PER_MINUTE,
    };
    let expected = i64::from(day) * MS_PER_DAY + kept - east * MS_PER_MINUTE;
    assert_eq!(clock::instant(&text, order), Some(expected), "{text:?}");
    assert_eq!(clock::day(&text, order), Some(day), "{text:?}");
}

/// A text is a day just when it is an instant, which lies at most a day and the widest zone from it; and a day that needs no
/// order is the same under every order that gives one.
pub fn date_text(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let orders = [
        None,
        Some(DateOrder::DayFirst),
        Some(DateOrder::MonthFirst),
        Some(DateOrder::YearFirst),
    ];
    let days = orders.map(|order| clock::day(text, order));
    for (order, day) in orders.iter().zip(days) {
        let instant = clock::instant(text, *order);
        assert_eq!(day.is_some(), instant.is_some(), "{text:?}");
        if let (Some(day), Some(instant)) = (day, instant) {
            let away = instant - i64::from(day) * MS_PER_DAY;
            let widest = 19 * 60 * MS_PER_MINUTE;
            assert!((-widest..MS_PER_DAY + widest).contains(&away), "{text:?}");
            assert!(date_of(day).is_some(), "{text:?}");
        }
    }
    if let Some(day) = days[0] {
        assert!(days[1].is_none_or(|other| other == day), "{text:?}");
        assert!(days[2].is_none_or(|other| other == day), "{text:?}");
        assert!(days[1].is_some() || days[2].is_some(), "{text:?}");
    }
}

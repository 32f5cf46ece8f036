//! Laws of numbers: a number that is printed in a style is read back, and what is read can be printed.

use crate::decode::dress::Dress;
use crate::decode::laws::Choices;
use crate::decode::number;
use crate::decode::number::DecimalSign;
use crate::decode::word;
use crate::model::market::Market;

/// How a number is printed, `#` being its digits.
const SIGNS: &[(&str, bool)] = &[
    ("#", false),
    ("+#", false),
    ("-#", true),
    ("- #", true),
    ("#-", true),
    ("# -", true),
    ("\u{2212}#", true),
    ("\u{ff0d}#", true),
    ("(#)", true),
    ("( #)", true),
];
/// Where a currency stands, `$` being it.
const MARKS: &[&str] = &[
    "$#",
    "$ #",
    "#$",
    "# $",
    "$\u{a0}#",
    "#\u{a0}$",
    "#\u{202f}$",
];
const PERCENTS: &[&str] = &[
    "#%",
    "# %",
    "#\u{a0}%",
    "#\u{202f}%",
    "#\u{ff05}",
    "%#",
    "% #",
];
/// What parts groups; the first stands for nothing, the second for the sign that is not the decimal one.
const GROUPS: &[&str] = &[
    "", "other", " ", "\u{a0}", "\u{202f}", "\u{2009}", "'", "\u{2019}",
];

/// Whole digits in groups: of three, or as in India.
fn grouped(digits: &str, group: &str, is_indian: bool) -> String {
    let (mut head, tail) = digits.split_at(digits.len().saturating_sub(3));
    let size = if is_indian { 2 } else { 3 };
    let mut printed = tail.to_owned();
    while !head.is_empty() {
        let (rest, part) = head.split_at(head.len().saturating_sub(size));
        printed = format!("{part}{group}{printed}");
        head = rest;
    }
    printed
}

/// The bytes choose a number and a style.
pub fn printed_number(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let sign = choices.of(&[DecimalSign::Point, DecimalSign::Comma]);
    let (decimal, other) = match sign {
        DecimalSign::Point => (".", ","),
        DecimalSign::Comma => (",", "."),
    };
    let group = match choices.of(GROUPS) {
        "other" => other,
        group => group,
    };
    let is_indian = choices.of(&[false, true]) && !group.is_empty();
    let (form, is_negative) = choices.of(SIGNS);
    let dress = choices.of(&[Dress::Bare, Dress::Money, Dress::Percent]);
    let marks = Market::money_marks();
    let mark = choices.of(&marks);
    let worn = match dress {
        Dress::Bare => "#".to_owned(),
        Dress::Money => choices.of(MARKS).replace('$', mark),
        Dress::Percent => choices.of(PERCENTS).to_owned(),
    };
    let is_sign_inside = choices.of(&[false, true]);
    let n_fraction = choices.below(12);
    let n_whole = choices.below(16) + 1;
    let digits = |choices: &mut Choices<'_>, n: usize| {
        let number = choices.number(8) % 10_u64.pow(u32::try_from(n).unwrap_or(0));
        format!("{number:0n$}")
    };
    let whole = digits(&mut choices, n_whole);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let fraction = match n_fraction {
        0 => String::new(),
        n => digits(&mut choices, n),
    };
    let mut number = grouped(whole, group, is_indian);
    if !fraction.is_empty() {
        number = format!("{number}{decimal}{fraction}");
    }
    let text = if is_sign_inside {
        worn.replace('#', &form.replace('#', &number))
    } else {
        form.replace('#', &worn.replace('#', &number))
    };
    let expected = format!("{whole}{fraction}").parse::<i128>().unwrap_or(0);
    let expected = if is_negative { -expected } else { expected };
    let Some(read) = number::read(sign, dress, &text) else {
        panic!("{text:?} is not read with a {sign}")
    };
    let met = (read.value.digits, usize::from(read.value.scale));
    assert_eq!(met, (expected, fraction.len()), "{text:?} with a {sign}");
    assert_eq!(
        read.mark,
        (dress == Dress::Money).then_some(mark),
        "{text:?}"
    );
    assert_eq!(read.percent, dress == Dress::Percent, "{text:?}");
}

/// Whatever is read as a number can be printed plainly and read again, and the two decimal signs mirror each other.
pub fn number_text(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let mirrored = |c| match c {
        '.' => ',',
        ',' => '.',
        other => other,
    };
    let mirror: String = text.chars().map(mirrored).collect();
    for sign in [DecimalSign::Point, DecimalSign::Comma] {
        for dress in [Dress::Bare, Dress::Money, Dress::Percent] {
            let Some(read) = number::read(sign, dress, text) else {
                continue;
            };
            assert!(read.value.digits.abs() < 10_i128.pow(38), "{text:?}");
            let printed = format!("{}E-{}", read.value.digits, read.value.scale);
            let again = number::canonical(&printed);
            assert!(
                again.is_some_and(|again| again.same_value(read.value)),
                "{text:?} printed as {printed}"
            );
        }
        let bare =
            |sign, text: &str| number::read(sign, Dress::Bare, text).map(|written| written.value);
        assert_eq!(bare(sign, text), bare(sign.other(), &mirror), "{text:?}");
        let whole = word::whole(sign, text);
        let bounded = word::bounded(sign, text).map(word::Bounded::value);
        assert!(whole.is_none() || whole == bounded, "{text:?}");
        let _ = (word::rank(sign, text), word::yes_or_no(text));
    }
}

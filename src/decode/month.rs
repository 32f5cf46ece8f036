//! The names of months in the languages of Amazon's consoles. Owns the list; finding one makes no text.

use crate::decode::word::same_word;

/// Lower case, without the point of a short form; parted by blanks.
const NAMES: [&str; 12] = [
    "january jan januar jänner enero ene janvier janv gennaio gen janeiro januari styczeń stycznia \
     sty ocak oca",
    "february feb februar febrero février fevrier févr fevr fév febbraio fevereiro fev februari luty \
     lutego lut şubat şub",
    "march mar märz mär mrz marzo mars março maart mrt marzec marca mart",
    "april apr abril abr avril avr aprile kwiecień kwietnia kwi nisan nis",
    "may mai mayo maggio mag maio mei maj maja mayıs",
    "june jun juni junio juin giugno giu junho czerwiec czerwca cze haziran haz",
    "july jul juli julio juillet juil luglio lug julho lipiec lipca lip temmuz tem",
    "august aug agosto ago août aout augustus augusti sierpień sierpnia sie ağustos ağu",
    "september sep sept septiembre septembre settembre set sett setembro wrzesień września wrz eylül \
     eyl",
    "october oct oktober okt octubre octobre ottobre ott outubro out październik października paź \
     ekim eki",
    "november nov noviembre novembre novembro listopad listopada lis kasım kas",
    "december dec dezember dez diciembre dic décembre decembre déc dicembre dezembro grudzień grudnia \
     gru aralık ara",
];

/// English short names, met in most files.
const SHORT: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// The number of a month, 1 to 12, by its name in any case and in any of the languages.
pub(crate) fn number(name: &str) -> Option<i8> {
    let position = if name.len() == 3 {
        SHORT
            .iter()
            .position(|short| name.as_bytes().eq_ignore_ascii_case(*short))
    } else {
        None
    };
    let position = position.or_else(|| {
        NAMES
            .iter()
            .position(|names| names.split(' ').any(|known| same_word(known, name)))
    })?;
    i8::try_from(position + 1).ok()
}

/// All names of a month, 1 to 12.
#[cfg(any(test, fuzzing))]
pub(crate) fn names(month: usize) -> Vec<&'static str> {
    NAMES[(month - 1) % 12].split(' ').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_month() {
        let mut all: Vec<_> = NAMES.iter().flat_map(|names| names.split(' ')).collect();
        all.sort_unstable();
        let n_names = all.len();
        all.dedup();
        assert_eq!(all.len(), n_names);
    }

    #[test]
    fn months_in_many_languages() {
        for (name, expected) in [
            ("Jan", Some(1)),
            ("DEC", Some(12)),
            ("März", Some(3)),
            ("MÄRZ", Some(3)),
            ("août", Some(8)),
            ("sept", Some(9)),
            ("ene", Some(1)),
            ("gen", Some(1)),
            ("out", Some(10)),
            ("paź", Some(10)),
            ("ŞUB", Some(2)),
            ("mrt", Some(3)),
            ("", None),
            ("foo", None),
            ("PST", None),
        ] {
            assert_eq!(number(name), expected, "{name}");
        }
    }
}

//! Turns number words (English, Spanish, German, French) into numbers: `two hundred and five`, `veintiún mil`,
//! `zweihundertfünf`, `quatre-vingt-dix-neuf`. Pure; the words are data.
//!
//! Words are folded ([`fold`](crate::text::fold)). Spanish forms after RAE, Nueva gramática, ch. 21; French with the
//! Belgian and Swiss septante, huitante, nonante.

/// What a word is worth, and how it joins with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// 0 to 99.
    Small(u64),
    /// 200 to 900 in one word.
    Hundreds(u64),
    /// 100.
    Hundred,
    /// 1000 and more.
    Scale(u64),
}

/// A language's number words.
pub struct Cardinals {
    /// 0 and what follows, in order, one word each; spellings divided by `/`.
    small: &'static str,
    tens: &'static [(&'static str, u64)],
    hundreds: &'static [(&'static str, u64)],
    hundred: &'static [&'static str],
    scales: &'static [(&'static str, u64)],
    /// First, second …: words that end a number.
    ordinals: &'static [(&'static str, u64)],
    /// The word between hundreds or tens and what follows.
    and: &'static str,
    /// Joins after hundreds and thousands, too (English).
    and_after_hundreds: bool,
    /// What the word before `percent` is, in languages where it reads as a hundred.
    per: &'static str,
}

#[rustfmt::skip]
const ENGLISH: Cardinals = Cardinals {
    small: "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
            eighteen nineteen",
    tens: &[("twenty", 20), ("thirty", 30), ("forty", 40), ("fourty", 40), ("fifty", 50), ("sixty", 60), ("seventy", 70),
            ("eighty", 80), ("ninety", 90)],
    hundreds: &[],
    hundred: &["hundred"],
    scales: &[("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000), ("trillion", 1_000_000_000_000)],
    ordinals: &[("first", 1), ("second", 2), ("twice", 2), ("third", 3), ("fourth", 4), ("fifth", 5), ("sixth", 6), ("seventh", 7),
                ("eighth", 8), ("ninth", 9), ("tenth", 10), ("eleventh", 11), ("twelfth", 12), ("thirteenth", 13),
                ("fourteenth", 14), ("fifteenth", 15), ("sixteenth", 16), ("seventeenth", 17), ("eighteenth", 18),
                ("nineteenth", 19), ("twentieth", 20), ("thirtieth", 30), ("fortieth", 40), ("fiftieth", 50),
                ("hundredth", 100)],
    and: "and", and_after_hundreds: true, per: "per",
};
#[rustfmt::skip]
const SPANISH: Cardinals = Cardinals {
    small: "cero uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis \
            diecisiete dieciocho diecinueve veinte veintiuno/veintiun/veintiuna veintidos veintitres veinticuatro veinticinco \
            veintiseis veintisiete veintiocho veintinueve",
    tens: &[("treinta", 30), ("cuarenta", 40), ("cincuenta", 50), ("sesenta", 60), ("setenta", 70), ("ochenta", 80),
            ("noventa", 90)],
    hundreds: &[("doscientos", 200), ("trescientos", 300), ("cuatrocientos", 400), ("quinientos", 500),
                ("seiscientos", 600), ("setecientos", 700), ("ochocientos", 800), ("novecientos", 900),
                ("doscientas", 200), ("trescientas", 300), ("cuatrocientas", 400), ("quinientas", 500),
                ("seiscientas", 600), ("setecientas", 700), ("ochocientas", 800), ("novecientas", 900)],
    hundred: &["cien", "ciento"],
    scales: &[("mil", 1_000), ("millon", 1_000_000), ("millones", 1_000_000), ("billon", 1_000_000_000_000),
              ("billones", 1_000_000_000_000)],
    ordinals: &[("primer", 1), ("primero", 1), ("primera", 1), ("primeros", 1), ("primeras", 1), ("segundo", 2),
                ("segunda", 2), ("segundos", 2), ("segundas", 2), ("tercer", 3), ("tercero", 3), ("tercera", 3),
                ("terceros", 3), ("terceras", 3), ("cuarto", 4), ("cuarta", 4), ("cuartos", 4), ("cuartas", 4),
                ("quinto", 5), ("quinta", 5), ("quintos", 5), ("quintas", 5), ("sexto", 6), ("sexta", 6), ("septimo", 7),
                ("septima", 7), ("octavo", 8), ("octava", 8), ("noveno", 9), ("novena", 9), ("decimo", 10),
                ("decima", 10), ("undecimo", 11), ("undecima", 11), ("duodecimo", 12), ("duodecima", 12),
                ("vigesimo", 20), ("vigesima", 20), ("centesimo", 100)],
    and: "y", and_after_hundreds: false, per: "por",
};
#[rustfmt::skip]
const FRENCH: Cardinals = Cardinals {
    small: "zero un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    tens: &[("vingt", 20), ("vingts", 20), ("trente", 30), ("quarante", 40), ("cinquante", 50), ("soixante", 60),
            ("septante", 70), ("huitante", 80), ("octante", 80), ("nonante", 90)],
    hundreds: &[],
    hundred: &["cent", "cents"],
    scales: &[("mille", 1_000), ("million", 1_000_000), ("millions", 1_000_000), ("milliard", 1_000_000_000),
              ("milliards", 1_000_000_000), ("billion", 1_000_000_000_000), ("billions", 1_000_000_000_000)],
    ordinals: &[("premier", 1), ("premiere", 1), ("premiers", 1), ("premieres", 1), ("second", 2), ("seconde", 2),
                ("unieme", 1), ("deuxieme", 2), ("troisieme", 3), ("quatrieme", 4), ("cinquieme", 5), ("sixieme", 6),
                ("septieme", 7), ("huitieme", 8), ("neuvieme", 9), ("dixieme", 10), ("onzieme", 11), ("douzieme", 12),
                ("treizieme", 13), ("quatorzieme", 14), ("quinzieme", 15), ("seizieme", 16), ("vingtieme", 20),
                ("trentieme", 30), ("centieme", 100)],
    and: "et", and_after_hundreds: false, per: "pour",
};
#[rustfmt::skip]
const GERMAN: Cardinals = Cardinals {
    small: "null ein/eins/eine/einen/einem/einer zwei/zwo drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn \
            vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn",
    tens: &[("zwanzig", 20), ("dreissig", 30), ("vierzig", 40), ("funfzig", 50), ("sechzig", 60), ("siebzig", 70),
            ("achtzig", 80), ("neunzig", 90)],
    hundreds: &[],
    hundred: &["hundert"],
    scales: &[("tausend", 1_000), ("million", 1_000_000), ("millionen", 1_000_000), ("milliarde", 1_000_000_000),
              ("milliarden", 1_000_000_000), ("billion", 1_000_000_000_000), ("billionen", 1_000_000_000_000)],
    ordinals: &[],
    and: "und", and_after_hundreds: true, per: "pro",
};

/// The number words of a language (its primary tag), if we know them.
pub fn of(lang: &str) -> Option<&'static Cardinals> {
    match lang {
        "en" => Some(&ENGLISH),
        "es" => Some(&SPANISH),
        "fr" => Some(&FRENCH),
        "de" => Some(&GERMAN),
        _ => None,
    }
}

/// A number in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// Its value.
    pub value: u64,
    /// How many words it has.
    pub words: usize,
    /// First, second …
    pub is_ordinal: bool,
}

impl Cardinals {
    /// The number that these folded words begin with. `times`: digits stand before them (`2.5 million`), so that only a
    /// scale is looked for.
    pub fn read(&self, words: &[&str]) -> Option<Phrase> {
        let (mut total, mut current, mut used) = (0u64, None::<u64>, 0);
        let mut scale = u64::MAX;
        let mut is_ordinal = false;
        while let Some(word) = words.get(used) {
            let joins = *word == self.and && self.joins(total, current, &words[used + 1..]);
            let at = used + usize::from(joins);
            let Some(&word) = words.get(at) else { break };
            // Spanish "treinta segundos" are seconds.
            if let Some(value) = self.ordinal(word).filter(|_| used == 0 || self.and != SPANISH.and)
                && let Some(sum) = self.add(current, Word::Small(value))
            {
                (current, used, is_ordinal) = (Some(sum), at + 1, true);
                break;
            }
            match self.word(word) {
                Some(Word::Scale(next)) if next < scale && !joins => {
                    total += current.take().unwrap_or(1).max(1).saturating_mul(next);
                    scale = next;
                }
                Some(word) if !matches!(word, Word::Scale(_)) => match self.add(current, word) {
                    Some(sum) => current = Some(sum),
                    None => break,
                },
                _ => break,
            }
            used = at + 1;
        }
        (used > 0).then(|| Phrase { value: total + current.unwrap_or(0), words: used, is_ordinal })
    }

    /// The word that a percentage is said with: no hundred (`por ciento`).
    pub fn is_percent(&self, before: &str, word: &str) -> bool {
        before == self.per && matches!(self.word(word), Some(Word::Hundred))
    }

    /// The number that a German word with a half has before it (`zweieinhalb`).
    pub fn half(&self, word: &str) -> Option<u64> {
        let whole = || compound(word.strip_suffix("einhalb")?);
        self.is_german().then(|| if word == "anderthalb" { Some(1) } else { whole() }).flatten()
    }

    /// What a scale's word multiplies by.
    pub fn scale(&self, word: &str) -> Option<u64> {
        match self.word(word)? {
            Word::Scale(times) => Some(times),
            _ => None,
        }
    }

    fn word(&self, word: &str) -> Option<Word> {
        let of = |table: &[(&str, u64)]| table.iter().find(|(w, _)| *w == word).map(|(_, value)| *value);
        let small = || self.small.split_whitespace().position(|forms| forms.split('/').any(|form| form == word));
        if self.hundred.contains(&word) {
            return Some(Word::Hundred);
        }
        let small = small().map(|value| Word::Small(value as u64)).or_else(|| of(self.tens).map(Word::Small));
        let known =
            small.or_else(|| of(self.hundreds).map(Word::Hundreds)).or_else(|| of(self.scales).map(Word::Scale));
        known.or_else(|| {
            self.is_german().then(|| compound(word.strip_suffix("mal").unwrap_or(word))).flatten().map(Word::Small)
        })
    }

    fn ordinal(&self, word: &str) -> Option<u64> {
        let listed = self.ordinals.iter().find(|(w, _)| *w == word).map(|(_, value)| *value);
        listed.or_else(|| self.is_german().then(|| german_ordinal(word)).flatten())
    }

    fn is_german(&self) -> bool {
        self.and == GERMAN.and
    }

    /// What a word makes of the number below a thousand that stands before it.
    fn add(&self, current: Option<u64>, word: Word) -> Option<u64> {
        let before = current.unwrap_or(0);
        let is_french = self.and == FRENCH.and;
        match word {
            Word::Small(0) => current.is_none().then_some(0),
            // quatre-vingts
            Word::Small(20) if is_french && before % 100 == 4 => Some(before + 76),
            Word::Small(value) if before.is_multiple_of(100) && (current.is_none() || before > 0) => {
                Some(before + value)
            }
            Word::Small(value) => {
                let tens = before % 100;
                // soixante-dix, quatre-vingt-dix-neuf; dix-sept, soixante-dix-sept
                let is_twenty = is_french && [60, 80].contains(&tens) && value < 20;
                let is_teen = is_french && [10, 70, 90].contains(&tens) && (7..10).contains(&value);
                let is_unit = tens >= 20 && tens.is_multiple_of(10) && (1..10).contains(&value);
                (is_twenty || is_teen || is_unit).then_some(before + value)
            }
            Word::Hundreds(value) => current.is_none().then_some(value),
            Word::Hundred if current.is_none() => Some(100),
            Word::Hundred => (1..100).contains(&before).then(|| before * 100),
            Word::Scale(_) => None,
        }
    }

    /// Whether the word for `and` belongs to the number: what follows fits, and isn't a number of its own.
    fn joins(&self, total: u64, current: Option<u64>, rest: &[&str]) -> bool {
        let Some(next) = rest.first() else { return false };
        let next = self.word(next).or_else(|| self.ordinal(next).map(Word::Small));
        let Some(Word::Small(value)) = next else { return false };
        let own_scale =
            rest.get(1).and_then(|w| self.word(w)).is_some_and(|w| matches!(w, Word::Hundred | Word::Scale(_)));
        let tens = current.unwrap_or(0) % 100;
        if self.and_after_hundreds {
            return !own_scale
                && value > 0
                && (current.is_some_and(|c| c >= 100 && tens == 0) || current.is_none() && total > 0);
        }
        let is_round = tens >= 20 && tens.is_multiple_of(10);
        if self.and == FRENCH.and { is_round && [1, 11].contains(&value) } else { is_round && (1..10).contains(&value) }
    }
}

/// A German number in one word, below a million.
fn compound(word: &str) -> Option<u64> {
    let (thousands, rest) = match word.split_once("tausend") {
        Some(("", rest)) => (1_000, rest),
        Some((head, rest)) => (hundreds(head)? * 1_000, rest),
        None => (0, word),
    };
    let rest = if thousands > 0 { rest.strip_prefix("und").unwrap_or(rest) } else { rest };
    match rest {
        "" => (thousands > 0).then_some(thousands),
        rest => Some(thousands + hundreds(rest)?),
    }
}

fn hundreds(word: &str) -> Option<u64> {
    let Some((head, rest)) = word.split_once("hundert") else { return below_hundred(word) };
    let head = if head.is_empty() { 1 } else { below_hundred(head)? };
    let rest = rest.strip_prefix("und").unwrap_or(rest);
    Some(head * 100 + if rest.is_empty() { 0 } else { below_hundred(rest)? })
}

fn below_hundred(word: &str) -> Option<u64> {
    let small = |w: &str| GERMAN.small.split_whitespace().position(|forms| forms.split('/').any(|form| form == w));
    let tens = |w: &str| GERMAN.tens.iter().find(|(ten, _)| *ten == w).map(|(_, value)| *value);
    let joined = || {
        let (unit, ten) = word.rsplit_once("und")?;
        Some(small(unit).filter(|u| (1..10).contains(u))? as u64 + tens(ten)?)
    };
    small(word).map(|n| n as u64).or_else(|| tens(word)).or_else(joined)
}

/// A German ordinal in any case: `dritte`, `einundzwanzigsten`.
fn german_ordinal(word: &str) -> Option<u64> {
    let stem =
        ["e", "er", "es", "en", "em"].iter().find_map(|ending| word.strip_suffix(ending).filter(|s| s.len() > 2))?;
    match stem {
        "erst" => return Some(1),
        "dritt" => return Some(3),
        "siebt" => return Some(7),
        "acht" => return Some(8),
        _ => {}
    }
    let of = |stem: &str| compound(stem).filter(|n| *n > 1);
    let tens = stem.strip_suffix("st").and_then(of).filter(|n| n % 100 == 0 || n % 100 >= 20);
    tens.or_else(|| stem.strip_suffix('t').and_then(of).filter(|n| (2..20).contains(&(n % 100))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    fn all(lang: &str, text: &str) -> Vec<u64> {
        let folded = fold(text);
        let words: Vec<&str> = folded.split([' ', '-']).collect();
        let (mut at, mut found) = (0, Vec::new());
        while at < words.len() {
            let phrase = of(lang).expect("known").read(&words[at..]);
            found.extend(phrase.map(|p| p.value));
            at += phrase.map_or(1, |p| p.words);
        }
        found
    }

    #[test]
    fn the_same_number_in_four_languages() {
        for (n, en, es, de, fr) in [
            (16, "sixteen", "dieciséis", "sechzehn", "seize"),
            (17, "seventeen", "diecisiete", "siebzehn", "dix-sept"),
            (21, "twenty-one", "veintiuno", "einundzwanzig", "vingt et un"),
            (71, "seventy-one", "setenta y uno", "einundsiebzig", "soixante et onze"),
            (77, "seventy-seven", "setenta y siete", "siebenundsiebzig", "soixante-dix-sept"),
            (80, "eighty", "ochenta", "achtzig", "quatre-vingts"),
            (99, "ninety-nine", "noventa y nueve", "neunundneunzig", "quatre-vingt-dix-neuf"),
            (100, "a hundred", "cien", "hundert", "cent"),
            (205, "two hundred and five", "doscientos cinco", "zweihundertfünf", "deux cent cinq"),
            (1_000, "a thousand", "mil", "tausend", "mille"),
            (
                1_995,
                "one thousand nine hundred ninety five",
                "mil novecientos noventa y cinco",
                "neunzehnhundertfünfundneunzig",
                "mille neuf cent quatre-vingt-quinze",
            ),
            (
                21_030,
                "twenty-one thousand and thirty",
                "veintiún mil treinta",
                "einundzwanzigtausenddreißig",
                "vingt et un mille trente",
            ),
            (
                2_300_000,
                "two million three hundred thousand",
                "dos millones trescientos mil",
                "zwei Millionen dreihunderttausend",
                "deux millions trois cent mille",
            ),
        ] {
            for (lang, text) in [("en", en), ("es", es), ("de", de), ("fr", fr)] {
                assert_eq!(all(lang, text), [n], "{text}");
            }
        }
    }

    #[test]
    fn ordinals_are_numbers() {
        assert_eq!(all("en", "the twenty first of may"), [21]);
        assert_eq!((all("de", "am einundzwanzigsten Mai"), all("de", "der dritte Mann")), (vec![21], vec![3]));
        assert_eq!((all("fr", "le vingt et unième"), all("es", "la tercera vez")), (vec![21], vec![3]));
        assert!(all("de", "beste Karten warten").is_empty());
    }

    #[test]
    fn numbers_side_by_side_stay_apart() {
        assert_eq!(all("en", "seven thirty"), [7, 30]);
        assert_eq!(all("en", "two hundred and three hundred"), [200, 300]);
        assert_eq!(all("es", "nueve y treinta y cinco"), [9, 35]);
        assert_eq!(all("es", "un doscientos cincuenta"), [1, 250]);
        assert_eq!(all("en", "five five one two"), [5, 5, 1, 2]);
        assert_eq!(all("en", "bread and two and eggs"), [2]);
    }
}

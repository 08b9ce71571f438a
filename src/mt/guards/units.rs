//! Compares the units of the numbers of a text with those of its translation: `km`, `percent`, `€`, hours. Pure.

use super::numbers::Mention;
use super::words::Token;

/// A unit: its words in English, Spanish, German, French (folded, several divided by blanks), and its signs.
type Unit = (&'static str, [&'static str; 4], &'static str);

/// The units that people say. Symbols are those of the SI brochure (9th edition) and codes of ISO 4217, read in every
/// language. Cents aren't among them: Spanish leaves them out after a price.
#[rustfmt::skip]
const UNITS: &[Unit] = &[
    ("percent", ["percent", "porcentaje", "prozent", "pourcent"], "% ٪ ％"),
    ("euro", ["euro euros", "euro euros", "euro euros", "euro euros"], "€ eur"),
    ("dollar", ["dollar dollars buck bucks", "dolar dolares", "dollar", "dollar dollars"], "$ usd"),
    ("pound", ["pound pounds lb lbs", "libra libras", "pfund", "livre livres"], "£ gbp"),
    ("yen", ["yen", "yen yenes", "yen", "yen yens"], "¥ jpy"),
    ("peso", ["peso pesos", "peso pesos", "peso pesos", "peso pesos"], ""),
    ("franc", ["franc francs", "franco francos", "franken", "franc francs"], "chf"),
    ("kilometre", ["kilometer kilometers kilometre kilometres", "kilometro kilometros", "kilometer kilometern",
                   "kilometre kilometres"], "km"),
    ("metre", ["meter meters metre metres", "metro metros", "meter metern", "metre metres"], "m"),
    ("centimetre", ["centimeter centimeters centimetre centimetres", "centimetro centimetros", "zentimeter zentimetern",
                    "centimetre centimetres"], "cm"),
    ("millimetre", ["millimeter millimeters millimetre millimetres", "milimetro milimetros", "millimeter millimetern",
                    "millimetre millimetres"], "mm"),
    ("mile", ["mile miles", "milla millas", "meile meilen", "mile miles"], "mi"),
    ("foot", ["foot feet", "pie pies", "fuss", "pied pieds"], "ft"),
    ("inch", ["inch inches", "pulgada pulgadas", "zoll", "pouce pouces"], ""),
    ("kilogram", ["kilo kilos kilogram kilograms", "kilo kilos kilogramo kilogramos", "kilo kilos kilogramm",
                  "kilo kilos kilogramme kilogrammes"], "kg"),
    ("gram", ["gram grams", "gramo gramos", "gramm", "gramme grammes"], "g"),
    ("ton", ["ton tons tonne tonnes", "tonelada toneladas", "tonne tonnen", "tonne tonnes"], ""),
    ("litre", ["liter liters litre litres", "litro litros", "liter litern", "litre litres"], "l"),
    ("degree", ["degree degrees", "grado grados", "grad", "degre degres"], "°"),
    ("second", ["seconds", "segundos", "sekunde sekunden", "secondes"], "s"),
    ("minute", ["minute minutes", "minuto minutos", "minute minuten", "minute minutes"], "min"),
    ("hour", ["hour hours", "hora horas", "stunde stunden", "heure heures"], "h"),
    ("day", ["day days", "dia dias", "tag tage tagen", "jour jours"], ""),
    ("week", ["week weeks", "semana semanas", "woche wochen", "semaine semaines"], ""),
    ("month", ["month months", "mes meses", "monat monate monaten", "mois"], ""),
    ("year", ["year years", "ano anos", "jahr jahre jahren", "an ans annee annees"], ""),
];
const LANGUAGES: [&str; 4] = ["en", "es", "de", "fr"];
/// Percent in two words.
const PERCENT: [(&str, &[&str]); 5] = [
    ("per", &["cent"]),
    ("por", &["ciento", "cien"]),
    ("pour", &["cent"]),
    ("vom", &["hundert"]),
    ("per", &["hundred"]),
];
/// French says the hour of the day with `heures`, and `h`; times may be written with them in any language.
const OF_TIMES: [&str; 2] = ["hour", "minute"];

/// A unit and where it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    unit: &'static str,
    /// The token.
    pub at: usize,
    /// A number stands beside it.
    of_number: bool,
}

/// Whether we know the units' words.
pub fn knows(lang: &str) -> bool {
    LANGUAGES.contains(&lang)
}

/// The units of a text.
pub fn said(tokens: &[Token], numbers: &[Mention], lang: &str) -> Vec<Said> {
    let Some(column) = LANGUAGES.iter().position(|l| *l == lang) else { return Vec::new() };
    let unit = |at: usize| {
        let word = tokens[at].folded.as_str();
        let next = tokens.get(at + 1).map_or("", |t| t.folded.as_str());
        if PERCENT.iter().any(|(first, second)| *first == word && second.contains(&next)) {
            return Some("percent");
        }
        let listed = |list: &str| list.split(' ').any(|w| w == word);
        UNITS.iter().find(|(_, words, signs)| listed(words[column]) || listed(signs)).map(|u| u.0)
    };
    let of_number = |at: usize| {
        let is_one = |m: &Mention| {
            m.is_sure
                && (m.end == at && !tokens[at].apart
                    || m.start == at + 1 && !tokens[at + 1].apart && is_sign(&tokens[at]))
        };
        numbers.iter().any(is_one)
    };
    (0..tokens.len()).filter_map(|at| Some(Said { unit: unit(at)?, at, of_number: of_number(at) })).collect()
}

/// Signs stand before the number, too.
fn is_sign(token: &Token) -> bool {
    token.text.chars().all(|c| !c.is_lowercase())
}

/// Units of numbers that have no counterpart: indices of tokens in each.
pub fn differences(source: &[Said], target: &[Said]) -> (Vec<usize>, Vec<usize>) {
    let left = |mine: &[Said], theirs: &[Said]| -> Vec<usize> {
        let is_left = |s: &&Said| s.of_number && !OF_TIMES.contains(&s.unit) && theirs.iter().all(|t| t.unit != s.unit);
        mine.iter().filter(is_left).map(|s| s.at).collect()
    };
    let (mut source_left, mut target_left) = (left(source, target), left(target, source));
    // Hours and minutes may be those of a time; another unit in their place is a mistake.
    let swapped = |mine: &[Said], theirs: &[Said]| {
        let is_left = |s: &&Said| s.of_number && OF_TIMES.contains(&s.unit) && theirs.iter().all(|t| t.unit != s.unit);
        mine.iter().find(is_left).map(|s| s.at)
    };
    if let (Some(a), Some(b)) = (swapped(source, target), target_left.first().copied().or(swapped(target, source))) {
        source_left.push(a);
        target_left.push(b);
    } else if let (Some(b), Some(_)) = (swapped(target, source), source_left.first()) {
        target_left.push(b);
    }
    target_left.sort_unstable();
    target_left.dedup();
    (source_left, target_left)
}

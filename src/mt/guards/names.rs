//! Looks for a text's names in its translation: capitalised words, acronyms, codes, mail and web addresses. Pure.
//!
//! A name is found again by itself or by a similar word (Múnich, Munich), or by what the table calls it. Who transcribes
//! speech without capitals has no names to look for but codes.

use super::words::{Kind, Token};
use crate::text::Lang;

/// How alike two spellings of a name are at least (Jaro-Winkler). London and Londres, Susan and Susana lie above, Laura and
/// Carmen, Paul and Victor below (see the test).
const ALIKE: f64 = 0.8;

/// Names that languages spell quite differently, one row each: English, Spanish, German, French. Common ones only.
#[rustfmt::skip]
const EXONYMS: &[&str] = &[
    "germany alemania deutschland allemagne", "netherlands holland bajos niederlande pays-bas", "england inglaterra angleterre",
    "wales gales galles", "greece grecia griechenland grece", "hungary hungria ungarn hongrie", "spain espana spanien espagne",
    "japan japon", "croatia croacia kroatien croatie", "switzerland suiza schweiz suisse", "sweden suecia schweden suede",
    "norway noruega norwegen norvege", "finland finlandia finnland finlande", "iceland islandia island islande",
    "ireland irlanda irland irlande", "poland polonia polen pologne", "austria osterreich autriche", "turkey turquia turkei \
    turquie", "egypt egipto agypten egypte", "morocco marruecos marokko maroc", "vienna viena wien vienne",
    "cologne colonia koln", "munich munchen munich", "london londres", "geneva ginebra genf geneve", "prague praga prag",
    "warsaw varsovia warschau varsovie", "moscow moscu moskau moscou", "florence florencia florenz firenze",
    "venice venecia venedig venise", "seville sevilla", "brussels bruselas brussel bruxelles", "beijing pekin peking",
    "athens atenas athen athenes", "lisbon lisboa lissabon lisbonne", "copenhagen copenhague kopenhagen",
    "us usa states eeuu unidos vereinigte staaten etats-unis unis", "uk kingdom reino unido konigreich royaume-uni",
    "eu ue", "un onu uno", "nato otan", "who oms", "aids sida", "europe europa", "africa afrika afrique", "asia asien asie",
    "mediterranean mediterraneo mittelmeer mediterranee",
];
/// Words with a capital that are translated (English, Spanish, French): titles, places, institutions, times.
const TRANSLATED: &str = "i i'm i'll i'd i've mister mr mrs ms miss sir madam lady lord king queen prince princess doctor dr \
    professor prof president minister prime chancellor senator director manager chairman chief secretary captain general \
    mom mum mother dad father grandma grandpa aunt uncle god christmas easter thanksgiving ramadan bible internet web earth \
    sun moon north south east west northern southern eastern western new old great saint san santa st street avenue road \
    square park hall house church cathedral palace castle tower bridge hospital airport station hotel museum library theatre \
    theater university college school institute academy department ministry council committee commission board court \
    parliament congress senate government state states city town county republic kingdom union united nations bank company \
    group association foundation society centre center office agency service team party court law act article chapter \
    section table figure page room gate platform flight bus line january february march april may june july august september \
    october november december monday tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter \
    american british french italian dutch swiss mexican european african asian australian canadian brazilian indian russian \
    ok okay tv cd dvd pc senor senora don dona calle plaza rue madame monsieur mademoiselle lunes martes le la les el los \
    the a sea ocean river lake mountain mount island bay valley red black white blue";

/// A name of the source that the translation lacks.
pub fn missing(source: &[Token], target: &[Token], from: &Lang) -> Vec<usize> {
    let is_latin = |tokens: &[Token]| {
        let letters = || tokens.iter().flat_map(|t| t.text.chars()).filter(|c| c.is_alphabetic());
        letters().filter(|c| *c < '\u{250}').count() * 2 >= letters().count()
    };
    // Names are transliterated between scripts.
    if !is_latin(source) || !is_latin(target) || is_shouted(source) {
        return Vec::new();
    }
    let squeezed: String = target.iter().map(|t| t.folded.replace('-', "")).collect();
    let free_acronyms = target.iter().filter(|t| is_acronym(t) && source.iter().all(|s| s.folded != t.folded)).count();
    let mut acronyms = 0;
    let mut is_missing = |at: &usize| {
        let token = &source[*at];
        if token.kind == Kind::Code {
            return !squeezed.contains(&token.folded.replace('-', ""));
        }
        let is_kept = target.iter().any(|t| alike(&token.folded, &t.folded));
        if is_acronym(token) {
            // An acronym may have become another one.
            acronyms += usize::from(!is_kept);
            return !is_kept && acronyms > free_acronyms;
        }
        !is_kept && is_name(token, from)
    };
    (0..source.len()).filter(|at| is_missing(at)).collect()
}

/// Addresses of mail and web: they are the same in every language.
pub fn missing_addresses(source: &str, target: &str) -> Vec<String> {
    let is_address = |chunk: &&str| {
        let is_mail = chunk.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        is_mail || chunk.contains("://") || chunk.starts_with("www.")
    };
    let bare = |chunk: &str| chunk.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_lowercase();
    let target = target.to_lowercase();
    source.split_whitespace().filter(is_address).map(bare).filter(|address| !target.contains(address)).collect()
}

/// A capital inside a sentence, in a language that has few others; or a mixed spelling such as `iPhone`.
fn is_name(token: &Token, lang: &Lang) -> bool {
    let mut chars = token.text.chars();
    let is_capital = chars.next().is_some_and(char::is_uppercase);
    let is_mixed = chars.any(char::is_uppercase);
    let known = || {
        let is_language = Lang::all().any(|l| l.name().eq_ignore_ascii_case(&token.text));
        let single = token.folded.strip_suffix('s').unwrap_or(&token.folded);
        is_language || TRANSLATED.split_whitespace().any(|w| w == token.folded || w == single)
    };
    // Every noun of German has a capital.
    (is_mixed || is_capital && !token.begins && lang.primary() != "de") && token.text.chars().count() > 1 && !known()
}

fn is_acronym(token: &Token) -> bool {
    let letters = token.text.chars().count();
    token.kind == Kind::Word && (2..=6).contains(&letters) && token.text.chars().all(char::is_uppercase)
}

/// Everything in capitals.
fn is_shouted(tokens: &[Token]) -> bool {
    let words = || tokens.iter().filter(|t| t.text.chars().count() > 1 && t.kind == Kind::Word);
    words().filter(|t| is_acronym(t) || t.text.chars().all(char::is_uppercase)).count() * 2 > words().count()
}

fn alike(a: &str, b: &str) -> bool {
    let bare = |name: &str| name.strip_suffix("'s").or_else(|| name.strip_suffix('\'')).unwrap_or(name).to_owned();
    let (a, b) = (bare(a), bare(b));
    let sorted = |s: &str| {
        let mut all: Vec<char> = s.chars().collect();
        all.sort_unstable();
        all
    };
    // NATO, OTAN; EU, UE.
    let is_anagram = || a.len() <= 5 && sorted(&a) == sorted(&b);
    let has = |row: &&&str, name: &str| row.split_whitespace().any(|n| n == name);
    let is_listed = || EXONYMS.iter().any(|row| has(&row, &a) && has(&row, &b));
    // A name with an ending (German genitives, Spanish plurals) or in a compound word.
    let is_part = || a.len() >= 4 && (b.contains(&a) || b.len() >= 4 && a.contains(&b));
    a == b || strsim::jaro_winkler(&a, &b) >= ALIKE || is_part() || is_anagram() || is_listed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_two_spellings_is_alike_and_two_names_are_not() {
        for (a, b) in [
            ("london", "londres"),
            ("susan", "susana"),
            ("munich", "munich"),
            ("nato", "otan"),
            ("germany", "alemania"),
            ("anna's", "anna"),
            ("schmidt", "schmidts"),
        ] {
            assert!(alike(a, b), "{a} {b}");
        }
        for (a, b) in [("laura", "carmen"), ("paul", "victor"), ("helen", "thomas"), ("green", "king")] {
            assert!(!alike(a, b), "{a} {b}");
        }
    }
}

//! Says whether a text denies something, in English, Spanish, German and French, and so whether a translation keeps it.
//! Pure; the words are data.
//!
//! Presence is compared, not count: two negations in one Spanish or French clause are one. What denies in one language and
//! not in another (`unable`, `nicht wahr`, `ne … que`) is unsure, and never a difference.

use super::words::Token;

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// Nothing is denied.
    Plain,
    /// Something may be.
    Unsure,
    /// Something is; the index of the word that does it.
    Denied(usize),
}

struct Words {
    lang: &'static str,
    /// Words that deny.
    hard: &'static str,
    /// Words that may, or that are said with a negation in other languages.
    soft: &'static str,
    /// Turns of phrase, `_` between words, that deny nothing, or whose negation others leave out. The longest counts.
    idioms: &'static str,
}

/// Sources: Huddleston & Pullum, The Cambridge Grammar of the English Language, ch. 9; RAE, Nueva gramática, ch. 48; the
/// German and French words are the usual ones of their grammars.
#[rustfmt::skip]
const WORDS: [Words; 4] = [
    Words {
        lang: "en",
        hard: "not never no nobody nothing nowhere none neither nor without cannot noone nope",
        soft: "unable impossible unlikely hardly barely scarcely rarely seldom unless until few little lack lacks lacked fail \
               fails failed refuse refuses refused instead except stop avoid prevent deny denies denied only missing absent \
               forbidden prohibited unfortunately dislike dislikes disagree yet",
        idioms: "not_only no_doubt no_matter no_wonder nothing_but no_sooner can't_wait cannot_wait couldn't_agree_more \
                 can't_help cannot_help why_don't_we why_don't_you why_not no_smoking no_parking no_entry not_until \
                 don't_you_think no_one_but not_to_mention",
    },
    Words {
        lang: "es",
        hard: "no nunca jamas nadie ninguno ninguna ningun tampoco ni sin",
        soft: "nada apenas imposible falta faltan menos raramente prohibido prohibida solo solamente incapaz excepto salvo \
               evitar dejar deje dejo todavia aun negar nego niega sino ojala",
        idioms: "sin_embargo de_nada antes_que_nada nada_mas no_solo no_solamente sin_duda hasta_que_no a_no_ser_que como_no \
                 no_obstante no_hay_de_que no_mas por_que_no no_veo_la_hora a_menos_que no_bien sin_mas",
    },
    Words {
        lang: "de",
        hard: "nicht kein keine keinen keinem keiner keines nie niemals niemand niemanden niemandem nichts nirgends \
               nirgendwo ohne weder nein nee",
        soft: "kaum selten unmoglich ausser statt verboten erst nur fehlt fehlen sondern leider noch bevor vermeiden",
        idioms: "nicht_wahr nicht_nur nichts_als ohne_weiteres nicht_zuletzt nicht_umsonst warum_nicht ob_nicht \
                 nicht_mehr_als ohne_zweifel",
    },
    Words {
        lang: "fr",
        hard: "pas rien aucun aucune ni sans non nulle",
        soft: "ne n plus personne jamais guere impossible sauf interdit interdite seulement manque rarement avant eviter \
               encore",
        idioms: "pas_mal n_est_ce_pas sans_doute sans_cesse de_rien si_jamais pas_seulement non_seulement pourquoi_pas \
                 n_importe",
    },
];
/// French words that deny only with `ne`.
const WITH_NE: [&str; 4] = ["plus", "personne", "jamais", "guere"];
/// How many words `ne` may stand before them.
const NE_REACH: usize = 5;
const PRONOUNS: [&str; 8] = ["i", "you", "he", "she", "it", "we", "they", "there"];

/// What the text says; `None`: we don't know the language's words.
pub fn polarity(tokens: &[Token], lang: &str) -> Option<Polarity> {
    let words = WORDS.iter().find(|w| w.lang == lang)?;
    let folded: Vec<&str> = tokens.iter().map(|t| t.folded.as_str()).collect();
    let listed = |list: &str, word: &str| list.split_whitespace().any(|w| w == word);
    let idiom = |at: usize| {
        let fits = |idiom: &&str| idiom.split('_').enumerate().all(|(i, w)| folded.get(at + i) == Some(&w));
        words.idioms.split_whitespace().filter(fits).map(|i| i.split('_').count()).max()
    };
    let (mut unsure, mut at) = (false, 0);
    while at < folded.len() {
        if let Some(length) = idiom(at) {
            unsure = true;
            at += length;
            continue;
        }
        let word = folded[at];
        let is_hard = listed(words.hard, word)
            || lang == "en" && word.ends_with("n't")
            || lang == "fr" && WITH_NE.contains(&word) && has_ne(&folded, at);
        if is_hard && !is_tag(&folded, tokens, at, lang) {
            return Some(Polarity::Denied(at));
        }
        unsure |= is_hard || listed(words.soft, word);
        at += 1;
    }
    Some(if unsure { Polarity::Unsure } else { Polarity::Plain })
}

fn has_ne(folded: &[&str], at: usize) -> bool {
    let before = folded[at.saturating_sub(NE_REACH)..at].iter().any(|w| ["ne", "n"].contains(w));
    before || folded[at + 1..].first().is_some_and(|w| ["ne", "n"].contains(w))
}

/// A question behind the sentence that asks for a yes ("isn't it?", "¿no?"), a number's `no.`.
fn is_tag(folded: &[&str], tokens: &[Token], at: usize, lang: &str) -> bool {
    let is_last =
        |length: usize| at + length == folded.len() || tokens[at + length].begins || tokens[at + length].apart;
    match lang {
        "en" if folded[at].ends_with("n't") => {
            folded.get(at + 1).is_some_and(|w| PRONOUNS.contains(w)) && is_last(2) && at > 1
        }
        "en" => {
            folded[at] == "no" && tokens.get(at + 1).is_some_and(|t| matches!(t.kind, super::words::Kind::Digits(_)))
        }
        "es" => folded[at] == "no" && at > 1 && is_last(1),
        "de" => folded[at] == "nicht" && at > 2 && tokens[at].apart && is_last(1),
        "fr" => folded[at] == "non" && at > 1 && is_last(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mt::guards::words::tokens;
    use crate::text::Lang;

    fn of(lang: &str, text: &str) -> Polarity {
        let tokens = tokens(text, &Lang::parse(lang).expect("known"));
        match polarity(&tokens, lang).expect("known") {
            Polarity::Denied(_) => Polarity::Denied(0),
            other => other,
        }
    }

    #[test]
    fn what_denies_is_found() {
        for (lang, text) in [
            ("en", "I don\u{2019}t know."),
            ("en", "he never came"),
            ("en", "coffee without sugar"),
            ("en", "No, thank you."),
            ("en", "we couldn't see it"),
            ("es", "No lo sé."),
            ("es", "nadie vino"),
            ("de", "Ich habe keinen Hunger."),
            ("de", "Das weiß ich nicht."),
            ("fr", "Je ne sais pas."),
            ("fr", "il n'y a plus de pain"),
            ("fr", "Personne n'est venu."),
            ("fr", "c'est pas vrai"),
        ] {
            assert_eq!(of(lang, text), Polarity::Denied(0), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_unsure_and_the_rest_is_plain() {
        for (lang, text) in [
            ("en", "It is cold, isn't it?"),
            ("en", "you know him don't you"),
            ("en", "room No. 5"),
            ("en", "not only the trains"),
            ("es", "Sin embargo, vamos."),
            ("es", "Hace frío, ¿no?"),
            ("es", "de nada"),
            ("de", "Es ist kalt, nicht wahr?"),
            ("fr", "C'est pas mal."),
            ("fr", "Il ne boit que de l'eau."),
            ("fr", "une personne de plus"),
        ] {
            assert_eq!(of(lang, text), Polarity::Unsure, "{text}");
        }
        for (lang, text) in
            [("en", "now we note the knot"), ("es", "nosotros notamos"), ("de", "die Nichte"), ("fr", "un passant")]
        {
            assert_eq!(of(lang, text), Polarity::Plain, "{text}");
        }
        assert_eq!(polarity(&[], "ja"), None);
    }
}

//! Divides a text into clauses that can be translated by themselves. Pure.

/// Words that begin a clause (English, Spanish, German, French): joined main clauses, and those that say why or when. Not
/// `that`, `que`, `dass`: what they begin isn't understood alone.
const BEGIN: [&str; 32] = [
    "and", "but", "because", "so", "or", "then", "while", "although", "though", "when", "if", "before", "after", "y",
    "pero", "porque", "aunque", "entonces", "cuando", "mientras", "und", "aber", "weil", "denn", "oder", "wenn", "et",
    "mais", "parce", "donc", "quand", "puis",
];
/// A clause has so many words at least (subject, verb, object); what is shorter stays with its neighbour.
const SHORTEST: usize = 3;

/// The clauses: how many words of the text each has.
pub fn split(text: &str) -> Vec<usize> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut lengths = Vec::new();
    let mut start = 0;
    for at in 1..words.len() {
        let ends = words[at - 1].ends_with(['.', '?', '!', '…', ';', ':', '。', '？', '！', '，', '؟']);
        let may_end = words[at - 1].ends_with(',') || BEGIN.contains(&words[at].to_lowercase().as_str());
        let is_long = at - start >= SHORTEST && words.len() - at >= SHORTEST;
        if ends && at > start || may_end && is_long {
            lengths.push(at - start);
            start = at;
        }
    }
    lengths.push(words.len() - start);
    lengths.retain(|n| *n > 0);
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<String> {
        let mut words = text.split_whitespace();
        split(text).into_iter().map(|n| words.by_ref().take(n).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn clauses_end_at_marks_and_before_conjunctions() {
        assert_eq!(parts("It is late. We go home"), ["It is late.", "We go home"]);
        assert_eq!(
            parts("we eat now because the train leaves at nine"),
            ["we eat now", "because the train leaves at nine"]
        );
        assert_eq!(parts("bread and butter"), ["bread and butter"], "no clauses");
        assert_eq!(parts("Yes, I know that he is here"), ["Yes, I know that he is here"], "too short to stand alone");
        assert_eq!(parts("Well, it rains here, but we still go out"), ["Well, it rains here,", "but we still go out"]);
        assert!(parts("").is_empty());
    }
}

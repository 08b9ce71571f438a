//! Turns a recogniser's words into the words without loops: what is said again and again in a row stands there once. Pure.
//!
//! Recognisers that feed on their own output (Whisper) may repeat themselves for ever. The words are taken one by one, so
//! what was kept of the first of them doesn't depend on those that follow, except for those [`Kept::open`]: they repeat what
//! stands before them and may turn out to be a loop's beginning, so nobody should commit to them yet.

/// The longest group of words that is looked for: a sentence.
const LONGEST: usize = 12;
/// A loop has at least so many words: a "no" four times over is meant.
const LEAST_WORDS: usize = 6;

/// What is kept of a row of words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// The places of the words that stay, in order.
    pub places: Vec<usize>,
    /// How many of them, at the end, may still be found to belong to a loop.
    pub open: usize,
}

/// Cuts groups of up to twelve words that stand `times` times in a row (0: nothing), so that each stands there once.
pub fn cut(words: &[&str], times: usize) -> Kept {
    let mut places: Vec<usize> = Vec::with_capacity(words.len());
    // Of the loop that was found last: its length, and how many words of its next repetition have come.
    let mut looping: Option<(usize, usize)> = None;
    for place in 0..words.len() {
        if let Some((n, said)) = looping {
            if words[places[places.len() - n + said]] == words[place] {
                looping = Some((n, (said + 1) % n));
                continue;
            }
            // It is over: what looked like one more repetition was the beginning of something else.
            places.extend(place - said..place);
            looping = None;
        }
        places.push(place);
        let is_loop = |n: &usize| times > 1 && is_run(words, &places, *n, times.max(LEAST_WORDS.div_ceil(*n)));
        if let Some(n) = (1..=LONGEST).find(is_loop) {
            let first = places.len() - n * times.max(LEAST_WORDS.div_ceil(n)) + n;
            places.truncate(first);
            looping = Some((n, 0));
        }
    }
    let open = if times > 1 { open(words, &places) } else { 0 };
    Kept { places, open }
}

/// Whether the last words are a group of `n`, so many `times`.
fn is_run(words: &[&str], places: &[usize], n: usize, times: usize) -> bool {
    places.len() >= n * times && (places.len() - n * (times - 1)..places.len()).all(|i| same(words, places, i, n))
}

/// How many of the last words repeat those before them.
fn open(words: &[&str], places: &[usize]) -> usize {
    let repeating = |n| (n..places.len()).rev().take_while(|i| same(words, places, *i, n)).count();
    (1..=LONGEST).map(repeating).max().unwrap_or(0)
}

fn same(words: &[&str], places: &[usize], i: usize, n: usize) -> bool {
    words[places[i]] == words[places[i - n]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kept(text: &str) -> String {
        let words: Vec<&str> = text.split(' ').collect();
        cut(&words, 4).places.into_iter().map(|i| words[i]).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_loops_stands_there_once() {
        assert_eq!(kept("so so so so so so so"), "so");
        assert_eq!(kept("no no no no thanks"), "no no no no thanks", "four times is meant");
        assert_eq!(kept(&["thank you"; 9].join(" ")), "thank you");
        assert_eq!(kept(&format!("{} bye", ["thank you"; 5].join(" "))), "thank you bye");
        assert_eq!(kept(&format!("{} thank god", ["thank you"; 5].join(" "))), "thank you thank god");
        assert_eq!(kept("we will we will we will go"), "we will we will we will go");
        let sentence = "this is what it sounds like when it goes on";
        assert_eq!(kept(&[sentence; 4].join(" ")), sentence);
        assert_eq!(cut(&["a"; 20], 0).places.len(), 20, "switched off");
    }

    #[test]
    fn what_may_become_a_loop_is_open() {
        let open = |text: &str| cut(&text.split(' ').collect::<Vec<_>>(), 4).open;
        assert_eq!(open("the train and the bus"), 0);
        assert_eq!(open("the train and the"), 1);
        assert_eq!(open("yes yes yes"), 2);
        assert_eq!(open("i say i say i"), 3);
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        let groups = prop::collection::vec((prop::collection::vec("[abc]", 1..5), 1usize..9), 0..6);
        groups.prop_map(|groups| groups.into_iter().flat_map(|(group, times)| vec![group; times].concat()).collect())
    }

    /// Whether some group stands `times` times in a row, by its definition.
    fn has_loop(words: &[&str], times: usize) -> bool {
        (1..=LONGEST).any(|n| {
            let times = times.max(LEAST_WORDS.div_ceil(n));
            words.windows(n * times).any(|w| w.chunks(n).all(|group| group == &w[..n]))
        })
    }

    proptest! {
        #[test]
        fn no_loop_stays_and_nothing_else_goes(text in texts(), times in 2usize..6) {
            let words: Vec<&str> = text.iter().map(String::as_str).collect();
            let Kept { places, open } = cut(&words, times);
            let rest: Vec<&str> = places.iter().map(|i| words[*i]).collect();
            prop_assert!(places.is_sorted_by(|a, b| a < b) && open <= places.len());
            prop_assert!(!has_loop(&rest, times));
            if !has_loop(&words, times) {
                prop_assert_eq!(&rest, &words);
            }
            let is_new = |i: &usize| !words[..*i].contains(&words[*i]);
            prop_assert!((0..words.len()).filter(is_new).all(|i| places.contains(&i)), "what is said first stays");
        }

        #[test]
        fn what_is_not_open_stays_whatever_follows(
            before in prop::collection::vec("[abc]", 0..6),
            (group, times) in (prop::collection::vec("[abc]", 1..5), 1usize..9),
            after in prop::collection::vec("[abx]", 0..9),
        ) {
            let text = [before, vec![group; times].concat(), after].concat();
            let words: Vec<&str> = text.iter().map(String::as_str).collect();
            let mut firm: Vec<usize> = Vec::new();
            for n in 0..=words.len() {
                let Kept { places, open } = cut(&words[..n], 4);
                prop_assert!(places.starts_with(&firm), "{:?} became {:?}", firm, places);
                firm = places[..places.len() - open].to_vec();
            }
        }
    }
}

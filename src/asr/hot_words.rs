//! Words that are likely to be said, though a recogniser may never have heard of them -> how much a beginning of a text is
//! helped by them. Pure.
//!
//! Contextual biasing by a prefix tree with failure links (Aho & Corasick 1975), as icefall's and sherpa-onnx's
//! `ContextGraph` does it over pieces: each step into a word promises help, which counts once the word is whole and is
//! forgotten when the text goes another way. Here the tree is over letters, so that it doesn't matter into which pieces a model
//! divides a word it doesn't know.

use crate::text::{fold, has_no_spaces};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// What each letter of a hot word is helped by (natural log) unless the pipeline file says otherwise. With the starter
/// model and 40 hot words, 20 of which eSpeak says in two voices (`benches/hot_words.py`): without 2 of 40 are found, with 2
/// 11, with 4 19; the word error rate on the manifest is 10.5 % without and 9.4 % with 2, but 12.6 % with 4, which puts short
/// words where nobody said them.
pub const BOOST: f32 = 2.0;

/// What is likely to be said in a session.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// The words as they are written.
    pub words: Arc<[String]>,
    /// The same, to be searched with; `None` where there are none or they aren't helped.
    pub tree: Option<Arc<HotWords>>,
}

impl Expected {
    /// These words, each letter helped by `boost`.
    pub fn new(words: Vec<String>, boost: f32) -> Self {
        Self { tree: HotWords::new(&words, boost).map(Arc::new), words: words.into() }
    }
}

/// Where a text is in the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State(u32);

/// The words of a session.
#[derive(Debug, PartialEq)]
pub struct HotWords {
    nodes: Vec<Node>,
    boost: f32,
}

#[derive(Debug, Default, PartialEq)]
struct Node {
    next: HashMap<char, u32>,
    /// The longest end of what leads here that also begins a word.
    fail: u32,
    /// Letters since the word began, or since a shorter word was whole: what is lost if it doesn't go on.
    open: u16,
    /// A word ends here if a space follows; in scripts without spaces, it ends here.
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum End {
    #[default]
    No,
    BeforeSpace,
    Here,
}

/// What is compared of a text: letters, digits and apostrophes without case and accents, and a space for all between.
pub fn spelling(text: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '\'';
    fold(text).chars().map(|c| if is_part(c) { c } else { ' ' }).collect()
}

impl HotWords {
    /// A tree of these words, each letter of which helps by `boost`; `None`: there are none.
    pub fn new(words: &[String], boost: f32) -> Option<Self> {
        let mut tree = Self { nodes: vec![Node::default()], boost };
        for word in words {
            let spelled = spelling(word).split_whitespace().collect::<Vec<_>>().join(" ");
            tree.insert(&spelled);
        }
        tree.link();
        (tree.nodes.len() > 1 && boost > 0.0).then_some(tree)
    }

    fn insert(&mut self, word: &str) {
        let Some(last) = word.chars().last() else { return };
        let is_spaced = !word.chars().any(has_no_spaces);
        let mut at = 0;
        for c in is_spaced.then_some(' ').into_iter().chain(word.chars()) {
            at = match self.nodes[at].next.get(&c) {
                Some(next) => *next as usize,
                None => {
                    let new = self.nodes.len();
                    self.nodes[at].next.insert(c, new as u32);
                    self.nodes.push(Node::default());
                    new
                }
            };
        }
        self.nodes[at].end = if has_no_spaces(last) { End::Here } else { End::BeforeSpace };
    }

    /// Breadth first: a node's failure link is shorter than itself.
    fn link(&mut self) {
        let mut queue = VecDeque::from([0u32]);
        while let Some(at) = queue.pop_front() {
            let next: Vec<(char, u32)> = self.nodes[at as usize].next.iter().map(|(c, n)| (*c, *n)).collect();
            for (c, child) in next {
                let fail = if at == 0 { 0 } else { self.step(self.nodes[at as usize].fail, c) };
                let open = self.kept(at, c) + u16::from(c != ' ');
                (self.nodes[child as usize].fail, self.nodes[child as usize].open) = (fail, open);
                queue.push_back(child);
            }
        }
    }

    /// How many letters are still open when this one follows: none, if a word is whole with it.
    fn kept(&self, at: u32, c: char) -> u16 {
        let Node { open, end, .. } = &self.nodes[at as usize];
        if *end == End::Here || *end == End::BeforeSpace && c == ' ' { 0 } else { *open }
    }

    /// Where a letter leads.
    fn step(&self, mut at: u32, c: char) -> u32 {
        loop {
            let node = &self.nodes[at as usize];
            match node.next.get(&c) {
                Some(next) => return *next,
                None if at == 0 => return 0,
                None => at = node.fail,
            }
        }
    }

    /// What becomes of a text with its next letters.
    pub fn follow(&self, state: State, spelled: &str) -> Followed {
        let mut followed = Followed { state, whole: 0.0, left: false };
        let mut at = state.0;
        for c in spelled.chars() {
            let kept = self.kept(at, c);
            let whole = self.nodes[at as usize].open - kept;
            let next = self.step(at, c);
            // A word goes on only with one letter more.
            followed.left |= self.nodes[next as usize].open != kept + u16::from(c != ' ') || whole > 0;
            followed.whole += f32::from(whole) * self.boost;
            at = next;
        }
        Followed { state: State(at), ..followed }
    }

    /// What the open word has promised so far.
    pub fn open(&self, state: State) -> f32 {
        f32::from(self.nodes[state.0 as usize].open) * self.boost
    }

    /// Whether the open word is whole if the text ends here.
    pub fn is_whole(&self, state: State) -> bool {
        self.nodes[state.0 as usize].end != End::No
    }
}

/// What became of a text with its next letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Followed {
    /// Where it is now.
    pub state: State,
    /// What the words help that are now whole.
    pub whole: f32,
    /// It is no more in the word that was open before.
    pub left: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(words: &[&str]) -> HotWords {
        HotWords::new(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(), 1.0).expect("words")
    }

    /// What a text is helped by when it ends, given piece by piece.
    fn helped(words: &HotWords, pieces: &[&str]) -> f32 {
        let (mut state, mut sum) = (State::default(), 0.0);
        for piece in pieces {
            let followed = words.follow(state, &spelling(piece));
            (state, sum) = (followed.state, sum + followed.whole);
        }
        sum + if words.is_whole(state) { words.open(state) } else { 0.0 }
    }

    #[test]
    fn whole_words_are_helped_by_their_letters_however_they_are_divided() {
        let tree = words(&["Quill", "São Tomé", "東京"]);
        for (pieces, due) in [
            (&[" qu", "il", "l"][..], 5.0),
            (&[" q", "u", "i", "l", "l", " ", "now"], 5.0),
            (&[" the", " quill", " qu"], 5.0),
            (&[" quilt"], 0.0),
            (&[" quills"], 0.0),
            (&[" a", "quill"], 0.0),
            (&[" sao", " to", "me", " quill"], 12.0),
            (&[" sao", " quill"], 5.0),
            (&["ここ東", "京に"], 2.0),
        ] {
            assert_eq!(helped(&tree, pieces), due, "{pieces:?}");
        }
    }

    #[test]
    fn a_word_inside_another_is_helped_too() {
        let tree = words(&["new", "new york"]);
        assert_eq!(helped(&tree, &[" new", " yo"]), 3.0);
        assert_eq!(helped(&tree, &[" new york"]), 7.0);
        assert_eq!(helped(&words(&["red new", "new york"]), &[" red new york"]), 6.0 + 7.0, "two that overlap");
    }

    #[test]
    fn no_words_are_none() {
        assert_eq!(HotWords::new(&["!?".into()], 1.0), None);
        assert_eq!(HotWords::new(&["gate".into()], 0.0), None);
    }

    proptest! {
        #[test]
        fn help_is_what_whole_words_give(terms in prop::collection::vec("[ab]{1,3}", 1..4), text in "( [ab]{1,4}){0,6}") {
            let tree = HotWords::new(&terms, 1.0).expect("words");
            let due: usize = text.split_whitespace().filter(|w| terms.iter().any(|t| t == w)).map(str::len).sum();
            prop_assert_eq!(helped(&tree, &[&text]), due as f32);
        }
    }
}

//! Turns sources and drafts into translations: greedily, in as few decoder passes as the drafts allow.
//!
//! Texts of a batch get on at their own pace: each pass begins where the caches of all of them are right, and feeds each
//! text what is known of it from there on, then its guess ([`draft`]). The output layer is run only behind the last known
//! token and the guesses, over the words of a [`shortlist`](super::shortlist) where that is allowed.

use super::alignment::{self, Looks};
use super::beam::{self, Output, Search};
use super::seq2seq::Seq2Seq;
use super::shortlist::Shortlist;
use crate::error::Result;
use crate::onnx::decoder::draft::{self, Line};
use crate::onnx::decoder::{Decoder, Step};
use ndarray::{Array2, ArrayViewMut1, Axis};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What a text is translated with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Begun {
    /// What the translation begins with, the decoder's start first.
    pub prefix: Vec<u32>,
    /// How it may go on.
    pub draft: Vec<u32>,
    /// Its language.
    pub lang: String,
    /// Words that aren't on the language's shortlist must not be missed: nothing will come after it.
    pub exact: bool,
}

/// Chooses each next token of a text: a greedy [`Search`], or what stands in for one when speed is measured.
pub trait Choose {
    /// The best token and its log-probability, from the logits (they may be changed) of the whole vocabulary or of these
    /// words alone.
    fn likeliest(&mut self, logits: ArrayViewMut1<'_, f32>, words: Option<&[u32]>) -> Option<(u32, f32)>;
    /// Writes it; `false`: the text is finished.
    fn write(&mut self, best: (u32, f32)) -> bool;
}

impl Choose for Search {
    fn likeliest(&mut self, logits: ArrayViewMut1<'_, f32>, words: Option<&[u32]>) -> Option<(u32, f32)> {
        Self::likeliest(self, logits, words)
    }
    fn write(&mut self, best: (u32, f32)) -> bool {
        Self::write(self, best)
    }
}

/// One text on its way through the decoder.
struct Text<'c, C> {
    /// Which of those that came in.
    at: usize,
    choice: &'c mut C,
    line: Line,
    lang: String,
    /// The language whose shortlist will do.
    list: Option<String>,
}

/// A place in a pass: row and column.
type Place = (usize, usize);

/// What a pass says at some places.
struct Said {
    /// Over the words of a shortlist, a row for each place.
    short: Option<(Vec<u32>, Array2<f32>)>,
    /// Over the whole vocabulary, where that was asked.
    whole: Array2<f32>,
    /// Each place's row in `short`, and in `whole`.
    rows: HashMap<Place, (usize, Option<usize>)>,
}

impl Seq2Seq {
    /// Translates all sources greedily in one batch. Drafts change how many passes that takes, and nothing else.
    ///
    /// # Errors
    /// When the model fails.
    pub fn greedy(&mut self, sources: &[Vec<u32>], begun: Vec<Begun>, rules: &beam::Rules) -> Result<Vec<Output>> {
        let search =
            |(source, begun): (&Vec<u32>, &Begun)| Search::new(rules.clone(), begun.prefix.clone(), source.len());
        let mut searches: Vec<Search> = sources.iter().zip(&begun).map(search).collect();
        let looks = self.verify(sources, begun, &mut searches)?;
        let output = |(search, looks)| Output { looks, ..Search::best(search) };
        Ok(searches.into_iter().zip(looks).map(output).collect())
    }

    /// Lets `choices` write the translations of all sources, with as few decoder passes as the drafts allow; -> what each
    /// looked at.
    ///
    /// # Errors
    /// When the model fails.
    pub fn verify<C: Choose>(
        &mut self,
        sources: &[Vec<u32>],
        begun: Vec<Begun>,
        choices: &mut [C],
    ) -> Result<Vec<Looks>> {
        for begun in begun.iter().filter(|begun| !begun.exact) {
            if let Some(words) = self.shortlist.due(&begun.lang) {
                let picked = self.decoder.pick(words)?;
                self.shortlist.pick(&begun.lang, picked);
            }
        }
        let mut run = self.encode(sources)?;
        // A decoder that takes one token at a time would pay for each guess.
        let guesses = self.decoder.multi_token();
        let text = |(at, (begun, choice))| {
            let Begun { prefix, draft, lang, exact } = begun;
            let line = Line::new(prefix, if guesses { draft } else { Vec::new() });
            Text { at, choice, line, list: (!exact).then(|| lang.clone()), lang }
        };
        let mut looks = vec![Looks::new(); begun.len()];
        let mut open: Vec<Text<'_, C>> = begun.into_iter().zip(choices).enumerate().map(text).collect();
        while !open.is_empty() {
            let base = run.length();
            let lines = open.iter().map(|text| &text.line);
            let next = draft::next(lines, base, guesses, self.rules.positions, self.rules.eos);
            let fed = base..base + next.ncols();
            let pass = self.decoder.advance(&mut run, &next)?;
            self.count_pass();
            for (text, seen) in open.iter().zip(alignment::mean(&pass.attention()?)) {
                looks[text.at].truncate(base);
                looks[text.at].extend(seen);
            }
            let rows = self.choose(&mut open, &pass, &fed)?;
            let mut row = 0..;
            open.retain(|_| row.next().is_some_and(|row| rows.contains(&row)));
            let right = open.iter().map(|text| text.line.known() - 1).min().unwrap_or(0);
            run.truncate(right)?;
            run.select(&rows)?;
        }
        Ok(looks)
    }

    /// Finds out what texts that are written already would have looked at, where the model tells: one pass more.
    ///
    /// # Errors
    /// When the model fails.
    pub fn look_again(&mut self, sources: &[Vec<u32>], prefixes: &[Vec<u32>], done: &mut [Output]) -> Result<()> {
        if !self.decoder.has_attention() {
            return Ok(());
        }
        let lines = prefixes.iter().zip(done.iter()).map(|(prefix, output)| [&prefix[..], &output.tokens].concat());
        let lines: Vec<Line> = lines.map(|known| Line::new(known, Vec::new())).collect();
        let tokens = draft::next(lines.iter(), 0, true, self.rules.positions, self.rules.eos);
        let mut run = self.encode(sources)?;
        let pass = self.decoder.advance(&mut run, &tokens)?;
        self.count_pass();
        done.iter_mut().zip(alignment::mean(&pass.attention()?)).for_each(|(output, looks)| output.looks = looks);
        Ok(())
    }

    /// Takes what a pass over these places says of each text after each known token and each right guess; -> the rows that
    /// go on. Texts that look at the same words ask together.
    fn choose<C: Choose>(&mut self, open: &mut [Text<'_, C>], pass: &Step, fed: &Range<usize>) -> Result<Vec<usize>> {
        let mut rows = Vec::new();
        let lists: HashSet<Option<String>> = open.iter().map(|text| text.list.clone()).collect();
        for list in lists {
            let members: Vec<usize> = (0..open.len()).filter(|row| open[*row].list == list).collect();
            let asked = members.iter().map(|row| (*row, &open[*row].line));
            let mut said = ask(&mut self.decoder, &self.shortlist, list.as_deref(), pass, asked, fed)?;
            for row in members {
                if walk(&mut open[row], row, &mut said, fed.start, &mut self.shortlist) {
                    rows.push(row);
                }
            }
        }
        rows.sort_unstable();
        Ok(rows)
    }
}

/// Runs the output layer behind the last known token and the guesses of these texts.
fn ask<'t>(
    decoder: &mut Decoder,
    shortlist: &Shortlist,
    list: Option<&str>,
    pass: &Step,
    texts: impl Iterator<Item = (usize, &'t Line)> + Clone,
    fed: &Range<usize>,
) -> Result<Said> {
    let places_of = |(row, line): (usize, &Line)| {
        (line.known() - 1..line.length().min(fed.end)).map(move |place| (row, place - fed.start))
    };
    let places: Vec<Place> = texts.clone().flat_map(places_of).collect();
    let Some(picked) = list.and_then(|lang| shortlist.of(lang)) else {
        let rows = places.iter().enumerate().map(|(i, place)| (*place, (i, Some(i)))).collect();
        return Ok(Said { short: None, whole: decoder.logits(pass, &places, None)?, rows });
    };
    let logits = decoder.logits(pass, &places, Some(picked))?;
    let mut rows: HashMap<Place, (usize, Option<usize>)> = HashMap::new();
    let mut doubted = Vec::new();
    let mut each = places.iter().enumerate();
    for (_, line) in texts {
        let mut guess = line.guess().iter();
        let mut is_open = true;
        for (i, place) in each.by_ref().take(places_of((0, line)).count()) {
            let (word, is_sure) = shortlist.judge(logits.index_axis(Axis(0), i), &picked.ids);
            // Behind a sure difference nobody will look.
            let asks = is_open && !is_sure;
            rows.insert(*place, (i, asks.then_some(doubted.len())));
            doubted.extend(asks.then_some(*place));
            is_open &= guess.next().is_some_and(|guess| !is_sure || word == Some(*guess));
        }
    }
    let whole = if doubted.is_empty() { Array2::zeros((0, 0)) } else { decoder.logits(pass, &doubted, None)? };
    Ok(Said { short: Some((picked.ids.clone(), logits)), whole, rows })
}

/// Writes what a pass says of a text; `false`: it is finished.
fn walk<C: Choose>(
    text: &mut Text<'_, C>,
    row: usize,
    said: &mut Said,
    base: usize,
    shortlist: &mut Shortlist,
) -> bool {
    loop {
        let Some(&(short, whole)) = said.rows.get(&(row, text.line.known() - 1 - base)) else { return true };
        let best = match (whole, &mut said.short) {
            (Some(at), list) => {
                shortlist.note(&text.lang, said.whole.index_axis(Axis(0), at));
                shortlist.decided[1] += u64::from(list.is_some());
                text.choice.likeliest(said.whole.index_axis_mut(Axis(0), at), None)
            }
            (None, Some((words, logits))) => {
                shortlist.decided[0] += 1;
                text.choice.likeliest(logits.index_axis_mut(Axis(0), short), Some(words))
            }
            (None, None) => None,
        };
        let Some(best) = best.filter(|best| text.choice.write(*best)) else { return false };
        if !text.line.take(best.0) {
            return true;
        }
    }
}

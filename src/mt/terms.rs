//! Puts the glossary's terms into translations, in the place of what the model calls them.
//!
//! What that is, is found out by translating the term alone, and behind an article, once. Only what is shown changes: the
//! model goes on from its own words, since it would say the thing again behind a word that it doesn't know for it. So an
//! article before a term may have the wrong gender, and a term that the model translates otherwise in its sentence is
//! missed, and said to be. In return it works with any model, costs no pass, and leaves drafts and commitments as they
//! are. (Models trained for terms, Dinu et al. 2019, and constrained search, Post & Vilar 2018, place them better.)

use super::{Job, TargetWord, Translation, Translator, join};
use crate::error::Result;
use crate::glossary::found::{self, Found};
use crate::text::Lang;
use std::collections::HashMap;

/// Terms whose names are kept.
const KEPT: usize = 4_096;
/// An article has so many letters at most.
const ARTICLE: usize = 3;
/// Words that make a noun of a term, where a model would take it for a verb (`report`).
const ARTICLES: &[(&str, &[&str])] =
    &[("en", &["the", "a"]), ("es", &["el", "la"]), ("de", &["der", "die", "das"]), ("fr", &["le", "la"])];

/// What a model calls terms by itself: as written in its translations, the likeliest first.
#[derive(Default)]
pub struct Names(HashMap<Key, Vec<String>>);

/// A term as it was said, its language, and the other.
type Key = (String, Lang, Lang);

fn key(job: &Job, found: &Found) -> Key {
    (job.source[found.at.clone()].to_owned(), job.from.clone(), job.to.clone())
}

impl Names {
    /// Translates jobs, each with the terms that its text has.
    ///
    /// # Errors
    /// When the model fails.
    pub fn translate(
        &mut self,
        translator: &mut dyn Translator,
        jobs: &[Job],
        terms: &[&[Found]],
    ) -> Result<Vec<Translation>> {
        self.ask(translator, jobs, terms)?;
        let mut done = translator.translate(jobs)?;
        for ((job, terms), translation) in jobs.iter().zip(terms).zip(&mut done).filter(|((_, t), _)| !t.is_empty()) {
            self.replace(job, terms, &mut translation.words);
        }
        Ok(done)
    }

    /// Finds out what the model calls terms that are new.
    fn ask(&mut self, translator: &mut dyn Translator, jobs: &[Job], terms: &[&[Found]]) -> Result<()> {
        if self.0.len() > KEPT {
            self.0.clear();
        }
        let mut unknown: Vec<(Key, Job)> = Vec::new();
        for (job, found) in jobs.iter().zip(terms).flat_map(|(job, all)| all.iter().map(move |t| (job, t))) {
            let key = key(job, found);
            if self.0.contains_key(&key) || unknown.iter().any(|(known, _)| *known == key) {
                continue;
            }
            let articles = ARTICLES.iter().find(|(lang, _)| *lang == job.from.primary()).map_or(&[][..], |(_, a)| *a);
            let with = articles.iter().map(|article| format!("{article} {}", key.0));
            let asked = std::iter::once(key.0.clone()).chain(with);
            unknown.extend(asked.map(|text| (key.clone(), Job::whole(&text, &job.from, &job.to))));
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let jobs: Vec<Job> = unknown.iter().map(|(_, job)| job.clone()).collect();
        for ((key, _), answer) in unknown.into_iter().zip(translator.translate(&jobs)?) {
            let names = self.0.entry(key).or_default();
            for name in bare(&answer.text()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        Ok(())
    }

    /// Puts each term that is missed in its place, if it has one behind what the job forces.
    fn replace(&self, job: &Job, terms: &[Found], words: &mut Vec<TargetWord>) {
        for found in terms {
            let term = &found.term;
            let is_missed =
                found::uses(terms, &join(words)).iter().any(|used| used.source == term.source && !used.honoured);
            if is_missed && let Some(names) = self.0.get(&key(job, found)) {
                names.iter().any(|name| put(words, name, &term.target));
            }
        }
    }
}

/// A name without its article, where it seems to have one, and as it is.
fn bare(answer: &str) -> Vec<String> {
    let name = answer.trim_matches(|c: char| !c.is_alphanumeric());
    let without = name.split_once(' ').filter(|(article, _)| article.chars().count() <= ARTICLE).map(|(_, bare)| bare);
    without.into_iter().chain([name]).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Puts a term in the first place of a name; `false`: it has none.
fn put(words: &mut Vec<TargetWord>, name: &str, term: &str) -> bool {
    let text = join(words);
    let Some(at) = found::first(&text, name) else { return false };
    // Where each word begins in the text.
    let mut starts = Vec::with_capacity(words.len());
    let mut length = 0;
    for word in words.iter() {
        length += usize::from(length > 0 && !word.glued);
        starts.push(length);
        length += word.text.len();
    }
    let Some(first) = starts.partition_point(|start| *start <= at.start).checked_sub(1) else { return false };
    let end = starts.partition_point(|start| *start < at.end);
    let (before, after) = (&text[starts[first]..at.start], &text[at.end..starts[end - 1] + words[end - 1].text.len()]);
    let begins =
        !text[..at.start].chars().any(char::is_alphanumeric) && text[at.start..].starts_with(char::is_uppercase);
    let term = if begins { capital(term) } else { term.to_owned() };
    let word = TargetWord {
        text: format!("{before}{term}{after}"),
        tokens: words[first..end].iter().flat_map(|word| word.tokens.clone()).collect(),
        glued: words[first].glued,
        reads: words[first..end].iter().filter_map(|word| word.reads).max(),
    };
    words.splice(first..end, [word]);
    true
}

/// With a capital.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<TargetWord> {
        let word =
            |(i, w): (usize, &str)| TargetWord { text: w.into(), tokens: vec![i as u32], glued: false, reads: None };
        text.split(' ').enumerate().map(word).collect()
    }

    #[test]
    fn a_term_takes_the_place_of_a_name_and_of_its_pieces() {
        let mut said = words("¿Dónde está la Puerta de salida, por favor?");
        assert!(!put(&mut said, "puerta de salidas", "exit") && put(&mut said, "puerta de salida", "gate exit"));
        assert_eq!(join(&said), "¿Dónde está la gate exit, por favor?");
        assert_eq!((said[3].text.as_str(), said[3].tokens.as_slice()), ("gate exit,", &[3, 4, 5][..]));
        let mut said = words("¿Informes? Sí.");
        assert!(put(&mut said, "informe", "memoria"));
        assert_eq!(join(&said), "¿Memoria? Sí.");
    }

    #[test]
    fn articles_are_no_part_of_a_name() {
        assert_eq!(bare("La puerta."), ["puerta", "La puerta"]);
        assert_eq!((bare("¿Puerta?"), bare("...")), (vec!["Puerta".to_owned()], vec![]));
    }
}

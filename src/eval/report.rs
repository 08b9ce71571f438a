//! Turns the tracks of many recordings into one row of figures for each language.

use super::bleu::{self, Bleu};
use super::chrf::{self, Chrf};
use super::erasure::Erasure;
use super::lag::{laal, long_yaal};
use super::track::Track;
use super::words::{Errors, Unit, char_errors, normalise, word_errors};
use crate::hub::fanout::Dial;
use crate::text::Lang;
use serde_json::{Map, Value, json};

/// The figures of one language, over all recordings.
pub struct Score {
    /// The language.
    pub lang: Lang,
    /// Whether it is the language spoken: a transcript, not a translation.
    pub is_source: bool,
    errors: Errors,
    offline_errors: Errors,
    bleu: Bleu,
    chrf: Chrf,
    offline: Chrf,
    /// By dial.
    erasure: [Erasure; Dial::NAMES.len()],
    broken: usize,
    lags: [Mean; 8],
}

/// A mean in the making.
#[derive(Default, Clone, Copy)]
struct Mean(f64, usize);

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            (self.0, self.1) = (self.0 + value, self.1 + 1);
        }
    }
    fn get(self) -> Option<f64> {
        (self.1 > 0).then(|| self.0 / self.1 as f64)
    }
}

/// What is told of a language: stable names, and what people read. `None`: there is nothing to count.
const FIGURES: [(&str, &str); 16] = [
    ("wer", "WER %"),
    ("wer_offline", "offline"),
    ("bleu", "BLEU"),
    ("chrf", "chrF"),
    ("chrf_offline", "offline"),
    ("erasure_instant", "NE inst."),
    ("erasure_balanced", "balanced"),
    ("erasure_reading", "reading"),
    ("laal", "LAAL s"),
    ("laal_ca", "CA"),
    ("long_yaal", "LongYAAL s"),
    ("long_yaal_ca", "CA"),
    ("first_word", "first word s"),
    ("first_word_ca", "CA"),
    ("first_committed", "committed s"),
    ("first_committed_ca", "CA"),
];

impl Score {
    /// No recording yet.
    pub fn new(lang: Lang, is_source: bool) -> Self {
        Self {
            lang,
            is_source,
            errors: Errors::default(),
            offline_errors: Errors::default(),
            bleu: Bleu::default(),
            chrf: Chrf::default(),
            offline: Chrf::default(),
            erasure: Default::default(),
            broken: 0,
            lags: [Mean::default(); 8],
        }
    }

    /// Adds a recording of so many seconds: what should have come out (if that is known), what did, and what whole
    /// utterances make of it (if that was tried).
    pub fn add(&mut self, seconds: f64, reference: Option<&str>, track: &Track, offline: Option<&str>) {
        // Transcripts are compared as recognisers are: without case and marks, which some don't write.
        let is_source = self.is_source;
        let compared = |text: &str| if is_source { normalise(text) } else { text.to_owned() };
        let text = compared(&track.text());
        let unit = Unit::of(&self.lang);
        let mut expected = track.words().count();
        if let Some(reference) = reference {
            let errors = if unit == Unit::Char { char_errors } else { word_errors };
            self.errors += errors(&text, reference);
            let written = reference;
            let reference = compared(reference);
            self.bleu.add(&text, &reference);
            self.chrf.add(&text, &reference);
            if let Some(offline) = offline.map(compared) {
                self.offline_errors += errors(&offline, written);
                self.offline.add(&offline, &reference);
            }
            // As others count it in the log.
            expected = unit.split(written).len();
        }
        for (dial, erasure) in self.erasure.iter_mut().enumerate() {
            *erasure += track.erasure(dial);
        }
        self.broken += track.broken;
        let heard: Vec<f64> = track.words().map(|w| w.heard).collect();
        let out: Vec<f64> = track.words().map(|w| w.out).collect();
        for (i, times) in [&heard, &out].into_iter().enumerate() {
            self.lags[i].add(laal(times, seconds, expected));
            self.lags[2 + i].add(long_yaal(times, seconds, expected, seconds));
        }
        for (i, first) in [track.first, track.first_committed].into_iter().enumerate() {
            self.lags[4 + 2 * i].add(first.map(|first| first.0));
            self.lags[5 + 2 * i].add(first.map(|first| first.1));
        }
    }

    /// The figures, in the order of [`FIGURES`].
    fn values(&self) -> [Option<f64>; 16] {
        let has_reference = self.errors.length > 0;
        let percent = |errors: Errors| errors.rate().map(|rate| rate * 100.0);
        let scored = |score: f64| has_reference.then_some(score);
        let [laal, laal_ca, yaal, yaal_ca, first, first_ca, committed, committed_ca] = self.lags.map(Mean::get);
        let [instant, balanced, reading] = self.erasure.map(Erasure::rate);
        let (wer, offline) = match self.is_source {
            true => (percent(self.errors), percent(self.offline_errors)),
            false => (None, None),
        };
        let bleu = scored(self.bleu.score()).filter(|_| !self.is_source);
        let chrf = scored(self.chrf.score());
        let whole = scored(self.offline.score()).filter(|_| self.offline_errors.length > 0);
        [
            wer,
            offline,
            bleu,
            chrf,
            whole,
            instant,
            balanced,
            reading,
            laal,
            laal_ca,
            yaal,
            yaal_ca,
            first,
            first_ca,
            committed,
            committed_ca,
        ]
    }

    /// The figures by their stable names; those that are not known are null.
    pub fn json(&self) -> Value {
        let kind = if self.is_source { "source" } else { "translation" };
        let mut all = Map::new();
        all.insert("lang".into(), json!(self.lang));
        all.insert("kind".into(), kind.into());
        all.insert("unit".into(), Unit::of(&self.lang).name().into());
        all.extend(FIGURES.iter().zip(self.values()).map(|((name, _), value)| ((*name).to_owned(), json!(value))));
        all.insert("committed_changed".into(), json!(self.broken));
        all.insert("bleu_signature".into(), bleu::SIGNATURE.into());
        all.insert("chrf_signature".into(), chrf::SIGNATURE.into());
        all.into()
    }
}

/// The table that people read: a line for each figure, a column for each language.
pub fn table(scores: &[Score]) -> String {
    let mut lines = vec![String::new(); FIGURES.len() + 1];
    let width = FIGURES.iter().map(|(_, title)| title.chars().count()).max().unwrap_or(0) + 2;
    for (line, title) in lines.iter_mut().zip(std::iter::once("").chain(FIGURES.iter().map(|f| f.1))) {
        *line = format!("{title:<width$}");
    }
    for score in scores {
        let head = if score.is_source { format!("{} (said)", score.lang) } else { score.lang.to_string() };
        let value = |v: &Option<f64>| v.map_or("-".to_owned(), |v| format!("{v:.2}"));
        let values = score.values();
        for (line, cell) in lines.iter_mut().zip(std::iter::once(head).chain(values.iter().map(value))) {
            line.push_str(&format!("{cell:>12}"));
        }
    }
    lines.join("\n")
}

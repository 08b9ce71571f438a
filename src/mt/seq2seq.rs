//! Turns text into another language with an encoder/decoder model: NLLB-200, M2M100, SMaLL-100, Marian (Opus-MT).
//!
//! One decoder loop for all of them. Which marks go where is in [`family`](super::family), how text is divided in
//! [`tokens`](super::tokens), what is searched for in [`beam`], how an earlier translation makes it cheap in
//! [`verify`](super::verify).
//!
//! Texts that wait together are one batch, and each comes out as it would alone, whatever its company: in files of 32 bits,
//! and in those of 8 bits that `models import` made, which have a scale for each row. Files of 8 bits made by ONNX
//! Runtime's own tool have one scale for all that is in a pass, and may differ: of the starter model's 47 recorded
//! sentences 0, 2, 0 and 1 in batches of 2, 4, 8 and 47. Committed words are forced, so none is taken back by it.

use super::alignment::{self, Side};
use super::beam::{self, Output, Search};
use super::family::Rules;
use super::shortlist::Shortlist;
use super::tokens::Tokens;
use super::verify::Begun;
use super::{Job, Options, TargetWord, Translation, Translator};
use crate::error::{Error, Result};
use crate::metrics;
use crate::models::layout::need_file;
use crate::onnx::decoder::{Decoder, Run};
use crate::onnx::{self, Array, Graph};
use crate::text::Lang;
use ndarray::{Array2, s};
use std::path::Path;

/// The backend.
pub struct Seq2Seq {
    encoder: Graph,
    pub(super) decoder: Decoder,
    tokens: Tokens,
    pub(super) rules: Rules,
    options: Options,
    pub(super) passes: u64,
    pub(super) shortlist: Shortlist,
}

/// A job's text as the model reads it.
struct Encoded {
    /// The text's own pieces.
    pieces: Vec<u32>,
    /// The same with the family's marks before or behind it: the encoder's input.
    source: Vec<u32>,
}

/// One text on its way through the decoder.
struct Open {
    job: usize,
    search: Search,
    /// Its rows in the batch.
    rows: usize,
}

impl Seq2Seq {
    /// Loads the encoder, the decoder and the vocabulary of a folder.
    ///
    /// # Errors
    /// A missing-model error when a file isn't there or isn't what it should be.
    pub fn load(folder: &Path, options: Options) -> Result<Self> {
        // A large vocabulary takes as long to read as a large model to load: both at once.
        let (vocabulary, graphs) = std::thread::scope(|scope| {
            let vocabulary = scope.spawn(|| {
                let mut tokens = Tokens::load(folder)?;
                let rules = Rules::read(folder, &mut tokens)?;
                Ok((tokens, rules))
            });
            let load = || {
                let encoder = Graph::load(&need_file(folder, "encoder_model")?, options.compute)?;
                encoder.demand(&["input_ids"], &[])?;
                Ok((encoder, Decoder::load(folder, options.compute)?))
            };
            let graphs: Result<(Graph, Decoder)> = load();
            (vocabulary.join().unwrap_or_else(|_| Err(Error::failed("reading the vocabulary panicked"))), graphs)
        });
        // What is wrong with the small files is told first: it says more.
        let (tokens, rules): (Tokens, Rules) = vocabulary?;
        let (encoder, decoder) = graphs?;
        // A list of half the vocabulary would save nothing.
        let is_large = decoder.vocabulary().is_some_and(|words| words > 2 * options.shortlist);
        let shortlist = Shortlist::new(if is_large { options.shortlist } else { 0 }, options.sure);
        Ok(Self { encoder, decoder, tokens, rules, options, passes: 0, shortlist })
    }

    /// Whose rules the model keeps, and which.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether the decoder takes several tokens at once with a cache.
    pub fn multi_token(&self) -> bool {
        self.decoder.multi_token()
    }

    /// Whether text is divided by a SentencePiece file, not by a `tokenizer.json`.
    pub fn is_spm(&self) -> bool {
        matches!(self.tokens, Tokens::Spm { .. })
    }

    /// The encoder's input for a text.
    ///
    /// # Errors
    /// When a language is unknown or the text can't be encoded.
    pub fn source_ids(&self, text: &str, from: &Lang, to: &Lang) -> Result<Vec<u32>> {
        self.rules.source(&self.tokens, &self.tokens.encode(text, self.rules.unknown)?, from, to)
    }

    /// What the decoder is given before it writes: its start, the language's mark where it is forced, and these pieces.
    ///
    /// # Errors
    /// When the language is unknown.
    pub fn prefix(&self, to: &Lang, forced: &[u32]) -> Result<Vec<u32>> {
        let mark = self.rules.forced(&self.tokens, to)?;
        // Who is committed to more than fits gets nothing new.
        let forced = forced.iter().copied().take(self.rules.positions - 8);
        Ok(std::iter::once(self.rules.start).chain(mark).chain(forced).collect())
    }

    /// The text of target pieces.
    pub fn text(&self, tokens: &[u32]) -> String {
        self.tokens.text(tokens, |id| self.rules.is_mark(id))
    }

    /// Places of drafts that a shortlist decided, and those where the whole output layer was asked.
    pub fn decided(&self) -> [u64; 2] {
        self.shortlist.decided
    }

    /// Decoder passes since it was loaded.
    pub fn passes(&self) -> u64 {
        self.passes
    }

    /// Counts a decoder pass, here and in the process's metrics.
    pub(super) fn count_pass(&mut self) {
        self.passes += 1;
        metrics::get().decoder_steps.with_label_values(&["mt"]).inc();
    }

    /// How much likelier the model finds the one of two translations than the other where they first differ: the distance
    /// of two logits. Near zero it is chance, the rounding of sums, which is taken.
    ///
    /// # Errors
    /// When the model fails.
    pub fn margin(&mut self, source: &[u32], prefix: &[u32], one: &[u32], other: &[u32]) -> Result<f32> {
        let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
        let known: Vec<i64> = prefix.iter().chain(&one[..same]).map(|token| i64::from(*token)).collect();
        let mut run = self.encode(&[source.to_vec()])?;
        let known = Array2::from_shape_fn((1, known.len()), |(_, i)| known[i]);
        let step = self.decoder.step(&mut run, &known)?;
        let logits = step.last();
        let of = |tokens: &[u32]| {
            let token = tokens.get(same).copied().unwrap_or(self.rules.eos);
            logits.get((0, token as usize)).copied().unwrap_or(f32::NEG_INFINITY)
        };
        Ok((of(one) - of(other)).abs())
    }

    /// Translates all sources in one batch with beams, each with the prefix that its translation begins with.
    ///
    /// # Errors
    /// When the model fails.
    pub fn decode(&mut self, sources: &[Vec<u32>], prefixes: &[Vec<u32>], rules: &beam::Rules) -> Result<Vec<Output>> {
        let mut run = self.encode(sources)?;
        let mut outputs = vec![Output::default(); sources.len()];
        let mut open: Vec<Open> = Vec::with_capacity(sources.len());
        for (job, (source, prefix)) in sources.iter().zip(prefixes).enumerate() {
            let search = Search::new(rules.clone(), prefix.clone(), source.len());
            open.push(Open { job, search, rows: 1 });
        }
        // What all prefixes share in length goes in at once, the rest of the longer ones token by token.
        let shared = prefixes.iter().map(Vec::len).min().unwrap_or(0);
        let mut next = Array2::from_shape_fn((prefixes.len(), shared), |(row, i)| i64::from(prefixes[row][i]));
        while !open.is_empty() {
            let mut step = self.decoder.step(&mut run, &next)?;
            self.count_pass();
            let fed = run.length();
            let (mut rows, mut tokens, mut start) = (Vec::new(), Vec::new(), 0);
            let mut still = Vec::with_capacity(open.len());
            for mut text in open {
                let own = start..start + text.rows;
                start = own.end;
                let next = match prefixes[text.job].get(fed) {
                    Some(&token) => Some(beam::Step { rows: vec![0], tokens: vec![token] }),
                    None => text.search.step(step.last_mut().slice_mut(s![own.clone(), ..])),
                };
                match next {
                    Some(next) => {
                        rows.extend(next.rows.iter().map(|row| own.start + row));
                        tokens.extend(next.tokens.iter().map(|token| i64::from(*token)));
                        text.rows = next.rows.len();
                        still.push(text);
                    }
                    None => outputs[text.job] = text.search.best(),
                }
            }
            open = still;
            run.select(&rows)?;
            next = Array2::from_shape_fn((tokens.len(), 1), |(row, _)| tokens[row]);
        }
        Ok(outputs)
    }

    /// What is known of these pieces as a translation of a job: whence its words come, not how probable they are.
    ///
    /// # Errors
    /// When the model fails.
    pub fn compare(&mut self, job: &Job, tokens: Vec<u32>) -> Result<Translation> {
        let encoded = self.encoded(job)?;
        let prefix = self.prefix(&job.to, &[])?;
        let mut output = [Output { tokens, ..Output::default() }];
        self.look_again(std::slice::from_ref(&encoded.source), &[prefix], &mut output)?;
        self.translation(&Job { forced: Vec::new(), ..job.clone() }, &encoded, &output[0])
    }

    /// What a decoded job comes to.
    fn translation(&self, job: &Job, Encoded { pieces, source }: &Encoded, output: &Output) -> Result<Translation> {
        let tokens = [&job.forced[..], &output.tokens].concat();
        let mut words = self.words(&tokens);
        let p = output.log_p.exp();
        let is_doubtful = p < self.rules.doubtful_below;
        if output.looks.is_empty() {
            return Ok(Translation { words, p, is_doubtful, coverage: Vec::new() });
        }
        let before = source.windows(pieces.len().max(1)).position(|window| window == pieces).unwrap_or(0);
        // A token is decided in the place before its own.
        let first = self.prefix(&job.to, &[])?.len() - 1;
        let of_text = |look: &'_ Vec<f32>| look.iter().skip(before).take(pieces.len()).copied().collect();
        let looks: Vec<Vec<f32>> = output.looks.iter().skip(first).take(tokens.len()).map(of_text).collect();
        let said = self.words(pieces);
        let aligned =
            alignment::align(&Side { words: &said, pieces }, &Side { words: &words, pieces: &tokens }, &looks);
        words.iter_mut().zip(aligned.reads).for_each(|(word, reads)| word.reads = reads);
        let coverage = said.into_iter().map(|word| word.text).zip(aligned.coverage).collect();
        Ok(Translation { words, p, is_doubtful, coverage })
    }

    fn encoded(&self, job: &Job) -> Result<Encoded> {
        let pieces = self.tokens.encode(&job.source, self.rules.unknown)?;
        let source = self.rules.source(&self.tokens, &pieces, &job.from, &job.to)?;
        Ok(Encoded { pieces, source })
    }

    /// The words of pieces.
    fn words(&self, pieces: &[u32]) -> Vec<TargetWord> {
        self.tokens.words(pieces, |id| self.rules.is_mark(id))
    }

    /// How to search, greedily (1) or with so many beams: as the model's makers and the options say.
    pub fn search(&self, beams: usize) -> beam::Rules {
        let own = self.options.limits.no_repeat_ngram;
        beam::Rules {
            beams,
            eos: self.rules.eos,
            never: self.rules.never.clone(),
            renormalise: self.rules.renormalise,
            no_repeat_ngram: if own > 0 { own } else { self.rules.no_repeat_ngram },
            limits: self.options.limits,
            early_stopping: self.rules.early_stopping,
            length_penalty: self.rules.length_penalty,
            forces_eos: self.rules.forces_eos,
            max_length: self.rules.max_length,
            given: 1,
        }
    }

    /// Runs the encoder over sources of unequal length.
    pub(super) fn encode(&mut self, sources: &[Vec<u32>]) -> Result<Run> {
        let longest = sources.iter().map(Vec::len).max().unwrap_or(0);
        let mut ids = Array2::from_elem((sources.len(), longest), i64::from(self.rules.pad));
        let mut mask = Array2::zeros((sources.len(), longest));
        for (row, source) in sources.iter().enumerate() {
            for (column, &id) in source.iter().enumerate() {
                ids[(row, column)] = i64::from(id);
                mask[(row, column)] = 1;
            }
        }
        let mut inputs: onnx::Inputs = Vec::new();
        self.encoder.bind(&mut inputs, "input_ids", Array::I64(ids.into_dyn()))?;
        self.encoder.bind(&mut inputs, "attention_mask", Array::I64(mask.clone().into_dyn()))?;
        self.decoder.begin(&mut self.encoder.run(inputs)?, Some(mask))
    }
}

impl Translator for Seq2Seq {
    fn translate(&mut self, jobs: &[Job]) -> Result<Vec<Translation>> {
        metrics::get().updates.with_label_values(&["mt"]).inc_by(jobs.len() as u64);
        let beams = self.options.beam.max(1);
        let encoded = jobs.iter().map(|job| self.encoded(job)).collect::<Result<Vec<Encoded>>>()?;
        let mut outputs = vec![Output::default(); jobs.len()];
        for with_beams in [false, true] {
            let of: Vec<usize> = (0..jobs.len()).filter(|i| (beams > 1 && jobs[*i].is_final) == with_beams).collect();
            if of.is_empty() {
                continue;
            }
            let mut sources = Vec::with_capacity(of.len());
            let mut begun = Vec::with_capacity(of.len());
            for (job, encoded) in of.iter().map(|i| (&jobs[*i], &encoded[*i])) {
                sources.push(encoded.source.clone());
                let draft = job.draft.get(job.forced.len()..).unwrap_or_default().to_vec();
                let (lang, exact) = (job.to.tag().to_owned(), job.is_final);
                begun.push(Begun { prefix: self.prefix(&job.to, &job.forced)?, draft, lang, exact });
            }
            let done = if with_beams {
                let prefixes: Vec<Vec<u32>> = begun.into_iter().map(|b| b.prefix).collect();
                let mut done = self.decode(&sources, &prefixes, &self.search(beams))?;
                self.look_again(&sources, &prefixes, &mut done)?;
                done
            } else {
                self.greedy(&sources, begun, &self.search(1))?
            };
            of.into_iter().zip(done).for_each(|(i, output)| outputs[i] = output);
        }
        let each = jobs.iter().zip(&encoded).zip(&outputs);
        each.map(|((job, encoded), output)| self.translation(job, encoded, output)).collect()
    }

    fn aligns(&self) -> bool {
        self.decoder.has_attention()
    }

    fn check(&self, from: &Lang, to: &Lang) -> Result<()> {
        self.rules.check(&self.tokens, from, to)
    }
}

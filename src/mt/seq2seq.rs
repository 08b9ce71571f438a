//! Turns text into another language with an encoder/decoder model of the M2M100 family (NLLB-200, M2M100, our starter).
//!
//! The rules are in `shared/reference/models.md` §3.2: source `[source language] pieces </s>`, target
//! `</s> [target language] pieces`, language tokens looked up by name. Greedy for drafts; beam search where asked.

use super::beam::{self, Beam};
use super::{Job, Options, TargetWord, Translation, Translator};
use crate::error::{Error, Result};
use crate::models::layout::need_file;
use crate::onnx::decoder::{Decoder, Run};
use crate::onnx::{self, Array, Graph};
use crate::text::Lang;
use ndarray::Array2;
use std::path::Path;
use tokenizers::Tokenizer;

/// Target pieces for so many source pieces: 1.5 times as many, and ten. Longer is a loop, not a translation.
const LENGTH_CAP: (f32, usize) = (1.5, 10);
/// Where a model doesn't say how long its texts may be: what NLLB and M2M100 were trained for, in pieces.
const LONGEST: usize = 512;

/// The backend.
pub struct Seq2Seq {
    encoder: Graph,
    decoder: Decoder,
    tokenizer: Tokenizer,
    eos: u32,
    pad: u32,
    beam: usize,
    /// Positions the model has, marks included; beyond them it fails.
    longest: usize,
}

/// The model's pieces of a finished translation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output {
    /// Without the language token and the end mark.
    pub tokens: Vec<u32>,
    /// Mean log-probability of a piece.
    pub log_p: f32,
}

impl Seq2Seq {
    /// Loads the encoder, the decoder and `tokenizer.json` of a folder.
    ///
    /// # Errors
    /// A missing-model error when a file isn't there or isn't what it should be.
    pub fn load(folder: &Path, options: Options) -> Result<Self> {
        let encoder = Graph::load(&need_file(folder, "encoder_model")?, options.compute)?;
        let decoder = Decoder::load(folder, options.compute)?;
        let file = folder.join("tokenizer.json");
        let tokenizer = Tokenizer::from_file(&file)
            .map_err(|e| Error::missing(format!("tokenizer {} can't be read: {e}", file.display())))?;
        let id = |token: &str| {
            let id = tokenizer.token_to_id(token);
            id.ok_or_else(|| Error::missing(format!("{} has no `{token}`", file.display())))
        };
        let (eos, pad) = (id("</s>")?, id("<pad>")?);
        let longest = positions(&folder.join("config.json")).unwrap_or(LONGEST).clamp(16, LONGEST);
        Ok(Self { encoder, decoder, tokenizer, eos, pad, beam: options.beam.max(1), longest })
    }

    fn language(&self, lang: &Lang) -> Result<u32> {
        let m2m = format!("__{}__", lang.primary());
        let id = self.tokenizer.token_to_id(lang.flores()).or_else(|| self.tokenizer.token_to_id(&m2m));
        id.ok_or_else(|| {
            Error::config(format!("the translation model doesn't know {} (`{lang}`)", lang.name()))
                .hint("choose another language or another model; `sottovoce models list` shows their languages")
        })
    }

    /// The encoder's input for a text.
    ///
    /// # Errors
    /// When the language is unknown or the text can't be encoded.
    pub fn source_ids(&self, text: &str, from: &Lang) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode(text, false);
        let encoding = encoding.map_err(|e| Error::failed(format!("the text can't be encoded: {e}")))?;
        let mut ids = vec![self.language(from)?];
        // The end of a monologue matters more than its beginning.
        let excess = encoding.len().saturating_sub(self.longest - 4);
        ids.extend_from_slice(&encoding.get_ids()[excess..]);
        ids.push(self.eos);
        Ok(ids)
    }

    /// How many pieces a target may have.
    fn length_cap(&self, source: usize, prefix: usize) -> usize {
        let usual = (source as f32 * LENGTH_CAP.0) as usize + LENGTH_CAP.1;
        usual.max(prefix + 4).min(self.longest - 2)
    }

    /// Runs the encoder over sources of unequal length.
    fn encode(&mut self, sources: &[Vec<u32>]) -> Result<Run> {
        let longest = sources.iter().map(Vec::len).max().unwrap_or(0);
        let mut ids = Array2::from_elem((sources.len(), longest), i64::from(self.pad));
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

    /// Translates greedily, all jobs in one batch. `prefixes`: language token and forced pieces of each job.
    ///
    /// # Errors
    /// When the model fails.
    pub fn greedy(&mut self, sources: &[Vec<u32>], prefixes: &[Vec<u32>]) -> Result<Vec<Output>> {
        let mut run = self.encode(sources)?;
        let caps: Vec<usize> = sources.iter().zip(prefixes).map(|(s, p)| self.length_cap(s.len(), p.len())).collect();
        let mut outputs = vec![Output::default(); sources.len()];
        let mut sums = vec![0.0; sources.len()];
        let mut rows: Vec<usize> = (0..sources.len()).collect();
        // What all prefixes share in length goes in at once, the rest of the longer ones token by token.
        let shared = prefixes.iter().map(Vec::len).min().unwrap_or(0);
        let mut next = Array2::from_shape_fn((rows.len(), shared + 1), |(row, i)| {
            i64::from(if i == 0 { self.eos } else { prefixes[row][i - 1] })
        });
        let mut position = shared;
        while !rows.is_empty() {
            let step = self.decoder.step(&mut run, &next)?;
            let mut open = Vec::new();
            for (row, logits) in step.last().outer_iter().map(|r| r.to_vec()).enumerate() {
                let logits = &logits;
                let job = rows[row];
                let (best, log_p) = best(logits, self.pad);
                let token = prefixes[job].get(position).copied().unwrap_or(best);
                sums[job] += if token == best { log_p } else { beam::log_softmax_at(logits, token) };
                if token != self.eos && position < caps[job] {
                    outputs[job].tokens.push(token);
                    open.push((row, token));
                } else {
                    outputs[job].log_p = sums[job] / (outputs[job].tokens.len() + 1) as f32;
                }
            }
            if open.len() < rows.len() && !open.is_empty() {
                run.select(&open.iter().map(|(row, _)| *row).collect::<Vec<_>>())?;
            }
            rows = open.iter().map(|(row, _)| rows[*row]).collect();
            next = Array2::from_shape_fn((rows.len(), 1), |(row, _)| i64::from(open[row].1));
            position += 1;
        }
        for (output, prefix) in outputs.iter_mut().zip(prefixes) {
            // The forced pieces that went in at once were not collected above; the language token never counts.
            let mut tokens = prefix[1.min(prefix.len())..shared].to_vec();
            tokens.append(&mut output.tokens);
            output.tokens = tokens;
        }
        Ok(outputs)
    }

    /// Translates one job with beam search.
    ///
    /// # Errors
    /// When the model fails.
    pub fn beam_search(&mut self, source: &[u32], prefix: &[u32], beams: usize) -> Result<Output> {
        let mut run = self.encode(&[source.to_vec()])?;
        run.select(&vec![0; beams])?;
        let start: Vec<u32> = std::iter::once(self.eos).chain(prefix.iter().copied()).collect();
        let cap = self.length_cap(source.len(), prefix.len());
        let mut search = Beam::new(beams, prefix.len(), self.eos, self.pad, cap);
        let mut next = Array2::from_shape_fn((beams, start.len()), |(_, i)| i64::from(start[i]));
        loop {
            let logits = self.decoder.step(&mut run, &next)?;
            let logits: Vec<Vec<f32>> = logits.last().outer_iter().map(|r| r.to_vec()).collect();
            let Some(step) = search.step(&logits) else { break };
            run.select(&step.rows)?;
            next = Array2::from_shape_fn((beams, 1), |(row, _)| i64::from(step.tokens[row]));
        }
        let (mut tokens, log_p) = search.best();
        tokens.splice(..0, prefix[1.min(prefix.len())..].iter().copied());
        Ok(Output { tokens, log_p })
    }

    /// The text of pieces.
    ///
    /// # Errors
    /// When they can't be decoded.
    pub fn text(&self, tokens: &[u32]) -> Result<String> {
        let text = self.tokenizer.decode(tokens, true);
        Ok(text.map_err(|e| Error::failed(format!("the translation can't be decoded: {e}")))?.trim().to_owned())
    }

    /// Splits pieces into words, where a piece begins one.
    fn words(&self, tokens: &[u32]) -> Result<Vec<TargetWord>> {
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for &token in tokens {
            let piece = self.tokenizer.id_to_token(token).unwrap_or_default();
            match groups.last_mut() {
                Some(group) if !piece.starts_with('\u{2581}') => group.push(token),
                _ => groups.push(vec![token]),
            }
        }
        let mut words: Vec<TargetWord> = Vec::new();
        for tokens in groups {
            let text = self.text(&tokens)?;
            match words.last_mut() {
                // A lone boundary mark belongs to what follows it.
                Some(last) if last.text.is_empty() => {
                    last.text = text;
                    last.tokens.extend(tokens);
                }
                _ => words.push(TargetWord { text, tokens }),
            }
        }
        words.retain(|w| !w.text.is_empty());
        Ok(words)
    }
}

impl Translator for Seq2Seq {
    fn translate(&mut self, jobs: &[Job]) -> Result<Vec<Translation>> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let mut sources = Vec::with_capacity(jobs.len());
        let mut prefixes = Vec::with_capacity(jobs.len());
        for job in jobs {
            sources.push(self.source_ids(&job.source, &job.from)?);
            let mut prefix = vec![self.language(&job.to)?];
            // Who is committed to more than fits gets nothing new.
            prefix.extend(job.forced.iter().take(self.longest - 8));
            prefixes.push(prefix);
        }
        let outputs = if self.beam > 1 {
            let pairs = sources.iter().zip(&prefixes);
            pairs.map(|(s, p)| self.beam_search(s, p, self.beam)).collect::<Result<Vec<_>>>()?
        } else {
            self.greedy(&sources, &prefixes)?
        };
        outputs.iter().map(|o| Ok(Translation { words: self.words(&o.tokens)?, p: o.log_p.exp() })).collect()
    }

    fn check(&self, from: &Lang, to: &Lang) -> Result<()> {
        self.language(from).and(self.language(to)).map(drop)
    }
}

/// `max_position_embeddings` of a `config.json`.
fn positions(config: &Path) -> Option<usize> {
    let config: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(config).ok()?).ok()?;
    config["max_position_embeddings"].as_u64().map(|n| n as usize)
}

/// The most probable token that may be written, and its log-probability.
fn best(logits: &[f32], pad: u32) -> (u32, f32) {
    let allowed = logits.iter().copied().enumerate().filter(|(i, l)| *i != pad as usize && !l.is_nan());
    let token = allowed.reduce(|a, b| if b.1 > a.1 { b } else { a }).map_or(pad, |(i, _)| i as u32);
    (token, beam::log_softmax_at(logits, token))
}

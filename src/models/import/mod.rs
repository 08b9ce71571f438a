//! Turns a folder of published model files into one that starts quicker, takes less memory and wastes less work:
//! `sottovoce models import DIR --as ID`.
//!
//! Whisper's encoder takes windows of any length (`short_window`); a decoder is one cached step, with the cross-attention
//! caches computed once (`step`); it tells what it looks at (`attention`); its output layer is a graph of its own (`head`);
//! large matrices are bytes (`quantise`); weights are in a file that is mapped. All of it is proved by running both
//! versions on the same input (`verify`). Other layouts are copied as they are.

mod attention;
mod head;
pub mod manifest;
mod quantise;
mod short_window;
mod step;
mod verify;

use super::layout::{Layout, find_file, need_file};
use crate::error::{Error, Result};
use crate::onnx::proto::Model;
use crate::onnx::weights::Weights;
use clap::ValueEnum;
use manifest::Manifest;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The number format of the prepared model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Large matrices as bytes, where the model isn't smaller than 32 bits already.
    #[default]
    Int8,
    /// As it is.
    Keep,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What the folder holds.
    pub layout: Layout,
    /// What was done, and how exact it is, a line each.
    pub lines: Vec<String>,
}

/// Imports the model in `source` as the folder `dest`, which appears whole or not at all. `say` hears of each step.
///
/// # Errors
/// When the folder holds no known model, something is missing or damaged, or the prepared model computes something else.
pub fn import(source: &Path, dest: &Path, precision: Precision, say: &mut dyn FnMut(&str)) -> Result<Report> {
    let layout = Layout::of(source)?;
    let failed = |e: std::io::Error| Error::failed(format!("{}: {e}", dest.display()));
    let name = dest.file_name().unwrap_or_default().to_string_lossy();
    let parent = dest.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(failed)?;
    let partial = Partial(parent.join(format!(".{name}.partial-{}", std::process::id())));
    std::fs::create_dir_all(&partial.0).map_err(failed)?;
    let lines = if layout.is_preparable() {
        prepare(source, &partial.0, layout, precision, say)?
    } else {
        say("copying");
        copy(source, &partial.0, |_| true)?;
        vec!["copied as it is".into()]
    };
    Manifest::write(&partial.0, source, layout, precision, &lines)?;
    if dest.exists() {
        std::fs::remove_dir_all(dest).map_err(failed)?;
    }
    std::fs::rename(&partial.0, dest).map_err(failed)?;
    Ok(Report { layout, lines })
}

/// A folder that is gone unless it was renamed.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // It may have become the real folder; then there is nothing to remove.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Prepares an encoder/decoder model.
fn prepare(
    source: &Path,
    dest: &Path,
    layout: Layout,
    precision: Precision,
    say: &mut dyn FnMut(&str),
) -> Result<Vec<String>> {
    copy(source, dest, |name| !name.contains(".onnx"))?;
    let mut lines = Vec::new();
    let mut weights = Weights::create(dest, "weights.bin")?;

    say("preparing the encoder");
    let mut encoder = Model::read(&need_file(source, "encoder_model")?)?;
    if layout == Layout::Whisper {
        short_window::shorten(&mut encoder, positions(source))?;
        lines.push("windows of any length up to 30 s".to_owned());
    }
    step::add_cross_caches(&mut encoder, source)?;
    let is_int8 = precision == Precision::Int8 && !quantise::is_quantised(&encoder) && !is_half(&encoder);
    if is_int8 {
        quantise::quantise(&mut encoder)?;
        lines.push("large matrices as 8-bit integers".to_owned());
    }
    weights.write(encoder, &dest.join("encoder_model.onnx"))?;

    say("preparing the decoder");
    let mut decoder = step::cached_step(source)?;
    if layout == Layout::Seq2Seq && attention::expose(&mut decoder) {
        lines.push("tells which words of the source a translation comes from".to_owned());
    }
    let head = head::split(&mut decoder)?;
    if is_int8 {
        quantise::quantise(&mut decoder)?;
    }
    if let Some(mut head) = head {
        if is_int8 {
            quantise::quantise(&mut head)?;
        }
        // Whisper's vocabulary is small, and any of its words may be said.
        let has_short = layout == Layout::Seq2Seq;
        head::write(head, dest, &mut weights, has_short)?;
        let over = if has_short { ", over a shortlist of words if there is one" } else { "" };
        lines.push(format!("the output layer runs where it is asked{over}"));
    }
    weights.write(decoder, &dest.join("decoder_model_prepared.onnx"))?;
    weights.finish()?;
    lines.push("one cached decoder; weights mapped, shared ones once".to_owned());

    say("comparing with the original");
    let verdict = verify::verify(source, dest, layout, is_int8)?;
    if !verdict.takes_several {
        step::take_one_token(&dest.join("decoder_model_prepared.onnx"))?;
    }
    lines.push(verdict.line);
    Ok(lines)
}

/// Whether a model's inputs or weights are 16-bit floats.
fn is_half(model: &Model) -> bool {
    model.graph().initializer.iter().any(|t| t.data_type == crate::onnx::proto::ty::FLOAT16)
}

/// Positions of the encoder: `max_source_positions` of `config.json`, else Whisper's 1500.
fn positions(folder: &Path) -> i64 {
    config(folder)["max_source_positions"].as_i64().unwrap_or(1_500)
}

/// `config.json` of a folder; nothing where there is none.
fn config(folder: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join("config.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Copies the files of a model (or the one that it is), those of its folders too.
fn copy(source: &Path, dest: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    let failed = |path: &Path, e: std::io::Error| Error::failed(format!("{}: {e}", path.display()));
    if source.is_file() {
        let name = source.file_name().unwrap_or_default();
        return std::fs::copy(source, dest.join(name)).map(drop).map_err(|e| failed(source, e));
    }
    for entry in std::fs::read_dir(source).map_err(|e| failed(source, e))? {
        let entry = entry.map_err(|e| failed(source, e))?;
        let (path, name) = (entry.path(), entry.file_name());
        let to = dest.join(&name);
        // A recogniser of several languages has a folder for each.
        let belongs = name == "onnx" || name == "voices" || path.join("tokens.txt").is_file();
        if path.is_dir() && belongs {
            std::fs::create_dir_all(&to).map_err(|e| failed(&to, e))?;
            copy(&path, &to, &wanted as &dyn Fn(&str) -> bool)?;
            // Nothing was wanted of it.
            let _ = std::fs::remove_dir(&to);
        } else if path.is_file() && wanted(&name.to_string_lossy()) {
            std::fs::copy(&path, &to).map_err(|e| failed(&path, e))?;
        }
    }
    Ok(())
}

/// Whether the folder has a decoder of its own, in any layout.
pub(super) fn original_decoder(folder: &Path) -> Option<PathBuf> {
    find_file(folder, "decoder_model_merged").or_else(|| find_file(folder, "decoder_model"))
}

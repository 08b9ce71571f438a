//! Reads Kokoro's voices: a table of styles each, one row per number of phonemes.
//!
//! Published as `voices/NAME.bin` (raw little-endian f32, `[510, 1, 256]`), or all in one npz, `voices-v1.0.bin`.

use crate::error::{Error, Result};
use ndarray::ArrayD;
use ndarray_npy::NpzReader;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Numbers of one style.
pub const STYLE: usize = 256;

/// The voices by name.
pub type Styles = BTreeMap<String, Style>;

/// One voice, `[rows, STYLE]`.
#[derive(Debug, Clone)]
pub struct Style(Arc<[f32]>);

impl Style {
    fn new(values: Vec<f32>) -> Option<Self> {
        (!values.is_empty() && values.len().is_multiple_of(STYLE)).then(|| Self(values.into()))
    }

    /// The style for so many phonemes: row n - 1, or the last.
    pub fn row(&self, phonemes: usize) -> &[f32] {
        let rows = self.0.len() / STYLE;
        let row = phonemes.clamp(1, rows) - 1;
        &self.0[row * STYLE..][..STYLE]
    }
}

/// The voices of a model's folder.
///
/// # Errors
/// A missing-model error that names the file.
pub fn read(folder: &Path) -> Result<Styles> {
    let mut styles = Styles::new();
    for path in files(&folder.join("voices")) {
        let Some(name) = path.file_stem().map(|n| n.to_string_lossy().into_owned()) else { continue };
        let bytes = std::fs::read(&path).map_err(|e| broken(&path, &e.to_string()))?;
        let values: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let style = Style::new(values).filter(|_| bytes.len().is_multiple_of(4));
        styles.insert(name, style.ok_or_else(|| broken(&path, "its size is not that of a table of styles"))?);
    }
    for path in files(folder) {
        let bytes = std::fs::read(&path).map_err(|e| broken(&path, &e.to_string()))?;
        styles.extend(unpack(bytes).map_err(|e| broken(&path, &e))?);
    }
    match styles.is_empty() {
        true => Err(Error::missing(format!(
            "Kokoro's voices are not there: {}/voices/*.bin or voices-*.bin",
            folder.display()
        ))
        .hint("they are published beside the model; fetch both")),
        false => Ok(styles),
    }
}

/// All `.bin` files of a folder, in the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|f| f.path());
    let mut files: Vec<PathBuf> = files.filter(|p| p.extension().is_some_and(|e| e == "bin")).collect();
    files.sort();
    files
}

/// The voices of an npz.
fn unpack(bytes: Vec<u8>) -> std::result::Result<Styles, String> {
    if !bytes.starts_with(b"PK") {
        return Err("it is no npz; sherpa-onnx's own voices.bin is not supported".into());
    }
    let mut npz = NpzReader::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let mut styles = Styles::new();
    for name in npz.names().map_err(|e| e.to_string())? {
        let table: ArrayD<f32> = npz.by_name(&name).map_err(|e| format!("{name}: {e}"))?;
        let style = Style::new(table.iter().copied().collect());
        styles.insert(name.clone(), style.ok_or_else(|| format!("{name} is not a table of styles"))?);
    }
    Ok(styles)
}

fn broken(path: &Path, why: &str) -> Error {
    Error::missing(format!("voice file {}: {why}", path.display())).hint("it may be damaged: fetch it again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_of_phonemes_has_its_row() {
        let style = Style::new((0..3 * STYLE).map(|i| (i / STYLE) as f32).collect()).expect("a table");
        assert_eq!([0, 1, 3, 9].map(|n| style.row(n)[0]), [0.0, 0.0, 2.0, 2.0]);
        assert!(Style::new(vec![0.0; STYLE + 1]).is_none());
    }
}

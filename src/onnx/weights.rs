//! Turns the weights of one or several graphs into one file that ONNX Runtime maps: what two graphs share is in it once.
//!
//! A mapped table of which a few rows are read (an embedding) costs a few pages of memory, not its size.

use super::proto::Model;
use crate::error::{Error, Result};
use onnx_protobuf::tensor_proto::DataLocation;
use onnx_protobuf::{GraphProto, StringStringEntryProto, TensorProto};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Smaller tensors stay in the graph, where shape inference can see them. Bytes.
const INLINE: usize = 1 << 12;
/// Where a tensor may begin: a page, so that mapping it maps nothing else. Bytes.
const PAGE: u64 = 1 << 12;

/// A weights file being written.
pub struct Weights {
    name: String,
    path: PathBuf,
    file: BufWriter<File>,
    at: u64,
    /// Where what is.
    known: HashMap<[u8; 32], u64>,
}

impl Weights {
    /// Begins a file of this name.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn create(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|e| failed(&path, &e))?;
        let file = BufWriter::with_capacity(1 << 20, file);
        Ok(Self { name: name.into(), path, file, at: 0, known: HashMap::new() })
    }

    /// Moves a model's weights here and writes the rest of it to `path`.
    ///
    /// # Errors
    /// When weights are missing or something can't be written.
    pub fn write(&mut self, mut model: Model, path: &Path) -> Result<()> {
        let folder = model.folder.clone();
        self.take(model.graph_mut(), &folder)?;
        model.write(path)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(mut self) -> Result<()> {
        self.file.flush().and_then(|()| self.file.get_ref().sync_all()).map_err(|e| failed(&self.path, &e))
    }

    fn take(&mut self, graph: &mut GraphProto, folder: &Path) -> Result<()> {
        for tensor in &mut graph.initializer {
            self.take_tensor(tensor, folder)?;
        }
        for attribute in graph.node.iter_mut().flat_map(|n| n.attribute.iter_mut()) {
            if let Some(tensor) = attribute.t.as_mut() {
                // ONNX Runtime wants the values of Constant nodes in the graph itself.
                inline(tensor, folder)?;
            }
            if let Some(graph) = attribute.g.as_mut() {
                self.take(graph, folder)?;
            }
        }
        Ok(())
    }

    fn take_tensor(&mut self, tensor: &mut TensorProto, folder: &Path) -> Result<()> {
        if !tensor.string_data.is_empty() {
            return Ok(());
        }
        let bytes = bytes(tensor, folder)?;
        if bytes.len() < INLINE {
            return inline(tensor, folder);
        }
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        let offset = match self.known.get(&hash) {
            Some(&offset) => offset,
            None => {
                let offset = self.at.next_multiple_of(PAGE);
                let write = self.file.write_all(&vec![0; (offset - self.at) as usize]);
                write.and_then(|()| self.file.write_all(&bytes)).map_err(|e| failed(&self.path, &e))?;
                self.at = offset + bytes.len() as u64;
                self.known.insert(hash, offset);
                offset
            }
        };
        let entry = |key: &str, value: String| StringStringEntryProto { key: key.into(), value, ..Default::default() };
        let (name, data_type, dims) = (tensor.name.clone(), tensor.data_type, tensor.dims.clone());
        let external_data = vec![
            entry("location", self.name.clone()),
            entry("offset", offset.to_string()),
            entry("length", bytes.len().to_string()),
        ];
        let data_location = DataLocation::EXTERNAL.into();
        *tensor = TensorProto { name, data_type, dims, external_data, data_location, ..Default::default() };
        Ok(())
    }
}

fn failed(path: &Path, e: &std::io::Error) -> Error {
    Error::failed(format!("{}: {e}", path.display()))
}

/// Puts a tensor's bytes into itself, if they are elsewhere.
///
/// # Errors
/// As [`bytes()`].
pub fn inline(tensor: &mut TensorProto, folder: &Path) -> Result<()> {
    if tensor.external_data.is_empty() {
        return Ok(());
    }
    tensor.raw_data = bytes(tensor, folder)?;
    tensor.external_data.clear();
    tensor.data_location = DataLocation::DEFAULT.into();
    Ok(())
}

/// A tensor's bytes (little-endian), from itself or from its external file in `folder`.
///
/// # Errors
/// When that file is missing or too short.
pub fn bytes(tensor: &TensorProto, folder: &Path) -> Result<Vec<u8>> {
    if tensor.external_data.is_empty() {
        return Ok(own_bytes(tensor));
    }
    let of = |key: &str| tensor.external_data.iter().find(|e| e.key == key).map(|e| e.value.as_str());
    let location = of("location").unwrap_or_default();
    // A model must not read files elsewhere.
    if location.is_empty() || Path::new(location).components().any(|c| !matches!(c, std::path::Component::Normal(_))) {
        return Err(Error::missing(format!("weights of {} are said to be in `{location}`", tensor.name)));
    }
    let path = folder.join(location);
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(&path)?;
        let whole = file.metadata()?.len();
        let offset = of("offset").and_then(|o| o.parse().ok()).unwrap_or(0);
        let length = of("length").and_then(|l| l.parse().ok()).unwrap_or(whole.saturating_sub(offset));
        if offset.checked_add(length).is_none_or(|end| end > whole) {
            return Err(std::io::Error::other("it is too short"));
        }
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; length as usize];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|e| {
        Error::missing(format!("weights file {}: {e}", path.display())).hint("fetch the model again, whole")
    })
}

/// What is in the tensor itself: raw, or in the field of its type.
fn own_bytes(tensor: &TensorProto) -> Vec<u8> {
    use super::proto::ty;
    if !tensor.raw_data.is_empty() {
        return tensor.raw_data.clone();
    }
    let ints = || tensor.int32_data.iter();
    match tensor.data_type {
        ty::FLOAT => tensor.float_data.iter().flat_map(|v| v.to_le_bytes()).collect(),
        ty::INT64 => tensor.int64_data.iter().flat_map(|v| v.to_le_bytes()).collect(),
        ty::INT32 => ints().flat_map(|v| v.to_le_bytes()).collect(),
        // onnx.proto: 16-bit values are in the low half of an int32 each, and so are bytes.
        ty::FLOAT16 => ints().flat_map(|v| (*v as u16).to_le_bytes()).collect(),
        _ => ints().map(|v| *v as u8).collect(),
    }
}

//! Turns model files into graphs that can be rewritten, and back: reading, finding, cutting, pruning.
//!
//! What `models import` does to a model is in `models::import`; here are only the moves. Weights leave the graph and go
//! to a file of their own ([`weights`](super::weights)), from which ONNX Runtime maps them.

use crate::error::{Error, Result};
use onnx_protobuf::{AttributeProto, GraphProto, Message, ModelProto, NodeProto, TensorProto, ValueInfoProto};
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

/// ONNX's numbers for element types (onnx.proto, `TensorProto.DataType`).
pub mod ty {
    /// 32-bit float.
    pub const FLOAT: i32 = 1;
    /// Signed byte.
    pub const INT8: i32 = 3;
    /// 32-bit integer.
    pub const INT32: i32 = 6;
    /// 8-bit unsigned integer.
    pub const UINT8: i32 = 2;
    /// 64-bit integer.
    pub const INT64: i32 = 7;
    /// 16-bit float.
    pub const FLOAT16: i32 = 10;
}

/// A model file, parsed.
pub struct Model {
    /// All of it.
    pub proto: ModelProto,
    /// Where its external weights are.
    pub folder: PathBuf,
}

impl Model {
    /// Reads a model file; external weights stay where they are until asked for.
    ///
    /// # Errors
    /// A missing-model error when the file can't be read or is no model.
    pub fn read(path: &Path) -> Result<Self> {
        let bad = |what: String| Error::missing(format!("{}: {what}", path.display()));
        let file = std::fs::File::open(path).map_err(|e| bad(e.to_string()))?;
        let mut reader = std::io::BufReader::with_capacity(1 << 20, file);
        let mut proto =
            ModelProto::parse_from_reader(&mut reader).map_err(|e| bad(format!("not a model file ({e})")))?;
        if proto.graph.as_ref().is_none_or(|g| g.node.is_empty()) {
            return Err(bad("not a model file (it has no graph)".into()));
        }
        // Names of nodes may repeat when graphs are joined; they mean nothing.
        proto.graph.mut_or_insert_default().node.iter_mut().for_each(|n| n.name.clear());
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(Self { proto, folder })
    }

    /// Writes it to a file, without touching external weights.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let failed = |e: &dyn std::fmt::Display| Error::failed(format!("{}: {e}", path.display()));
        let mut out = std::io::BufWriter::new(std::fs::File::create(path).map_err(|e| failed(&e))?);
        self.proto.write_to_writer(&mut out).map_err(|e| failed(&e))?;
        out.flush().map_err(|e| failed(&e))
    }

    /// The version of ONNX's own operators that it uses.
    pub fn opset(&self) -> Option<i64> {
        self.proto.opset_import.iter().find(|o| o.domain.is_empty()).map(|o| o.version)
    }

    /// The graph.
    pub fn graph(&self) -> &GraphProto {
        self.proto.graph.get_or_default()
    }

    /// The graph, to be changed.
    pub fn graph_mut(&mut self) -> &mut GraphProto {
        self.proto.graph.mut_or_insert_default()
    }

    /// A tensor's bytes (little-endian), wherever they are.
    ///
    /// # Errors
    /// When its external file is missing or too short.
    pub fn bytes(&self, tensor: &TensorProto) -> Result<Vec<u8>> {
        super::weights::bytes(tensor, &self.folder)
    }

    /// A tensor's numbers.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), or when it holds none.
    pub fn floats(&self, tensor: &TensorProto) -> Result<Vec<f32>> {
        let bytes = self.bytes(tensor)?;
        match tensor.data_type {
            ty::FLOAT => Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
            other => Err(Error::failed(format!("tensor {} holds type {other}, not numbers", tensor.name))),
        }
    }
}

/// Finds things in a graph: who makes a value, which constant a name stands for.
pub struct Index<'a> {
    makers: HashMap<&'a str, &'a NodeProto>,
    initializers: HashMap<&'a str, &'a TensorProto>,
}

impl<'a> Index<'a> {
    /// Of this graph.
    pub fn new(graph: &'a GraphProto) -> Self {
        let makers = graph.node.iter().flat_map(|n| n.output.iter().map(move |o| (o.as_str(), n))).collect();
        let initializers = graph.initializer.iter().map(|t| (t.name.as_str(), t)).collect();
        Self { makers, initializers }
    }

    /// The node that makes a value.
    pub fn maker(&self, value: &str) -> Option<&'a NodeProto> {
        self.makers.get(value).copied()
    }

    /// The constant of this name: an initializer, or what a Constant node holds.
    pub fn constant(&self, value: &str) -> Option<&'a TensorProto> {
        self.initializers.get(value).copied().or_else(|| {
            let node = self.maker(value).filter(|n| n.op_type == "Constant")?;
            node.attribute.iter().find(|a| a.name == "value").and_then(|a| a.t.as_ref())
        })
    }

    /// The integers of a small constant.
    pub fn integers(&self, value: &str) -> Option<Vec<i64>> {
        let tensor = self.constant(value).filter(|t| t.data_type == ty::INT64)?;
        let bytes = super::weights::bytes(tensor, Path::new("")).ok()?;
        Some(bytes.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap_or_default())).collect())
    }
}

/// A node.
pub fn node(op: &str, inputs: &[&str], outputs: &[&str]) -> NodeProto {
    let owned = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect();
    NodeProto { op_type: op.to_owned(), input: owned(inputs), output: owned(outputs), ..Default::default() }
}

/// An integer attribute.
pub fn int_attribute(name: &str, value: i64) -> AttributeProto {
    let kind = onnx_protobuf::attribute_proto::AttributeType::INT;
    AttributeProto { name: name.into(), i: value, type_: kind.into(), ..Default::default() }
}

/// An attribute of integers.
pub fn ints_attribute(name: &str, values: &[i64]) -> AttributeProto {
    let kind = onnx_protobuf::attribute_proto::AttributeType::INTS;
    AttributeProto { name: name.into(), ints: values.to_vec(), type_: kind.into(), ..Default::default() }
}

/// A constant.
pub fn tensor(name: &str, data_type: i32, dims: &[i64], bytes: Vec<u8>) -> TensorProto {
    TensorProto { name: name.into(), data_type, dims: dims.to_vec(), raw_data: bytes, ..Default::default() }
}

/// A constant list of integers.
pub fn integers(name: &str, values: &[i64]) -> TensorProto {
    let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    tensor(name, ty::INT64, &[values.len() as i64], bytes)
}

/// A declared input or output; an axis without a number is of any length.
pub fn declared(name: &str, data_type: i32, dims: &[Option<i64>]) -> ValueInfoProto {
    use onnx_protobuf::tensor_shape_proto::{Dimension, dimension::Value};
    let mut value = ValueInfoProto { name: name.into(), ..Default::default() };
    let tensor = value.type_.mut_or_insert_default().mut_tensor_type();
    tensor.elem_type = data_type;
    let dim = |d: &Option<i64>| Dimension { value: d.map(Value::DimValue), ..Default::default() };
    tensor.shape.mut_or_insert_default().dim = dims.iter().map(dim).collect();
    value
}

/// Replaces an `If` that decides about the whole graph by one of its branches, as if `condition` were constant.
/// Says whether there was one.
pub fn take_branch(graph: &mut GraphProto, condition: &str, take: bool) -> bool {
    let Some(at) = graph.node.iter().position(|n| n.op_type == "If" && n.input.iter().any(|i| i == condition)) else {
        return false;
    };
    let mut decision = graph.node.remove(at);
    let name = if take { "then_branch" } else { "else_branch" };
    let Some(mut branch) = decision.attribute.iter_mut().find(|a| a.name == name).and_then(|a| a.g.take()) else {
        return false;
    };
    branch.node.iter_mut().for_each(|n| n.name.clear());
    graph.initializer.append(&mut branch.initializer);
    let outputs = branch.output.iter().zip(&decision.output).filter(|(inner, outer)| inner.name != **outer);
    let named = outputs.map(|(inner, outer)| node("Identity", &[&inner.name], &[outer]));
    let nodes: Vec<NodeProto> = branch.node.into_iter().chain(named).collect();
    graph.node.splice(at..at, nodes);
    graph.input.retain(|i| i.name != condition);
    true
}

/// Keeps what these outputs need, and nothing else; inputs that nothing reads go, too.
pub fn prune(graph: &mut GraphProto, keep: impl Fn(&ValueInfoProto) -> bool) {
    graph.output.retain(|o| keep(o));
    let mut needed: HashSet<String> = graph.output.iter().map(|o| o.name.clone()).collect();
    // Nodes are in topological order, so that one pass from the end finds all.
    let mut kept: Vec<NodeProto> = Vec::new();
    for n in std::mem::take(&mut graph.node).into_iter().rev() {
        if n.output.iter().any(|o| needed.contains(o)) {
            needed.extend(n.input.iter().cloned());
            n.attribute.iter().filter_map(|a| a.g.as_ref()).for_each(|g| reads_of(g, &mut needed));
            kept.push(n);
        }
    }
    kept.reverse();
    graph.node = kept;
    graph.initializer.retain(|t| needed.contains(&t.name));
    graph.input.retain(|i| needed.contains(&i.name));
    // Shapes of values between are hints only, and stale ones are refused.
    graph.value_info.clear();
}

/// All values that a graph inside a node reads, its own included.
fn reads_of(graph: &GraphProto, into: &mut HashSet<String>) {
    for n in &graph.node {
        into.extend(n.input.iter().cloned());
        n.attribute.iter().filter_map(|a| a.g.as_ref()).for_each(|g| reads_of(g, into));
    }
    into.extend(graph.output.iter().map(|o| o.name.clone()));
}

/// Reads another value wherever this one is read.
pub fn reroute(graph: &mut GraphProto, from: &str, to: &str) {
    let names = graph.node.iter_mut().flat_map(|n| n.input.iter_mut());
    names.filter(|i| *i == from).for_each(|i| to.clone_into(i));
}

/// Puts a prefix before every name that the graph makes itself, so that it can be joined to another.
pub fn rename_inner(graph: &mut GraphProto, prefix: &str) {
    let mut own: HashSet<String> = graph.node.iter().flat_map(|n| n.output.iter().cloned()).collect();
    own.extend(graph.initializer.iter().map(|t| t.name.clone()));
    own.remove("");
    let rename = |name: &mut String| {
        if own.contains(name.as_str()) {
            name.insert_str(0, prefix);
        }
    };
    for n in &mut graph.node {
        n.input.iter_mut().chain(n.output.iter_mut()).for_each(rename);
    }
    graph.initializer.iter_mut().for_each(|t| rename(&mut t.name));
    graph.output.iter_mut().for_each(|o| rename(&mut o.name));
}

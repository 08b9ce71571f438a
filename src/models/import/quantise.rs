//! Turns a model's large matrices into signed bytes: a quarter of the memory, and the faster arithmetic.
//!
//! Weights are symmetric with a scale per output column. Activations become unsigned bytes around 128 at run time, with a
//! scale for each *row*: a token then comes out the same whatever else is in the pass, so that a draft is verified exactly
//! and a batch changes nothing. ONNX Runtime's own tool takes one scale for the whole tensor (`DynamicQuantizeLinear`),
//! which rounds a token differently in other company; a scale per row costs 2 to 7 % more time at 1024 columns and a third
//! at 192 (one thread, AVX2, 1 to 24 rows). Embeddings have a scale per row. Convolutions, norms and biases stay as they are.

use crate::error::Result;
use crate::onnx::proto::{Index, Model, int_attribute, integers, ints_attribute, node, prune, tensor, ty};
use onnx_protobuf::{GraphProto, NodeProto, TensorProto};
use std::collections::{HashMap, HashSet};

/// Constants that all activations share: the byte that means zero, 1/127, the least scale, one, the last axis.
const ZERO: &str = "bytes/zero";
const STEP: &str = "bytes/step";
const LEAST: &str = "bytes/least";
const ONE: &str = "bytes/one";
const AXIS: &str = "bytes/axis";
/// Smaller tables (positions, a few languages) stay as they are. Elements.
const SMALL_TABLE: i64 = 1 << 16;

/// The greatest weight in bytes. Before AVX-512 VNNI, x86 adds two products in 16 bits, which overflow with more than 7
/// bits (ONNX Runtime's `reduce_range`, for the same reason).
fn greatest() -> f32 {
    #[cfg(target_arch = "x86_64")]
    if !is_x86_feature_detected!("avx512vnni") && !is_x86_feature_detected!("avxvnni") {
        return 64.0;
    }
    127.0
}

/// Whether a model is of bytes already.
pub fn is_quantised(model: &Model) -> bool {
    let is_integer = |n: &NodeProto| {
        matches!(n.op_type.as_str(), "MatMulInteger" | "DynamicQuantizeMatMul" | "DequantizeLinear" | "MatMulNBits")
    };
    fn any(graph: &GraphProto, is: &dyn Fn(&NodeProto) -> bool) -> bool {
        graph.node.iter().any(|n| is(n) || n.attribute.iter().filter_map(|a| a.g.as_ref()).any(|g| any(g, is)))
    }
    any(model.graph(), &is_integer)
}

/// Quantises all matrices and tables of 32-bit floats that a graph multiplies by or looks up in.
///
/// # Errors
/// When weights are missing.
pub fn quantise(model: &mut Model) -> Result<()> {
    let mut work = Work { reduces_by_input: model.opset() >= Some(18), ..Work::default() };
    let nodes = std::mem::take(&mut model.graph_mut().node);
    // The index needs the nodes to find constants; they are put back as they are replaced.
    model.graph_mut().node.clone_from(&nodes);
    let index = Index::new(model.graph());
    let mut rewritten = Vec::with_capacity(nodes.len() * 2);
    for n in nodes {
        let matrix = (n.op_type == "MatMul").then(|| matrix_of(&index, &n)).flatten();
        let table = (n.op_type == "Gather").then(|| table_of(&index, &n)).flatten();
        if let Some((weights, is_transposed)) = matrix {
            work.matrix(model, weights, is_transposed)?;
            work.multiply(&n, &weight_name(&weights.name, is_transposed), &mut rewritten);
        } else if let Some(table) = table {
            work.table(model, table)?;
            look_up(&n, &table.name, &mut rewritten);
        } else {
            rewritten.push(n);
        }
    }
    let graph = model.graph_mut();
    graph.node = rewritten;
    graph.initializer.append(&mut work.constants);
    // What nothing reads any more goes.
    prune(graph, |_| true);
    Ok(())
}

fn weight_name(name: &str, is_transposed: bool) -> String {
    if is_transposed { format!("{name}/transposed") } else { name.to_owned() }
}

/// The constant matrix that a node multiplies by, and whether a `Transpose` stands between.
fn matrix_of<'a>(index: &Index<'a>, n: &NodeProto) -> Option<(&'a TensorProto, bool)> {
    let is_matrix = |t: &&TensorProto| t.data_type == ty::FLOAT && t.dims.len() == 2;
    let weights = n.input.get(1)?;
    if let Some(constant) = index.constant(weights).filter(is_matrix) {
        return Some((constant, false));
    }
    let transpose = index.maker(weights).filter(|m| m.op_type == "Transpose")?;
    Some((index.constant(transpose.input.first()?).filter(is_matrix)?, true))
}

fn table_of<'a>(index: &Index<'a>, n: &NodeProto) -> Option<&'a TensorProto> {
    let is_by_rows = n.attribute.iter().all(|a| a.name != "axis" || a.i == 0);
    let table = index.constant(n.input.first()?).filter(|t| t.data_type == ty::FLOAT && t.dims.len() == 2)?;
    (is_by_rows && table.dims.iter().product::<i64>() >= SMALL_TABLE).then_some(table)
}

/// What has been made so far.
#[derive(Default)]
struct Work {
    constants: Vec<TensorProto>,
    done: HashSet<String>,
    /// Activations that are bytes already: their names and those of their bytes.
    bytes_of: HashMap<String, String>,
    /// `ReduceMax` takes its axes as an input (operator set 18 and later), not as an attribute.
    reduces_by_input: bool,
}

impl Work {
    /// Makes `NAME/int8` `[K, N]` and `NAME/scale` `[N]`.
    fn matrix(&mut self, model: &Model, weights: &TensorProto, is_transposed: bool) -> Result<()> {
        let name = weight_name(&weights.name, is_transposed);
        if !self.done.insert(name.clone()) {
            return Ok(());
        }
        let values = model.floats(weights)?;
        let (rows, columns) = (weights.dims[0] as usize, weights.dims[1] as usize);
        let (bytes, scales) = match is_transposed {
            true => {
                let (bytes, scales) = by_rows(&values, columns);
                (transposed(&bytes, columns, 1), scales)
            }
            false => by_columns(&values, columns),
        };
        let dims = if is_transposed { [columns, rows] } else { [rows, columns] };
        self.constants.push(tensor(&format!("{name}/int8"), ty::INT8, &dims.map(|d| d as i64), bytes));
        self.constants.push(floats(&format!("{name}/scale"), &scales));
        Ok(())
    }

    /// Makes `NAME/rows` `[V, E]` and `NAME/row_scale` `[V, 1]`.
    fn table(&mut self, model: &Model, table: &TensorProto) -> Result<()> {
        let name = &table.name;
        if !self.done.insert(format!("{name}/rows")) {
            return Ok(());
        }
        let values = model.floats(table)?;
        let (bytes, scales) = by_rows(&values, table.dims[1].max(1) as usize);
        self.constants.push(tensor(&format!("{name}/rows"), ty::INT8, &table.dims, bytes));
        let column =
            TensorProto { dims: vec![scales.len() as i64, 1], ..floats(&format!("{name}/row_scale"), &scales) };
        self.constants.push(column);
        Ok(())
    }

    /// `MatMul(x, W)` in bytes.
    fn multiply(&mut self, n: &NodeProto, weights: &str, out: &mut Vec<NodeProto>) {
        let (x, y) = (&n.input[0], &n.output[0]);
        let bytes = match self.bytes_of.get(x) {
            Some(bytes) => bytes.clone(),
            None => self.to_bytes(x, out),
        };
        let [sum, float, scaled] = ["sum", "float", "scaled"].map(|part| format!("{y}/{part}"));
        out.push(node("MatMulInteger", &[&bytes, &format!("{weights}/int8"), ZERO], &[&sum]));
        let mut cast = node("Cast", &[&sum], &[&float]);
        cast.attribute.push(int_attribute("to", i64::from(ty::FLOAT)));
        out.push(cast);
        out.push(node("Mul", &[&float, &format!("{weights}/scale")], &[&scaled]));
        out.push(node("Mul", &[&scaled, &format!("{bytes}_scale")], &[y]));
    }

    /// An activation as bytes, each row (its last axis) by its greatest value; -> their name, and `NAME_scale` `[.., 1]`.
    fn to_bytes(&mut self, x: &str, out: &mut Vec<NodeProto>) -> String {
        if self.done.insert(ZERO.to_owned()) {
            self.constants.push(tensor(ZERO, ty::UINT8, &[], vec![128]));
            let constants = [(STEP, 1.0 / 127.0), (LEAST, 1e-9), (ONE, 1.0)];
            self.constants.extend(constants.map(|(name, v)| TensorProto { dims: Vec::new(), ..floats(name, &[v]) }));
            if self.reduces_by_input {
                self.constants.push(integers(AXIS, &[-1]));
            }
        }
        let bytes = format!("{x}/bytes");
        let [size, most, step, scale, even] = ["size", "most", "step", "scale", "even"].map(|s| format!("{bytes}_{s}"));
        out.push(node("Abs", &[x], &[&size]));
        let mut greatest = node("ReduceMax", &[&size], &[&most]);
        if self.reduces_by_input {
            greatest.input.push(AXIS.to_owned());
        } else {
            greatest.attribute.push(ints_attribute("axes", &[-1]));
        }
        out.push(greatest);
        out.push(node("Mul", &[&most, STEP], &[&step]));
        // A row of zeros has no scale of its own.
        out.push(node("Max", &[&step, LEAST], &[&scale]));
        out.push(node("Div", &[x, &scale], &[&even]));
        out.push(node("QuantizeLinear", &[&even, ONE, ZERO], &[&bytes]));
        self.bytes_of.insert(x.to_owned(), bytes.clone());
        bytes
    }
}

/// `Gather(table, ids)` in bytes.
fn look_up(n: &NodeProto, table: &str, out: &mut Vec<NodeProto>) {
    let (ids, y) = (&n.input[1], &n.output[0]);
    let [row, float, scale] = ["row", "float", "scale"].map(|part| format!("{y}/{part}"));
    out.push(node("Gather", &[&format!("{table}/rows"), ids], &[&row]));
    let mut cast = node("Cast", &[&row], &[&float]);
    cast.attribute.push(int_attribute("to", i64::from(ty::FLOAT)));
    out.push(cast);
    // `[V, 1]`, so that a row's scale comes as `[.., 1]` and no operator of changing signature is needed.
    out.push(node("Gather", &[&format!("{table}/row_scale"), ids], &[&scale]));
    out.push(node("Mul", &[&float, &scale], &[y]));
}

/// Bytes with a scale for each row.
fn by_rows(values: &[f32], width: usize) -> (Vec<u8>, Vec<f32>) {
    let rows = values.chunks(width.max(1));
    let scales: Vec<f32> = rows.clone().map(|r| scale(r.iter().fold(0.0, |m: f32, v| m.max(v.abs())))).collect();
    let bytes = rows.zip(&scales).flat_map(|(row, s)| row.iter().map(|v| to_byte(*v, *s))).collect();
    (bytes, scales)
}

/// Bytes with a scale for each column.
fn by_columns(values: &[f32], width: usize) -> (Vec<u8>, Vec<f32>) {
    let rows = values.chunks(width.max(1));
    let mut most = vec![0f32; width];
    rows.clone().for_each(|row| most.iter_mut().zip(row).for_each(|(m, v)| *m = m.max(v.abs())));
    let scales: Vec<f32> = most.into_iter().map(scale).collect();
    let bytes = rows.flat_map(|row| row.iter().zip(&scales).map(|(v, s)| to_byte(*v, *s))).collect();
    (bytes, scales)
}

/// Rows of so many elements, each of so many bytes, as columns. In blocks: a vocabulary of rows would miss the cache at
/// every element.
pub(super) fn transposed(bytes: &[u8], width: usize, size: usize) -> Vec<u8> {
    const BLOCK: usize = 64;
    let height = bytes.len() / (width * size).max(1);
    let mut out = vec![0; bytes.len()];
    for top in (0..height).step_by(BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            for row in top..height.min(top + BLOCK) {
                for column in left..width.min(left + BLOCK) {
                    let (from, to) = ((row * width + column) * size, (column * height + row) * size);
                    out[to..to + size].copy_from_slice(&bytes[from..from + size]);
                }
            }
        }
    }
    out
}

/// A step of this much brings the greatest value to the greatest byte.
fn scale(most: f32) -> f32 {
    if most > 0.0 { most / greatest() } else { 1.0 }
}

fn to_byte(value: f32, scale: f32) -> u8 {
    (value / scale).round().clamp(-127.0, 127.0) as i8 as u8
}

fn floats(name: &str, values: &[f32]) -> TensorProto {
    let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    tensor(name, ty::FLOAT, &[values.len() as i64], bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_or_column_has_its_own_scale() {
        let values = [1.0, -2.0, 0.5, 100.0, 0.0, -50.0];
        let back = |byte: u8, scale: f32| f32::from(byte as i8) * scale;
        let (bytes, scales) = by_rows(&values, 3);
        (0..6).for_each(|i| assert!((back(bytes[i], scales[i / 3]) - values[i]).abs() <= scales[i / 3] / 2.0 + 1e-6));
        assert!(scales[0] < 0.04 && scales[1] > 0.7, "{scales:?}");
        let (bytes, scales) = by_columns(&values, 3);
        (0..6).for_each(|i| assert!((back(bytes[i], scales[i % 3]) - values[i]).abs() <= scales[i % 3] / 2.0 + 1e-6));
        assert_eq!(transposed(&[1, 2, 3, 4, 5, 6], 3, 1), [1, 4, 2, 5, 3, 6]);
        assert_eq!(transposed(&[1, 1, 2, 2, 3, 3, 4, 4], 2, 2), [1, 1, 3, 3, 2, 2, 4, 4]);
        let wide: Vec<u8> = (0..200 * 130).map(|i| (i % 251) as u8).collect();
        assert_eq!(transposed(&transposed(&wide, 130, 1), 200, 1), wide);
    }
}

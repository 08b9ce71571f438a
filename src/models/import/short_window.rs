//! Turns a Whisper encoder that takes 30 s and nothing else into one that takes any length.
//!
//! Only its position table is as long as 30 s: `Add(x, table)`. Cut to the length of `x`, the rest of the graph follows
//! (`shared/reference/models.md` §8; exact, as positions do not depend on the length). Graphs that onnxslim has been over
//! also have the length inside constants of `Reshape`.

use crate::error::{Error, Result};
use crate::onnx::proto::{Index, Model, integers, node};
use onnx_protobuf::ValueInfoProto;
use onnx_protobuf::tensor_shape_proto::dimension::Value;

/// Lets an encoder with so many positions take any number of frames up to twice that.
///
/// # Errors
/// When the graph is not that of a Whisper encoder.
pub fn shorten(model: &mut Model, positions: i64) -> Result<()> {
    let index = Index::new(model.graph());
    let is_table = |name: &String| {
        let dims = index.constant(name).map(|t| t.dims.as_slice());
        matches!(dims, Some([n, _] | [1, n, _]) if *n == positions)
    };
    let adds = model.graph().node.iter().enumerate().filter(|(_, n)| n.op_type == "Add" && n.input.len() == 2);
    let found = adds.filter_map(|(at, n)| Some((at, n.input.iter().position(is_table)?))).next();
    let Some((at, side)) = found else {
        return Err(Error::missing(format!("not a Whisper encoder: nothing in it adds {positions} positions")));
    };
    let (table, x) = (model.graph().node[at].input[side].clone(), model.graph().node[at].input[1 - side].clone());
    let axis = index.constant(&table).map_or(0, |t| t.dims.len() as i64 - 2);
    let fixed = reshapes(model, positions);

    let graph = model.graph_mut();
    for (reshape, shape) in fixed {
        let name = format!("window/shape_{reshape}");
        graph.initializer.push(integers(&name, &shape));
        graph.node[reshape].input[1] = name;
    }
    graph.node[at].input[side] = "window/table".into();
    graph.initializer.extend([
        integers("window/zero", &[0]),
        integers("window/one", &[1]),
        integers("window/axis", &[axis]),
    ]);
    let cut = [
        node("Shape", &[&x], &["window/shape"]),
        node("Gather", &["window/shape", "window/one"], &["window/length"]),
        node("Slice", &[&table, "window/zero", "window/length", "window/axis"], &["window/table"]),
    ];
    graph.node.splice(at..at, cut);
    graph.value_info.clear();
    graph.input.iter_mut().for_each(|i| free(i, 2, "frames"));
    graph.output.iter_mut().for_each(|o| free(o, 1, "positions"));
    Ok(())
}

/// The `Reshape` nodes that hold the length in a constant, and what to give them instead.
fn reshapes(model: &Model, positions: i64) -> Vec<(usize, Vec<i64>)> {
    let index = Index::new(model.graph());
    let nodes = model.graph().node.iter().enumerate().filter(|(_, n)| n.op_type == "Reshape");
    let fixed = nodes.filter_map(|(at, n)| {
        let mut shape = index.integers(n.input.get(1)?)?;
        let length = shape.iter().position(|&d| d == positions)?;
        // The batch is taken from the input instead (0), so that the length can be what is left (-1).
        if let Some(batch) = shape.iter().position(|&d| d == -1) {
            shape[batch] = 0;
        }
        shape[length] = -1;
        Some((at, shape))
    });
    fixed.collect()
}

/// Lets a dimension be anything.
fn free(value: &mut ValueInfoProto, dimension: usize, name: &str) {
    let shape = value.type_.as_mut().filter(|t| t.has_tensor_type()).map(|t| t.mut_tensor_type());
    let dims = shape.and_then(|t| t.shape.as_mut()).map(|s| &mut s.dim);
    if let Some(dim) = dims.and_then(|d| d.get_mut(dimension)) {
        dim.value = Some(Value::DimParam(name.into()));
    }
}

//! Takes a decoder's output layer out of its graph, so that it is run only where somebody asks what comes next, and only
//! over the words that may.
//!
//! A large vocabulary is most of a decoder: at NLLB-600M's size 262 of 438 million weights of a step. Four files come of
//! one: `decoder_model_prepared` gives `hidden`; `lm_head` turns that into logits; `lm_head_rows` picks some of its words
//! (`ids` → `weight`, `scale`, `bias`), and `lm_head_short` is the head over what was picked.

use super::quantise::transposed;
use crate::error::Result;
use crate::onnx::head::HIDDEN;
use crate::onnx::proto::{Index, Model, declared, int_attribute, node, prune, reroute, tensor, ty};
use crate::onnx::weights::Weights;
use onnx_protobuf::{GraphProto, NodeProto, TensorProto, ValueInfoProto};
use std::path::Path;

/// Takes the output layer out of a decoder; `None`: it has none that is a matrix, and perhaps a bias.
///
/// # Errors
/// When weights are missing.
pub fn split(decoder: &mut Model) -> Result<Option<Model>> {
    let Some((states, nodes, constants)) = output_layer(decoder.graph()) else { return Ok(None) };
    let graph = decoder.graph_mut();
    let Some(at) = graph.output.iter().position(|o| o.name == "logits") else { return Ok(None) };
    let logits = graph.output.remove(at);
    // The same axes; how wide it is, the weights know.
    let mut hidden = ValueInfoProto { name: HIDDEN.into(), ..logits.clone() };
    if let Some(width) = shape_mut(&mut hidden).and_then(|s| s.dim.get_mut(2)) {
        width.value = None;
    }
    let mut head = GraphProto { name: "lm_head".into(), node: nodes, ..Default::default() };
    let taken = graph.initializer.iter().filter(|t| constants.contains(&t.name)).cloned();
    head.initializer = taken.collect();
    reroute(&mut head, &states, HIDDEN);
    head.input.push(hidden.clone());
    head.output.push(logits);
    graph.node.push(node("Identity", &[&states], &[HIDDEN]));
    graph.output.push(hidden);
    prune(graph, |_| true);
    let proto = onnx_protobuf::ModelProto { graph: Some(head).into(), ..without_graph(decoder) };
    Ok(Some(Model { proto, folder: decoder.folder.clone() }))
}

fn without_graph(model: &Model) -> onnx_protobuf::ModelProto {
    onnx_protobuf::ModelProto {
        ir_version: model.proto.ir_version,
        opset_import: model.proto.opset_import.clone(),
        ..Default::default()
    }
}

fn shape_mut(value: &mut ValueInfoProto) -> Option<&mut onnx_protobuf::TensorShapeProto> {
    value.type_.as_mut().map(|t| t.mut_tensor_type().shape.mut_or_insert_default())
}

/// What the output layer reads, its nodes in order, and its constants' names.
fn output_layer(graph: &GraphProto) -> Option<(String, Vec<NodeProto>, Vec<String>)> {
    let index = Index::new(graph);
    let mut nodes: Vec<NodeProto> = Vec::new();
    let mut constants = Vec::new();
    let mut value = "logits".to_owned();
    loop {
        let maker = index.maker(&value)?;
        nodes.insert(0, (*maker).clone());
        match maker.op_type.as_str() {
            "Identity" => value.clone_from(maker.input.first()?),
            "Add" => {
                let is_constant = |i: usize| index.constant(&maker.input[i]).is_some();
                let bias = (0..2).find(|i| is_constant(*i))?;
                constants.push(maker.input[bias].clone());
                value.clone_from(&maker.input[1 - bias]);
            }
            "MatMul" => {
                let weights = maker.input.get(1)?;
                if index.constant(weights).is_some() {
                    constants.push(weights.clone());
                } else {
                    let transpose = index.maker(weights).filter(|m| m.op_type == "Transpose")?;
                    constants.push(transpose.input.first().filter(|i| index.constant(i).is_some())?.clone());
                    nodes.insert(0, transpose.clone());
                }
                // Constants that are nodes would have to come along; exporters keep large ones as initialisers.
                let all_known = constants.iter().all(|c| graph.initializer.iter().any(|t| t.name == *c));
                return all_known.then(|| (maker.input[0].clone(), nodes, constants));
            }
            _ => return None,
        }
    }
}

/// Writes a head, quantised or not, and perhaps its short form.
///
/// # Errors
/// When weights are missing or a file can't be written.
pub fn write(head: Model, dest: &Path, weights: &mut Weights, has_short: bool) -> Result<()> {
    let short = if has_short { short(&head)? } else { None };
    weights.write(head, &dest.join("lm_head.onnx"))?;
    if let Some((rows, short)) = short {
        weights.write(rows, &dest.join("lm_head_rows.onnx"))?;
        weights.write(short, &dest.join("lm_head_short.onnx"))?;
    }
    Ok(())
}

/// The graph that picks words of a head, and the head over what was picked.
fn short(head: &Model) -> Result<Option<(Model, Model)>> {
    let graph = head.graph();
    let matrix = graph.initializer.iter().filter(|t| t.dims.len() == 2 && matches!(t.data_type, ty::FLOAT | ty::INT8));
    let Some(matrix) = matrix.max_by_key(|t| t.dims.iter().product::<i64>()) else { return Ok(None) };
    // A float matrix may stand behind a `Transpose`: then it has the words as rows already.
    let transpose = graph.node.iter().find(|n| n.op_type == "Transpose" && n.input.first() == Some(&matrix.name));
    let (words, width) = match transpose {
        Some(_) => (matrix.dims[0], matrix.dims[1]),
        None => (matrix.dims[1], matrix.dims[0]),
    };
    let mut rows = GraphProto { name: "lm_head_rows".into(), ..Default::default() };
    let mut short = graph.clone();
    rows.input.push(declared("ids", ty::INT64, &[None]));
    let mut table = TensorProto { name: "words".into(), dims: vec![words, width], ..matrix.clone() };
    if transpose.is_none() {
        let size = if matrix.data_type == ty::INT8 { 1 } else { 4 };
        let bytes = transposed(&head.bytes(matrix)?, words as usize, size);
        table = tensor("words", matrix.data_type, &[words, width], bytes);
    }
    rows.initializer.push(table);
    rows.node.push(node("Gather", &["words", "ids"], &["picked"]));
    rows.node.push(node("Transpose", &["picked"], &["weight"]));
    rows.output.push(declared("weight", matrix.data_type, &[Some(width), None]));
    let matrix_name = transpose.map_or(matrix.name.clone(), |n| n.output[0].clone());
    short.node.retain(|n| n.op_type != "Transpose" || n.input.first() != Some(&matrix.name));
    short.initializer.retain(|t| t.name != matrix.name);
    reroute(&mut short, &matrix_name, "weight");
    short.input.push(declared("weight", matrix.data_type, &[Some(width), None]));
    // What has a number for each word is picked, too: scales and a bias.
    let each: Vec<TensorProto> =
        short.initializer.iter().filter(|t| t.dims.iter().product::<i64>() == words).cloned().collect();
    for (i, mut each) in each.into_iter().enumerate() {
        let name = format!("each_{i}");
        let original = each.name.clone();
        each = tensor(&format!("all_{i}"), each.data_type, &[words], head.bytes(&each)?);
        let mut pick = node("Gather", &[&each.name, "ids"], &[&name]);
        pick.attribute.push(int_attribute("axis", 0));
        rows.node.push(pick);
        rows.output.push(declared(&name, each.data_type, &[None]));
        short.initializer.retain(|t| t.name != original);
        reroute(&mut short, &original, &name);
        short.input.push(declared(&name, each.data_type, &[None]));
        rows.initializer.push(each);
    }
    if let Some(words) = short.output.first_mut().and_then(shape_mut).and_then(|s| s.dim.get_mut(2)) {
        words.value = None;
    }
    let of = |graph| Model {
        proto: onnx_protobuf::ModelProto { graph: Some(graph).into(), ..without_graph(head) },
        folder: head.folder.clone(),
    };
    Ok(Some((of(rows), of(short))))
}

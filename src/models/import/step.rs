//! Turns a decoder as published (one merged file, or two) into the prepared one: a single cached step, with the
//! cross-attention caches computed once, by the encoder.
//!
//! A published merged decoder has everything twice, once in each branch of an `If`, and ONNX Runtime packs the weights of
//! each branch for itself. The cached branch alone is enough: with an empty past it is the first pass, too.

use crate::error::{Error, Result};
use crate::models::layout::{find_file, need_file};
use crate::onnx::proto::{Index, Model, node, prune, rename_inner, reroute, take_branch};
use crate::onnx::weights::inline;
use onnx_protobuf::tensor_shape_proto::dimension::Value;
use onnx_protobuf::{GraphProto, ValueInfoProto};
use std::path::Path;

/// The input that switches a merged decoder's branches.
const SWITCH: &str = "use_cache_branch";
/// What the decoder calls the encoder's output.
const HIDDEN: &str = "encoder_hidden_states";
/// What the encoder calls it.
const ENCODED: &str = "last_hidden_state";

/// The cached step of a folder's decoder.
///
/// # Errors
/// When the files aren't there or aren't such a decoder.
pub fn cached_step(folder: &Path) -> Result<Model> {
    let mut step = match find_file(folder, "decoder_model_merged") {
        Some(file) => branch(&file, true)?,
        None => Model::read(&need_file(folder, "decoder_with_past_model")?)?,
    };
    prune(step.graph_mut(), |o| !is_cross(o));
    if !step.graph().input.iter().any(|i| i.name.starts_with("past_key_values.")) {
        return Err(Error::missing(format!("{}: its decoder has no cache", folder.display()))
            .hint("export it with a task that ends in -with-past"));
    }
    Ok(step)
}

/// Adds the cross-attention caches of a folder's decoder to its encoder's outputs.
///
/// # Errors
/// When the decoder's graph needs more for them than what the encoder gives.
pub fn add_cross_caches(encoder: &mut Model, folder: &Path) -> Result<()> {
    let mut first = match find_file(folder, "decoder_model_merged") {
        Some(file) => branch(&file, false)?,
        None => Model::read(&need_file(folder, "decoder_model")?)?,
    };
    let unfit = |why: &str| Error::failed(format!("{}: its cross-attention can't be moved: {why}", folder.display()));
    if first.opset() != encoder.opset() {
        return Err(unfit("encoder and decoder are of different operator sets"));
    }
    take_batch_from_encoder(first.graph_mut());
    prune(first.graph_mut(), is_cross);
    let folder = first.folder.clone();
    let cross = first.graph_mut();
    if cross.output.is_empty() || cross.input.iter().any(|i| i.name != HIDDEN) {
        return Err(unfit("it needs more than the encoder's output"));
    }
    let outputs = cross.output.clone();
    rename_inner(cross, "cross/");
    reroute(cross, HIDDEN, ENCODED);
    let named = cross.output.iter().zip(&outputs).map(|(o, original)| node("Identity", &[&o.name], &[&original.name]));
    let named: Vec<_> = named.collect();
    // Weights that live elsewhere are found beside their own file, which may not be the encoder's.
    for tensor in &mut cross.initializer {
        inline(tensor, &folder)?;
    }
    let graph = encoder.graph_mut();
    graph.node.append(&mut cross.node);
    graph.node.extend(named);
    graph.initializer.append(&mut cross.initializer);
    graph.output.extend(outputs);
    Ok(())
}

/// Writes into a decoder's file that it takes one token at a time: what is declared needs not be tried out.
///
/// # Errors
/// When the file can't be read or written.
pub fn take_one_token(file: &Path) -> Result<()> {
    let mut model = Model::read(file)?;
    let ids = model.graph_mut().input.iter_mut().find(|i| i.name == "input_ids");
    let shape = ids.and_then(|i| i.type_.as_mut()).map(|t| t.mut_tensor_type().shape.mut_or_insert_default());
    if let Some(tokens) = shape.and_then(|s| s.dim.get_mut(1)) {
        tokens.value = Some(Value::DimValue(1));
    }
    model.write(file)
}

/// One branch of a merged decoder.
fn branch(file: &Path, cached: bool) -> Result<Model> {
    let mut model = Model::read(file)?;
    if !take_branch(model.graph_mut(), SWITCH, cached) {
        return Err(Error::missing(format!("{}: not a merged decoder, it has no `{SWITCH}`", file.display())));
    }
    Ok(model)
}

fn is_cross(output: &ValueInfoProto) -> bool {
    output.name.contains(".encoder.")
}

/// The cross caches are shaped by the batch size, which the exporter read from the decoder's own activations, and so
/// they seem to need the whole decoder. Every activation has the batch first, and so has the encoder's output.
fn take_batch_from_encoder(graph: &mut GraphProto) {
    let index = Index::new(graph);
    let batches = graph.node.iter().filter(|n| n.op_type == "Gather" && n.input.len() == 2);
    let batches = batches.filter(|n| index.integers(&n.input[1]).is_some_and(|i| i == [0]));
    let batches = batches.filter(|n| index.maker(&n.input[0]).is_some_and(|m| m.op_type == "Shape"));
    let names: Vec<(String, String)> = batches.map(|n| (n.input[1].clone(), n.output[0].clone())).collect();
    let Some((zero, _)) = names.first().cloned() else { return };
    for (_, output) in &names {
        reroute(graph, output, "batch/size");
    }
    // A scalar index gives a scalar, as the replaced ones did. The index itself may be a node further down.
    let zero = index_constant(graph, &zero);
    graph.node.splice(
        0..0,
        [node("Shape", &[HIDDEN], &["batch/shape"]), node("Gather", &["batch/shape", &zero], &["batch/size"])],
    );
}

/// A constant that is sure to be known before the first node.
fn index_constant(graph: &mut GraphProto, name: &str) -> String {
    let found = Index::new(graph).constant(name).cloned();
    let constant = "batch/zero".to_owned();
    if let Some(mut tensor) = found {
        tensor.name.clone_from(&constant);
        graph.initializer.push(tensor);
    }
    constant
}

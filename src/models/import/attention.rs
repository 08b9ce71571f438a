//! Gives a translator's decoder one more output: what each of its tokens looks at in the source, in one of its layers.
//!
//! Published translators don't tell, though all of them compute it: the weights that the values of the source are summed
//! with. Older exporters fold rows and heads into one axis; here they are unfolded.

use crate::mt::alignment::layer;
use crate::onnx::decoder::ATTENTION;
use crate::onnx::proto::{Model, declared, int_attribute, integers, ints_attribute, node, prune, ty};
use onnx_protobuf::tensor_shape_proto::dimension::Value;
use onnx_protobuf::{GraphProto, NodeProto, ValueInfoProto};

/// The weights while rows and heads are one axis.
const FOLDED: &str = "attention/folded";

/// Adds the output `cross_attentions.N`, `[rows, heads, tokens, source length]`; `false`: the graph has none to be found.
pub fn expose(decoder: &mut Model) -> bool {
    let graph = decoder.graph_mut();
    // Who asked an exporter for it has it for each layer.
    prune(graph, |o| !o.name.starts_with(ATTENTION));
    let layers = graph.input.iter().filter(|i| value(i).is_some()).count();
    let Some((at, heads)) = graph.input.iter().find_map(|i| value(i).filter(|(at, _)| *at == layer(layers))) else {
        return false;
    };
    let Some((weights, is_folded)) = weights(graph, &format!("past_key_values.{at}.encoder.value")) else {
        return false;
    };
    let name = format!("{ATTENTION}{at}");
    // Models of 16 bits compute it in 16 bits.
    let mut cast = node("Cast", &[&weights], &[if is_folded { FOLDED } else { &name }]);
    cast.attribute.push(int_attribute("to", ty::FLOAT.into()));
    graph.node.push(cast);
    if is_folded {
        unfold(graph, heads, &name);
    }
    graph.output.push(declared(&name, ty::FLOAT, &[None, Some(heads), None, None]));
    true
}

/// The layer and the heads of an input that caches a layer's values of the source.
fn value(input: &ValueInfoProto) -> Option<(usize, i64)> {
    let layer = input.name.strip_prefix("past_key_values.")?.strip_suffix(".encoder.value")?.parse().ok()?;
    let heads = input.type_.as_ref()?.tensor_type().shape.as_ref()?.dim.get(1)?.value.as_ref()?;
    let Value::DimValue(heads) = heads else { return None };
    Some((layer, *heads))
}

/// What the values of the source are multiplied with, and whether rows and heads are one axis there.
fn weights(graph: &GraphProto, values: &str) -> Option<(String, bool)> {
    let (mut values, mut is_folded) = (values.to_owned(), false);
    loop {
        let reads = |n: &&NodeProto| n.input.contains(&values);
        let next =
            graph.node.iter().filter(reads).find(|n| matches!(n.op_type.as_str(), "MatMul" | "Reshape" | "Cast"))?;
        if next.op_type == "MatMul" {
            return (next.input[1] == values).then(|| (next.input[0].clone(), is_folded));
        }
        is_folded |= next.op_type == "Reshape";
        values.clone_from(next.output.first()?);
    }
}

/// `[rows x heads, tokens, length]` → `[rows, heads, tokens, length]`, however many there are.
fn unfold(graph: &mut GraphProto, heads: i64, name: &str) {
    let turn = |from: &str, to: &str, order: &[i64]| {
        let mut turn = node("Transpose", &[from], &[to]);
        turn.attribute.push(ints_attribute("perm", order));
        turn
    };
    graph.initializer.push(integers("attention/shape", &[0, 0, -1, heads]));
    graph.node.push(turn(FOLDED, "attention/last", &[1, 2, 0]));
    graph.node.push(node("Reshape", &["attention/last", "attention/shape"], &["attention/heads"]));
    graph.node.push(turn("attention/heads", name, &[2, 3, 0, 1]));
}

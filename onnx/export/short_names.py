"""Model file -> the same with short names for what is inside it: `python3 short_names.py FILE...` (needs onnx).

A third of a tiny fixture is names such as `/encoder/encoder/layers.0/attn_layers.0/Reshape_output_0`. Inputs, outputs,
weights' numbers and metadata stay as exported."""

import sys

import onnx


def rename(graph, short):
    for value in list(graph.input) + list(graph.output) + list(graph.initializer):
        value.name = short(value.name)
    for node in graph.node:
        node.ClearField("name")
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
        node.input[:] = [short(n) for n in node.input]
        node.output[:] = [short(n) for n in node.output]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                rename(attribute.g, short)
    del graph.value_info[:]


def shorten(path):
    model = onnx.load(path)
    kept = {v.name for v in list(model.graph.input) + list(model.graph.output)} | {""}
    names = {}
    rename(model.graph, lambda name: name if name in kept else names.setdefault(name, "%x" % len(names)))
    onnx.checker.check_model(model)
    onnx.save(model, path)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        shorten(name)

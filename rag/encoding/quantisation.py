"""A converted network with its linear layers in int8, from the ranges that their inputs took in training.

SmoothQuant (Xiao et al., 2022, arXiv 2211.10438): what a few wide columns of the input spread is moved into the
weights, so that one step fits all columns. Weights have a step for each output, inputs one for each layer with a zero
point; everything else stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.encoding.openvino_engine import openvino
from rag.encoding.ranges import Ranges

SMOOTHNESS = 0.95
"""Share of the spread that moves into the weights: of 0.5, 0.8 and 0.95 the vectors nearest to float's (cosine 0.979,
0.997, 0.998)."""
N_OUTPUTS = 16
"""A layer with fewer outputs (a head) costs next to nothing, and stays as it is."""
LEVELS = 256
LARGEST = 127.0


def quantise(source: Path, target: Path, ranges: Ranges) -> None:
    """Write the network in `source` to `target` with its linear layers in int8.

    Args:
        source: `.xml` of a float network.
        target: `.xml` to write; its `.bin` comes beside it.
        ranges: What `measured_ranges` gave for it.

    Raises:
        KeyError: The network has a layer that the ranges do not name.
    """
    model = openvino.Core().read_model(str(source))
    for name, layers in _layers_by_input(model).items():
        _quantise_layers(layers, *ranges[name])
    openvino.save_model(model, str(target), compress_to_fp16=False)


def measured_ranges(source: Path, batches: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> Ranges:
    """Run `batches` of (ids, mask) without padding through a float network and keep the ranges its layers see."""
    model = openvino.Core().read_model(str(source))
    n_outputs = len(model.outputs)
    inputs = {name: layers[0].input_value(0) for name, layers in _layers_by_input(model).items()}
    model.add_outputs(list(inputs.values()))
    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    ranges: dict[str, NDArray[np.float32]] = {}
    for ids, mask in batches:
        request.infer([ids, mask])
        for place, name in enumerate(inputs, start=n_outputs):
            values = request.get_output_tensor(place).data
            values = values.reshape(-1, values.shape[-1])
            found = np.stack([values.min(0), values.max(0)])
            known = ranges.get(name, found)
            ranges[name] = np.stack([np.minimum(known[0], found[0]), np.maximum(known[1], found[1])])
    return ranges


def _layers_by_input(model: Any) -> dict[str, list[Any]]:
    """Return the linear layers, each a MatMul with constant weights (outputs, inputs), by what feeds them."""
    found: dict[str, list[Any]] = {}
    for op in model.get_ordered_ops():
        if op.get_type_name() != "MatMul" or op.input_value(1).get_node().get_type_name() != "Constant":
            continue
        if op.input_value(1).shape[0] >= N_OUTPUTS:
            found.setdefault(op.input_value(0).get_node().get_friendly_name(), []).append(op)
    return found


def _quantise_layers(layers: list[Any], low: NDArray[np.float32], high: NDArray[np.float32]) -> None:
    """Put all layers that read one tensor into int8, behind one quantised copy of it."""
    ops = openvino.opset13
    weights = [np.asarray(layer.input_value(1).get_node().data, np.float32) for layer in layers]
    widest = np.maximum(np.maximum(np.abs(low), np.abs(high)), 1e-5)
    heaviest = np.maximum(np.max([np.abs(w).max(0) for w in weights], axis=0), 1e-5)
    smooth = (widest**SMOOTHNESS / heaviest ** (1 - SMOOTHNESS)).astype(np.float32)
    smoothed = ops.multiply(layers[0].input_value(0), ops.constant((1 / smooth)[None, None]))
    bottom, top = _with_exact_zero(float((low / smooth).min()), float((high / smooth).max()))
    fed = ops.fake_quantize(smoothed, bottom, top, bottom, top, LEVELS)
    for layer, wide in zip(layers, weights, strict=True):
        scaled = wide * smooth
        step = np.maximum(np.abs(scaled).max(1, keepdims=True), 1e-9) / LARGEST
        whole = ops.convert(ops.constant(np.round(scaled / step).astype(np.int8)), "f32")
        layer.input(0).replace_source_output(fed.output(0))
        layer.input(1).replace_source_output(ops.multiply(whole, ops.constant(step)).output(0))


def _with_exact_zero(low: float, high: float) -> tuple[np.float32, np.float32]:
    """Move a range so that 0 is one of its levels: int8 arithmetic has whole zero points only."""
    low, high = min(low, 0.0), max(high, 1e-6)
    step = (high - low) / (LEVELS - 1)
    zero = round(-low / step)
    return np.float32(-zero * step), np.float32((LEVELS - 1 - zero) * step)

"""The weights of the reader that ships, as torch has them, so that training can go on where its state was not kept.

The int8 weights are multiplied out; what training leaves as it is (word vectors, lowest layers) comes from the encoder.
"""

from __future__ import annotations

from typing import Any

import torch
from reader_model import N_FROZEN
from torch import Tensor

from rag.answering.reader import FOLDER
from rag.encoding.openvino_engine import openvino

PREFIX = "self.reader."


def shipped_weights() -> dict[str, Tensor]:
    """Return the trained parameters by their names in `reader_model.Reader`."""
    model = openvino.Core().read_model(str(FOLDER / "reader.xml"))
    operations = model.get_ordered_ops()
    constants = {op.get_friendly_name(): op for op in operations if op.get_type_name() == "Constant"}
    out: dict[str, Tensor] = {}
    for name, op in constants.items():
        if name.startswith(PREFIX) and name.endswith(".weight") and "embeddings" not in name:
            out[name.removeprefix(PREFIX)] = _weight(name, constants)
            out[name.removeprefix(PREFIX).removesuffix("weight") + "bias"] = _bias(op)
    norms = ["bert.embeddings.LayerNorm"]
    for i in range(1 + max(int(name.split(".")[3]) for name in out if ".layer." in name)):
        norms += [f"bert.encoder.layer.{i}.{part}.LayerNorm" for part in ("attention.output", "output")]
    normed = (op for op in operations if op.get_type_name() == "MVN")
    for norm, op in zip(norms, normed, strict=True):
        scaled = _consumer(op)
        out[f"{norm}.weight"], out[f"{norm}.bias"] = _operand(scaled), _operand(_consumer(scaled))
    kept = ("bert.embeddings.", *(f"bert.encoder.layer.{i}." for i in range(N_FROZEN)))
    return {name: tensor for name, tensor in out.items() if not name.startswith(kept)}


def _weight(name: str, constants: dict[str, Any]) -> Tensor:
    stored = torch.from_numpy(constants[name].data.astype("float32"))
    if f"{name}/scale" not in constants:
        return stored  # a head, not compressed
    scale, zero = (constants[f"{name}/{part}"].data.astype("float32") for part in ("scale", "zero_point"))
    return (stored - torch.from_numpy(zero)) * torch.from_numpy(scale)


def _bias(op: Any) -> Tensor:
    while op.get_type_name() != "MatMul":
        op = _consumer(op)
    return _operand(_consumer(op))


def _consumer(op: Any) -> Any:
    return next(iter(op.output(0).get_target_inputs())).get_node()


def _operand(op: Any) -> Tensor:
    """Return the constant that an addition or a multiplication has as its other operand."""
    sources = [op.input_value(i).get_node() for i in range(2)]
    constant = next(s for s in sources if s.get_type_name() == "Constant")
    return torch.from_numpy(constant.data.astype("float32").reshape(-1))

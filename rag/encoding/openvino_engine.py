"""The converted network on the CPU, without torch. The only file that imports openvino."""

from __future__ import annotations

import os
import queue
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import EncoderUnavailable, SettingInvalid
from rag.protocols import Vectors

# openvino.convert_model reports its use to Google Analytics unless the user opted out. Where its telemetry package
# cannot be imported it uses its own silent stub: nothing leaves this machine.
_TELEMETRY = "openvino_telemetry"
_hidden = _TELEMETRY not in sys.modules
if _hidden:
    sys.modules[_TELEMETRY] = None  # type: ignore[assignment]
try:
    import openvino as openvino  # quantisation.py takes it from here
finally:
    if _hidden:
        del sys.modules[_TELEMETRY]

VERSION: str = openvino.__version__
# The first inference of a process imports what turns OpenVINO's types into numpy's. Two first inferences at once can
# wait for each other there for ever (2 of 16 fresh processes, OpenVINO 2026.4, 2026-11-25): one thread does it, here.
for _type in (openvino.Type.i64, openvino.Type.f32):
    _type.to_dtype()


class OpenVinoNetwork:
    """One compiled model and as many requests as OpenVINO says fill the cores."""

    def __init__(self, xml: Path, precision: str = "auto", threads: int = 0, cache: Path | None = None) -> None:
        """Compile the model for this CPU.

        Args:
            xml: What `convert` wrote.
            precision: What is not in int8 already: "fp32", "bf16", or any other word for bf16 where the CPU has it.
            threads: CPU threads; 0 leaves OpenVINO's own choice (all physical cores).
            cache: Folder for the compiled graph; beside the model if None. Does without where it cannot be written.

        Raises:
            SettingInvalid: bf16 is demanded of a CPU that lacks it.
            EncoderUnavailable: The file cannot be compiled.
        """
        core = openvino.Core()
        has_bf16 = float_is(core) == "bf16"
        if precision == "bf16" and not has_bf16:
            raise SettingInvalid(
                "Setting 'precision' is 'bf16', but this CPU has no bfloat16 arithmetic. Use RAG_PRECISION=auto."
            )
        bf16 = has_bf16 and precision != "fp32"
        config: dict[str, Any] = {
            # Several batches at a time, one stream of threads each, beat one batch over all threads by a fifth
            # (benchmarks/encoder_speed.py).
            "PERFORMANCE_HINT": "THROUGHPUT",
            "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
        }
        if writable(folder := cache or xml.parent / "compiled"):
            # OpenVINO keeps the compiled graph (0.4 MB; the weights stay in the .bin, whose digest was checked):
            # starting takes 0.12 s of processor time less. It checks that file itself; damaged, it is made anew
            # (13 of 13 damaged files gave the right vectors, 2026-11-25).
            config |= {"CACHE_DIR": str(folder), "CACHE_MODE": "OPTIMIZE_SIZE"}
        if threads:
            config["INFERENCE_NUM_THREADS"] = threads
        try:
            compiled = core.compile_model(str(xml), "CPU", config)
        except RuntimeError as error:
            raise EncoderUnavailable(
                f"OpenVINO cannot compile {xml}: {error}. Remove that folder so that the model is converted anew, "
                "or set RAG_ENGINE=torch."
            ) from error
        self.n_workers = int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        # A request serves one thread at a time: threads borrow one and wait where all are out.
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(self.n_workers):
            self._requests.put(compiled.create_infer_request())

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64], tokens: bool) -> tuple[Vectors | None, Vectors]:
        """Run one batch; see `Network.run`. Safe to call from several threads."""
        request = self._requests.get()
        try:
            request.infer([ids, mask], share_inputs=True)
            # Copies: the request's own memory is written again by the next borrower.
            found = request.get_output_tensor(0).data.copy() if tokens else None
            return found, request.get_output_tensor(1).data.copy()
        finally:
            self._requests.put(request)


def float_is(core: openvino.Core | None = None) -> str:
    """Return what this CPU computes float networks in: "bf16" where it has it, else "fp32"."""
    core = core or openvino.Core()  # asking a new one takes 5 ms
    return "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "fp32"


def processor() -> str:
    """Return the name of this machine's CPU."""
    return str(openvino.Core().get_property("CPU", "FULL_DEVICE_NAME")).strip()


def writable(folder: Path) -> bool:
    """Tell whether `folder` can be written or made."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    return os.access(there, os.W_OK)


def convert(module: Any, example: dict[str, Any], xml: Path) -> None:
    """Convert a torch module with inputs (n, length) int64 and write `xml` and the `.bin` beside it, in float32.

    Raises:
        EncoderUnavailable: OpenVINO cannot convert this architecture.
    """
    shapes = [(name, [-1, -1], openvino.Type.i64) for name in example]
    try:
        model = openvino.convert_model(module, example_input=example, input=shapes)
        openvino.save_model(model, str(xml), compress_to_fp16=False)
    except RuntimeError as error:
        raise EncoderUnavailable(
            f"OpenVINO cannot convert this model: {str(error).splitlines()[0]}. Set RAG_ENGINE=torch."
        ) from error

"""Int8 beside float: how near its vectors are, and which of the two a machine takes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from rag.encoding import choosing, identity_of, load_encoder, speeds_of
from rag.encoding.choosing import known_speeds, measured_speeds
from rag.errors import EncoderUnavailable
from rag.settings import Settings
from tests.encoding.test_engines import SENTENCES


class Timed:
    """A network that takes as long as it is told, by a clock of its own; its machine slows down all the while."""

    n_workers = 2
    now = 0.0
    slower = 1.0

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def run(self, ids, mask, tokens):
        Timed.slower += 0.01
        Timed.now += self.seconds * Timed.slower
        return None, np.zeros((len(ids), 2), np.float32)


@pytest.fixture
def loading(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Timed, "now", 0.0)
    monkeypatch.setattr(Timed, "slower", 1.0)
    monkeypatch.setattr(choosing, "time", SimpleNamespace(perf_counter=lambda: Timed.now))
    return lambda **seconds: lambda name: Timed(seconds[name])


@pytest.mark.parametrize(("int8", "chosen"), [(0.002, "int8"), (0.02, "float"), (0.03, "float")])
def test_int8_is_taken_where_it_is_clearly_faster_and_that_is_remembered(tmp_path: Path, loading, int8, chosen):
    path = tmp_path / "deep" / "speeds.json"
    found = measured_speeds(path, "a processor", "bf16", loading(float=0.02, int8=int8))
    assert (found.chosen, found.cpu) == (chosen, "a processor")
    assert 700 < found.float_texts_per_s < 800  # 8 texts in 0.02 s on each of two workers, a little slower each time
    assert known_speeds(path) == found


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cpu": 1}', "null"])
def test_what_was_remembered_and_cannot_be_read_is_as_if_it_were_not_there(tmp_path: Path, text):
    path = tmp_path / "speeds.json"
    path.write_text(text)
    assert known_speeds(path) is None


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, loading):
    (tmp_path / "file").write_text("")
    assert measured_speeds(tmp_path / "file" / "speeds.json", "", "fp32", loading(float=0.02, int8=0.02)).cpu == ""


@pytest.mark.model
def test_int8_vectors_point_where_those_of_float_do(real_settings: Settings):
    one, other = (load_encoder(real_settings, precision=name) for name in ("float", "int8"))
    assert (one.identity.precision, other.identity.precision) == ("float", "int8")
    cosines = (one.encode(SENTENCES) * other.encode(SENTENCES)).sum(axis=1)
    words = [at for at, text in enumerate(SENTENCES) if text]  # an empty one has no word, and 0.96
    assert cosines[words].min() > 0.985
    assert cosines.max() < 0.99999  # it is another network
    for a, b in zip(one.encode_tokens(SENTENCES), other.encode_tokens(SENTENCES), strict=True):
        np.testing.assert_array_equal(a.spans, b.spans)
        if len(a.spans):
            assert (a.vectors * b.vectors).sum(axis=1).mean() > 0.97


@pytest.mark.model
def test_the_settings_decide_and_where_they_do_not_the_machine_does(real_settings: Settings):
    named = {name: identity_of(real_settings.model_copy(update={"precision": name})) for name in ("fp32", "int8")}
    assert [named[name].precision for name in named] == ["float", "int8"]
    taken = identity_of(real_settings.model_copy(update={"precision": "auto"})).precision
    speeds = speeds_of(real_settings)
    assert speeds is not None
    assert speeds.chosen == taken
    assert min(speeds.float_texts_per_s, speeds.int8_texts_per_s) > 0


@pytest.mark.model
def test_int8_is_refused_with_the_way_out_where_it_cannot_be(real_settings: Settings):
    torch = real_settings.model_copy(update={"engine": "torch", "precision": "int8"})
    with pytest.raises(EncoderUnavailable, match="RAG_PRECISION=fp32 and run `rag rebuild`"):
        load_encoder(torch)
    assert speeds_of(torch) is None

from dataclasses import replace
from pathlib import Path

import pytest

from rag import fitting
from rag.errors import EncoderMismatch
from rag.settings import DEFAULT_ENCODER, Settings
from tests.fakes import BagOfWordsEncoder


def encoder_in(model: str, precision: str) -> BagOfWordsEncoder:
    encoder = BagOfWordsEncoder(model=model)
    encoder.identity = replace(encoder.identity, precision=precision)
    return encoder


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(fitting, "load_encoder", lambda _, name, precision="float": encoder_in(name, precision))
    return Settings(index=tmp_path)


def test_an_index_is_read_with_the_encoder_it_was_built_with_and_a_new_one_with_the_configured(settings: Settings):
    recorded = BagOfWordsEncoder(model="theirs").identity
    configured = settings.model_copy(update={"encoder": "ours"})
    assert fitting.load_fitting(settings, recorded).identity == recorded
    assert fitting.load_fitting(settings, None).identity.model == DEFAULT_ENCODER
    assert fitting.load_fitting(configured, None).identity.model == "ours"


def test_other_weights_under_the_same_name_are_refused_with_both_digests_and_the_way_out(settings: Settings):
    recorded = replace(BagOfWordsEncoder(model="theirs").identity, weights="sha256:" + "1" * 64)
    with pytest.raises(EncoderMismatch) as caught:
        fitting.load_fitting(settings, recorded)
    assert all(f"sha256:{digit * 64}" in str(caught.value) for digit in "01")
    assert str(caught.value).endswith(
        "Run `rag rebuild --encoder theirs`, or install the weights that it was built with."
    )


def test_another_name_is_refused_before_anything_is_loaded(settings: Settings):
    recorded = BagOfWordsEncoder(model="theirs").identity
    for fits in (settings, settings.model_copy(update={"encoder": "theirs"})):
        fitting.check_configured(fits, recorded)
    with pytest.raises(EncoderMismatch, match="built with 'theirs' but 'ours' is configured"):
        fitting.check_configured(settings.model_copy(update={"encoder": "ours"}), recorded)


@pytest.mark.parametrize("precision", ["float", "int8"])
def test_an_index_is_read_in_its_own_precision_and_another_that_is_demanded_is_refused(settings: Settings, precision):
    recorded = encoder_in("theirs", precision).identity
    fitting.check_configured(settings, recorded)
    assert fitting.load_fitting(settings, recorded).identity == recorded
    same, others = {"float": (("fp32", "bf16"), ("int8",)), "int8": (("int8",), ("fp32", "bf16"))}[precision]
    for name in same:
        fitting.check_configured(settings.model_copy(update={"precision": name}), recorded)
    for name in others:
        with pytest.raises(EncoderMismatch, match=f"holds {precision} vectors but RAG_PRECISION is '{name}'"):
            fitting.check_configured(settings.model_copy(update={"precision": name}), recorded)

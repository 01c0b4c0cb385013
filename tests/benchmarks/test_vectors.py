import numpy as np
import pytest

from benchmarks.peers.vectors import ChunkVectors
from tests.fakes import BagOfWordsEncoder

TEXTS = [f"chunk {word}" for word in ("one", "two", "three", "four", "five")]


@pytest.fixture
def encoder():
    return BagOfWordsEncoder()


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_parts_are_put_together_in_order_and_kept(tmp_path, encoder):
    vectors = ChunkVectors(encoder, tmp_path, "peer", part=2)
    found = vectors.chunks(TEXTS)
    np.testing.assert_array_equal(found, BagOfWordsEncoder().encode(TEXTS))
    assert found.dtype == np.float32
    assert len(files(tmp_path)) == 3
    np.testing.assert_array_equal(ChunkVectors(encoder, tmp_path, "peer", part=2).chunks(TEXTS), found)
    assert encoder.n_encoded == 5


def test_an_interrupted_run_goes_on_with_the_part_it_was_in(tmp_path, encoder):
    class Killed(BagOfWordsEncoder):
        def encode(self, texts, progress=None):
            if "chunk five" in texts:
                raise KeyboardInterrupt
            return super().encode(texts, progress)

    with pytest.raises(KeyboardInterrupt):
        ChunkVectors(Killed(), tmp_path, "peer", part=2).chunks(TEXTS)
    found = ChunkVectors(encoder, tmp_path, "peer", part=2).chunks(TEXTS)
    assert encoder.n_encoded == 1
    np.testing.assert_array_equal(found, BagOfWordsEncoder().encode(TEXTS))


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY torn", "short"])
def test_a_damaged_part_is_encoded_again(tmp_path, encoder, damage):
    ChunkVectors(encoder, tmp_path, "peer").chunks(TEXTS)
    (path,) = tmp_path.rglob("*.npy")
    path.write_bytes(path.read_bytes()[:-8] if damage == "short" else damage)
    found = ChunkVectors(encoder, tmp_path, "peer").chunks(TEXTS)
    assert encoder.n_encoded == 10
    np.testing.assert_array_equal(found, BagOfWordsEncoder().encode(TEXTS))


def test_other_texts_and_another_encoder_never_find_a_wrong_part(tmp_path, encoder):
    ChunkVectors(encoder, tmp_path, "peer").chunks(["ab", "c"])
    ChunkVectors(encoder, tmp_path, "peer").chunks(["a", "bc"])
    assert encoder.n_encoded == 4
    other = BagOfWordsEncoder(model="other")
    ChunkVectors(other, tmp_path, "peer").chunks(["ab", "c"])
    assert other.n_encoded == 2


def test_a_question_is_encoded_and_not_kept(tmp_path, encoder):
    vectors = ChunkVectors(encoder, tmp_path, "peer")
    np.testing.assert_array_equal(vectors.question("Who?"), BagOfWordsEncoder().encode(["Who?"])[0])
    assert files(tmp_path) == []


def test_progress_is_told_after_each_part(tmp_path, encoder):
    said = []
    vectors = ChunkVectors(encoder, tmp_path, "peer", said.append, part=2)
    vectors.expect(5)
    vectors.chunks(TEXTS)
    assert [line.split(" (")[0] for line in said] == [
        "peer: 5 chunks",
        "peer: 2 of 5 chunks have vectors",
        "peer: 4 of 5 chunks have vectors",
        "peer: 5 of 5 chunks have vectors",
    ]

import gzip
import json

import pytest

from rag.errors import SetInvalid
from rag.evaluation.gold import Span, locate
from rag.evaluation.sets import index_folder, open_set_index, read_set
from rag.settings import Settings
from tests.evaluation.made import QUAKE, RECORDS, TALKS, write_set
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence


def test_a_set_is_its_questions_and_its_articles(evalset):
    read = read_set(evalset)
    assert (read.name, len(read.questions), read.articles) == ("tiny", 4, evalset / "articles.jsonl")


def test_a_sets_articles_are_indexed_once_and_then_opened(evalset, tmp_path):
    settings, encoder, said = Settings(cache=tmp_path / "cache"), BagOfWordsEncoder(), []
    make = {"encoder": encoder, "model": WordOverlapEvidence(), "say": said.append}
    first = open_set_index(read_set(evalset), settings, **make)
    assert {a.id for a in first.articles()} == {"talks", "quake"}
    assert first.settings.index.is_relative_to(tmp_path / "cache" / "evals")
    n_encoded = encoder.n_encoded
    second = open_set_index(read_set(evalset), settings, **make)
    assert (second.settings.index, second.generation) == (first.settings.index, first.generation)
    assert encoder.n_encoded == n_encoded
    assert len(said) == 1


def test_an_interrupted_indexing_is_finished(evalset, tmp_path):
    settings, encoder = Settings(cache=tmp_path), BagOfWordsEncoder()
    opened = open_set_index(read_set(evalset), settings, encoder=encoder, model=WordOverlapEvidence())
    (opened.settings.index / "complete").unlink()
    opened.remove("quake")
    again = open_set_index(read_set(evalset), settings, encoder=encoder, model=WordOverlapEvidence())
    assert {a.id for a in again.articles()} == {"talks", "quake"}


def test_other_articles_or_another_encoder_or_schema_have_an_index_of_their_own(tmp_path, monkeypatch):
    settings, one = Settings(cache=tmp_path), BagOfWordsEncoder().identity
    both = read_set(write_set(tmp_path / "a" / "tiny"))
    fewer = read_set(write_set(tmp_path / "b" / "tiny", articles=(TALKS,)))
    assert index_folder(both, settings, one) != index_folder(fewer, settings, one)
    assert index_folder(both, settings, one) != index_folder(both, settings, BagOfWordsEncoder(model="other").identity)
    present = index_folder(both, settings, one)
    monkeypatch.setattr("rag.evaluation.sets.VERSION", 1)
    assert index_folder(both, settings, one) != present


def test_articles_may_be_zipped_or_files_in_a_folder(tmp_path):
    zipped = write_set(tmp_path / "zipped", articles=())
    row = {"id": "talks", "title": TALKS.title, "text": TALKS.text}
    (zipped / "articles.jsonl.gz").write_bytes(gzip.compress(json.dumps(row).encode()))
    files = write_set(tmp_path / "files", articles=())
    (files / "articles").mkdir()
    (files / "articles" / "quake.txt").write_text(f"{QUAKE.title}\n\n{QUAKE.text}\n", encoding="utf-8")
    for folder, title in ((zipped, TALKS.title), (files, QUAKE.title)):
        opened = open_set_index(read_set(folder), Settings(cache=tmp_path), encoder=BagOfWordsEncoder())
        assert [a.title for a in opened.articles()] == [title]


def test_without_articles_an_index_must_be_named(tmp_path):
    folder = write_set(tmp_path / "bare", articles=())
    with pytest.raises(SetInvalid, match="Name an index that holds them with --index"):
        open_set_index(read_set(folder), Settings(cache=tmp_path), encoder=BagOfWordsEncoder())


def test_articles_none_of_which_can_be_read_are_an_error(tmp_path):
    folder, said = write_set(tmp_path / "bad", articles=()), []
    (folder / "articles.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(SetInvalid, match="holds no article that can be read"):
        open_set_index(read_set(folder), Settings(cache=tmp_path), encoder=BagOfWordsEncoder(), say=said.append)
    assert "text is missing" in said[-1]


def test_gold_sentences_are_found_wherever_they_stand(evalset, opened):
    golds = locate(read_set(evalset), opened.snapshot())
    start = TALKS.text.index("The meeting with Xi")
    assert golds["long"].evidence[0].places == (Span("talks", start, start + 38),)
    assert golds["long"].articles == ("talks",)
    assert golds["cup"].evidence == ()


def test_a_sentence_that_is_repeated_is_gold_at_each_place(tmp_path, opened):
    records = [{"id": "a", "question": "x", "evidence": [{"article_id": "talks", "quote": "Xi"}]}]
    golds = locate(read_set(write_set(tmp_path / "s", records)), opened.snapshot())
    assert len(golds["a"].evidence[0].places) == TALKS.text.count("Xi") == 2


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        ({"article_id": "none", "quote": "x"}, "2: 'evidence[0].article_id' is 'none', and the index has no such"),
        (
            {"article_id": "talks", "quote": "It snowed."},
            "2: 'evidence[0].quote' is 'It snowed.'…, which does not",
        ),
    ],
)
def test_gold_that_the_index_lacks_is_named_with_its_line(tmp_path, opened, evidence, says):
    records = [RECORDS[0], {"id": "a", "question": "x", "evidence": [evidence]}]
    with pytest.raises(SetInvalid) as caught:
        locate(read_set(write_set(tmp_path / "s", records)), opened.snapshot())
    assert says in str(caught.value)

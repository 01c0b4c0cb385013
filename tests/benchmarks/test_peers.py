"""The adapters to other libraries. Where a library is not installed (extra `peers`) its tests are skipped."""

import ast
import importlib
import json
import re
import sys
from datetime import date

import numpy as np
import pytest

from benchmarks.peers import INSTALL, PEERS, adapter_note, open_peer
from benchmarks.peers.__main__ import main
from rag.api import Rag
from rag.encoding.location import locate
from rag.errors import MissingExtra, SettingInvalid
from rag.evaluation import Question, Span, evaluate
from rag.settings import DEFAULT_ENCODER, Settings
from rag.types import Article
from tests.conftest import ROOT
from tests.evaluation.made import QUAKE, TALKS, write_set
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence

MODULES = {"langchain": "langchain_text_splitters", "llamaindex": "llama_index.core", "txtai": "txtai"}
"""The module without which each adapter cannot be imported."""

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
TOPICS = ("river", "harbour", "election", "strike", "museum", "storm", "budget", "stadium", "school", "bridge")
LONG = Article(
    "long",
    "A long day in town",
    "\n\n".join(
        " ".join(f"The {topic} report counts {n} boats  and {m} carts." for n in NUMBERS for m in NUMBERS[:4])
        for topic in TOPICS
    ),
    published=date(2023, 4, 1),
)  # 10 paragraphs of 1,700 characters with double spaces: more than one chunk for each library
UNDATED = Article("undated", "Old talks", "Blinken met Xi in a year that nobody remembers.")
ARTICLES = (TALKS, QUAKE, LONG, UNDATED)


@pytest.fixture(params=PEERS)
def peer(request):
    pytest.importorskip(MODULES[request.param], reason=f"needs the extra peers: {INSTALL}")
    return request.param


@pytest.fixture
def town(tmp_path):
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles(ARTICLES)
    return rag


def all_chunks(name, rag, cache):
    """Every chunk of a peer, through its own search: a question with all words reaches all of them."""
    system = open_peer(name, rag, cache)
    text = " ".join({word for article in ARTICLES for word in re.findall(r"\w+", article.text)})
    return system, system.search(text, Question("q", text), 1000)


def encoded_text(name, article, span):
    """What a peer encodes for a chunk, by its documentation."""
    text = article.text[span.start : span.end]
    return {"llamaindex": f"title: {article.title}\n\n{text}", "txtai": re.sub(" +", " ", text)}.get(name, text)


def test_every_chunk_stands_in_its_article_and_together_they_cover_all_words(peer, town, tmp_path):
    _, found = all_chunks(peer, town, tmp_path / "cache")
    spans = [span for span, _ in found]
    assert len(set(spans)) == len(spans)
    assert sum(span.article_id == "long" for span in spans) >= 4
    for article in ARTICLES:
        covered = np.zeros(len(article.text), bool)
        for span in spans:
            if span.article_id == article.id:
                assert 0 <= span.start < span.end <= len(article.text)
                assert not article.text[span.start].isspace()
                assert not article.text[span.end - 1].isspace()
                covered[span.start : span.end] = True
        assert article.text.translate({ord(c): None for c in " \n"}) == "".join(
            c for c, inside in zip(article.text, covered, strict=True) if inside and c not in " \n"
        )


def test_a_search_finds_what_an_exact_search_over_the_same_chunks_finds(peer, town, tmp_path):
    system, found = all_chunks(peer, town, tmp_path / "cache")
    spans = [span for span, _ in found]
    texts = [encoded_text(peer, town.article(span.article_id), span) for span in spans]
    vectors = town.encoder.encode(texts)
    for text in ("How long did the meeting with Xi last?", "Which storm report counts seven boats?"):
        cosines = vectors @ town.encoder.encode([text])[0]
        best = np.argsort(-cosines, kind="stable")[:3]
        hits = system.search(text, Question("q", text), 3)
        assert [score for _, score in hits] == pytest.approx(cosines[best].tolist(), abs=1e-5)
        assert hits[0][0] == spans[best[0]]


def test_nothing_later_than_the_as_of_day_and_nothing_undated_is_found(peer, town, tmp_path):
    system = open_peer(peer, town, tmp_path / "cache")
    text = "Blinken met Xi and boats were killed in the quake"

    def articles(as_of):
        return {span.article_id for span, _ in system.search(text, Question("q", text, as_of=as_of), 1000)}

    assert articles(date(2023, 2, 5)) == set()
    assert articles(date(2023, 2, 6)) == {"quake"}
    assert articles(date(2023, 6, 18)) == {"quake", "long"}
    assert articles(date(2023, 6, 19)) == {"quake", "long", "talks"}
    assert articles(None) == {"quake", "long", "talks", "undated"}


def test_the_filter_by_date_does_not_use_up_the_results(peer, town, tmp_path):
    """All better chunks are too late; the one allowed is found all the same."""
    system = open_peer(peer, town, tmp_path / "cache")
    text = "The storm report counts seven boats and the quake"
    ((span, _),) = system.search(text, Question("q", text, as_of=date(2023, 3, 1)), 1)
    assert span == Span("quake", 0, len(QUAKE.text))


def test_a_second_run_encodes_no_chunk_and_finds_the_same(peer, town, tmp_path):
    system = open_peer(peer, town, tmp_path / "cache")
    encoded = town.encoder.n_encoded
    said = []
    again = open_peer(peer, town, tmp_path / "cache", said.append)
    assert town.encoder.n_encoded == encoded
    assert len(said) == 1  # how many chunks there are; none had to be encoded
    question = Question("q", "Where did Blinken meet Xi?")
    assert again.search(question.question, question, 5) == system.search(question.question, question, 5)
    assert town.encoder.n_encoded == encoded + 2  # questions are never taken from the cache


def test_a_peer_is_evaluated_like_any_system(peer, town, tmp_path):
    evalset = write_set(tmp_path / "tiny")
    system = open_peer(peer, town, tmp_path / "cache")
    assert system.name == peer
    assert "adapter " in system.version
    report = evaluate(evalset, out=tmp_path / "out", system=system)
    lines = (report.out / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    said = {line["id"]: line for line in map(json.loads, lines)}
    assert said["killed"]["citations"][0]["quote"] == "At least 5 people were killed in the quake."
    assert report.results.figures["verbatim citations"].value == 1
    assert report.results.n_predicted == 4


def test_an_unknown_peer_is_told_with_those_there_are(town, tmp_path):
    with pytest.raises(SettingInvalid, match="Choose one of: langchain, llamaindex, txtai"):
        open_peer("haystack", town, tmp_path)


@pytest.mark.parametrize("name", PEERS)
def test_a_missing_library_is_told_with_the_command_that_installs_it(name, town, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, MODULES[name].split(".")[0], None)
    monkeypatch.setitem(sys.modules, MODULES[name], None)
    monkeypatch.delitem(sys.modules, f"benchmarks.peers.{name}", raising=False)
    with pytest.raises(MissingExtra, match=re.escape(INSTALL)):
        open_peer(name, town, tmp_path)


def test_the_command_tells_an_error_in_words(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["peers", str(tmp_path / "none"), "--system", "txtai"])
    assert main() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "questions.jsonl" in printed.err


def test_the_note_changes_with_the_adapters_code():
    assert re.fullmatch(r"library 1\.2, adapter [0-9a-f]{8}", adapter_note("library 1.2"))


def test_the_package_itself_imports_no_peer():
    wanted = {"langchain_text_splitters", "langchain_huggingface", "llama_index", "txtai", "benchmarks"}
    for path in (ROOT / "rag").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not wanted & {name.split(".")[0] for name in names}, path


@pytest.mark.model
def test_huggingface_embeddings_on_the_same_weights_give_the_same_vectors(real_encoder, real_settings):
    """So that encoding with our encoder, which is faster, changes nothing but the time."""
    embeddings = pytest.importorskip("langchain_huggingface", reason="see benchmarks/README.md").HuggingFaceEmbeddings
    texts = [TALKS.text, QUAKE.text, LONG.text[:1000], LONG.text, "Who won?", "Ankunft: 5 °C – “so what”\n\nnext"]
    theirs = embeddings(
        model_name=str(locate(DEFAULT_ENCODER, real_settings.cache).path), model_kwargs={"device": "cpu"}
    )
    expected = np.array([*theirs.embed_documents(texts), theirs.embed_query(texts[-1])])
    found = np.concatenate([real_encoder.encode([text]) for text in (*texts, texts[-1])])
    lengths = np.linalg.norm(expected, axis=1) * np.linalg.norm(found, axis=1)
    assert ((expected * found).sum(axis=1) / lengths).min() > 0.999


def test_the_adapters_are_those_that_are_named():
    names = {path.stem for path in (ROOT / "benchmarks" / "peers").glob("*.py")}
    assert names - {"__init__", "__main__", "vectors", "places"} == set(PEERS)
    assert importlib.util.find_spec("benchmarks.peers").origin == str(ROOT / "benchmarks" / "peers" / "__init__.py")

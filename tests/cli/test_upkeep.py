import json
from dataclasses import replace

import pytest

from rag.cli.upkeep import _size
from rag.encoding.choosing import Speeds


def test_status_is_field_by_field(rag):
    assert rag("status").stdout == (
        "path: index\n"
        "articles: 2\n"
        "last published: 2023-06-19\n"
        "sources:\n  BBC: 1\n"
        "encoder:\n  model: bag_of_words\n  max_tokens: 64\n"
        "database: 1.2 MB\n"
        "checkpoint: -\n"
    )


def test_status_with_json_has_plain_values(rag):
    assert json.loads(rag("status", "--json").stdout) == {
        "path": "index",
        "n_articles": 2,
        "last_published": "2023-06-19",
        "sources": {"BBC": 1},
        "encoder": {"model": "bag_of_words", "max_tokens": 64},
        "database_bytes": 1_234_567,
        "checkpoint": None,
    }


def test_status_tells_how_fast_this_machine_encodes_where_that_was_measured(rag, fake, monkeypatch):
    monkeypatch.setattr(fake.FakeRag, "measured", Speeds("EPYC", 81.0, 123.5, "int8", float_is="bf16"))
    assert rag("status").stdout.endswith(
        "speeds:\n  cpu: EPYC\n  float_texts_per_s: 81.0\n  int8_texts_per_s: 123.5\n  chosen: int8\n"
        "  float_is: bf16\n  engine: openvino\n"
    )
    assert json.loads(rag("status", "--json").stdout)["speeds"]["chosen"] == "int8"


def test_of_many_sources_ten_are_shown(rag, fake):
    tides = fake.STORIES[1]
    stories = {f"a{n}": replace(tides, id=f"a{n}", source=f"Paper {n}") for n in range(25)}
    fake.stores[fake.Path("index")].articles = stories
    lines = rag("status").stdout.partition("sources:\n")[2].splitlines()
    assert lines[9:11] == ["  Paper 9: 1", "  … and 15 more (--json lists them all)"]
    assert len(json.loads(rag("status", "--json").stdout)["sources"]) == 25


@pytest.mark.parametrize(
    ("n_bytes", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (5_400_000, "5.4 MB"), (1.5e12, "1,500.0 GB")],
)
def test_sizes_are_in_decimal_units(n_bytes, words):
    assert _size(n_bytes) == words


def test_an_index_that_is_whole_passes_the_check(rag):
    result = rag("check")
    assert (result.exit_code, result.stdout) == (0, "whole: 2 articles, 4 passages; generation 3\n")
    assert json.loads(rag("check", "--json").stdout) == {
        "ok": True,
        "problems": [],
        "n_articles": 2,
        "n_passages": 4,
        "generation": 3,
        "repaired": [],
    }


def test_a_damaged_index_fails_the_check_until_repaired(rag, fake):
    fake.stores[fake.Path("index")].damaged = True
    size = "2 articles, 4 passages; generation 3\n"
    result = rag("check")
    assert result.exit_code == 1
    assert result.stdout == f"problem: vectors-3.faiss: checksum differs\ndamaged: {size}"
    as_json = rag("check", "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["problems"] == [{"where": "vectors-3.faiss", "what": "checksum differs"}]
    repaired = rag("check", "--repair")
    assert repaired.exit_code == 0
    assert repaired.stdout == f"repaired: vectors-3.faiss: checksum differs\nwhole: {size}"


def test_rebuilding_anew_or_the_views_alone(rag, fake):
    assert rag("rebuild", "--encoder", "bge").stdout == "rebuilt: 2 articles; generation 4\n"
    assert json.loads(rag("rebuild", "--views", "--json").stdout) == {"n_articles": 2, "generation": 4}
    assert [call for call in fake.calls if call[0] == "rebuild"] == [
        ("rebuild", "bge", False),
        ("rebuild", None, True),
    ]


def test_views_with_an_encoder_is_wrong_usage(rag, fake):
    result = rag("rebuild", "--views", "--encoder", "bge")
    assert result.exit_code == 2
    assert "--views encodes nothing" in result.stderr
    assert fake.calls == []

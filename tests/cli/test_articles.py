import json

import pytest

from rag.types import text_digest

TIDES = {
    "id": "tides",
    "title": "Spring tides",
    "source": None,
    "url": None,
    "authors": [],
    "published": None,
    "section": None,
    "digest": text_digest("High tides are due on Monday."),
    "n_chars": 29,
}


@pytest.fixture
def news(tmp_path):
    """A file of articles: a line each, `bad` ones first."""

    def write(*ids, bad=0):
        path = tmp_path / "news.jsonl"
        good = [json.dumps({"id": i, "title": f"About {i}", "text": f"It is {i}."}) for i in ids]
        path.write_text("\n".join(["{broken"] * bad + good))
        return str(path)

    return write


def test_adding_reports_what_was_added_updated_unchanged_and_skipped(rag, news):
    path = news("a", "tides", bad=1)
    result = rag("add", path)
    assert result.exit_code == 0
    assert result.stdout == (
        "1 added, 1 updated, 0 unchanged, 0 duplicates, 1 skipped; 2 passages; generation 4\n"
        f"  skipped {path}:1: not an article; correct the line\n"
    )
    assert rag("add", path).stdout.startswith("0 added, 0 updated, 2 unchanged")


def test_adding_with_json_reports_ids_and_every_skipped_line(rag, news):
    path = news("a", bad=25)
    result = rag("add", path, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "added": ["a"],
        "updated": [],
        "unchanged": [],
        "duplicates": [],
        "skipped": [
            {"origin": path, "line": line, "reason": "not an article; correct the line"} for line in range(1, 26)
        ],
        "n_passages": 1,
        "generation": 4,
    }


def test_of_many_skipped_the_first_twenty_are_shown(rag, news):
    lines = rag("add", news("a", bad=1025)).stdout.splitlines()
    assert len(lines) == 22
    assert ":20: not an article" in lines[20]
    assert lines[21] == "  … and 1,005 more (--json lists them all)"


def test_where_nothing_could_be_read_adding_has_failed(rag, news):
    result = rag("add", news(bad=2))
    assert result.exit_code == 1
    assert result.stdout.startswith("0 added, 0 updated, 0 unchanged, 0 duplicates, 2 skipped")
    assert rag("add", news(bad=2), "--json").exit_code == 1


def test_strict_stops_at_the_first_bad_line(rag, news):
    path = news("a", bad=1)
    result = rag("add", "--strict", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"error: {path}:1: not an article; correct the line\n"


def test_the_options_of_add_reach_the_facade(rag, fake, news):
    path = news("a")
    rag("add", path, path, "--allow-private", "--encoder", "bge", "--index", "other")
    rag("add", path)
    assert fake.calls[0][2] == {"encoder": "bge"}
    assert fake.calls[1] == ("add", (path, path), False, True)
    assert fake.calls[2:] == [("open", None, {}), ("add", (path,), False, None)]


def test_removing_says_what_is_gone(rag):
    result = rag("remove", "https://bbc.example/1", "tides")
    assert (result.exit_code, result.stdout) == (0, "removed bbc-1\nremoved tides\n2 removed; generation 4\n")


def test_removing_with_json_gives_ids_and_generation(rag):
    assert json.loads(rag("remove", "tides", "--json").stdout) == {"removed": ["tides"], "generation": 4}


def test_an_unknown_article_is_reported_and_nothing_is_removed(rag, fake):
    result = rag("remove", "tides", "nobody")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: No article 'nobody'. `rag list` shows those there are.\n"
    assert fake.open_index().n_articles == 2


def test_listing_through_a_pipe_is_tab_separated(rag):
    assert rag("list").stdout == "bbc-1\t2023-06-19\tBBC\tBlinken meets Xi\ntides\t-\t-\tSpring tides\n"


def test_listing_keeps_to_query_and_limit(rag, fake):
    assert rag("list", "--query", "TIDES").stdout == "tides\t-\t-\tSpring tides\n"
    assert rag("list", "--limit", "1").stdout == "bbc-1\t2023-06-19\tBBC\tBlinken meets Xi\n"
    assert fake.calls[-1] == ("articles", None, 0, 1)


def test_where_there_is_nothing_to_list_that_is_said_beside_the_output(rag, fake):
    fake.stores.clear()
    result = rag("list", "--json")
    assert (result.exit_code, result.stdout) == (0, '{"articles": []}\n')
    assert result.stderr == "No articles. Add some with `rag add PATH`.\n"
    named = rag("list", "--index", "none", "--json")
    assert (named.exit_code, named.stdout) == (1, "")
    assert named.stderr.startswith("error: ")
    fake.reset()
    assert rag("list", "--query", "zebra").stderr == "No articles match 'zebra'.\n"


def test_listing_reads_page_by_page_and_misses_none(rag, fake, monkeypatch):
    monkeypatch.setattr("rag.cli.articles.PAGE", 2)
    store = fake.stores[fake.Path("index")]
    template = store.articles["tides"]
    from dataclasses import replace

    store.articles = {f"a{n}": replace(template, id=f"a{n}") for n in range(5)}
    assert [line.split("\t")[0] for line in rag("list").stdout.splitlines()] == ["a0", "a1", "a2", "a3", "a4"]
    assert [call[2:] for call in fake.calls if call[0] == "articles"] == [(0, 2), (2, 2), (4, 2)]
    listed = json.loads(rag("list", "--limit", "3", "--json").stdout)["articles"]
    assert [article["id"] for article in listed] == ["a0", "a1", "a2"]


def test_listing_with_json_describes_each_article(rag):
    listed = json.loads(rag("list", "--json").stdout)
    assert [article["id"] for article in listed["articles"]] == ["bbc-1", "tides"]
    assert listed["articles"][1] == TIDES
    assert listed["articles"][0]["authors"] == ["A. Writer", "B. Writer"]
    assert list(listed) == ["articles"]


def test_showing_prints_the_article_whole(rag, fake):
    text = fake.STORIES[0].text
    assert rag("show", "bbc-1").stdout == (
        "Blinken meets Xi\n"
        "BBC, 2023-06-19, World, by A. Writer, B. Writer\n"
        "https://bbc.example/1\n"
        "id bbc-1\n"
        f"{text_digest(text)}\n"
        "\n"
        f"{text}\n"
    )


def test_showing_names_the_other_copies_of_the_story(rag, tmp_path):
    text = "Blinken met Xi in Beijing. They spoke."
    (tmp_path / "a.jsonl").write_text(f'{{"id": "the copy", "title": "Talks", "text": "{text}", "source": "Post"}}\n')
    assert rag("add", str(tmp_path / "a.jsonl")).exit_code == 0
    told = "the same story: Talks — Post (rag show 'the copy')\n\n"
    assert told in rag("show", "bbc-1").stdout
    assert told in rag("show", "bbc-1", "--sentences").stdout
    assert "the same story: Blinken meets Xi — BBC, 2023-06-19 (rag show bbc-1)\n" in rag("show", "the copy").stdout


def test_showing_with_sentences_numbers_them_as_citations_do(rag):
    assert rag("show", "https://bbc.example/1", "--sentences").stdout.endswith(
        "\n\n"
        "[0] 0–26\n    Blinken met Xi in Beijing.\n"
        "[1] 27–54\n    He raised fentanyl with Xi.\n"
        "[2] 55–81\n    Both spoke for 35 minutes.\n"
    )


def test_showing_with_sentences_says_whose_words_each_one_is(rag, tmp_path):
    text = "Wang Yi met Ann Holub.\\n“We are going home,” Wang said.\\nThe bridge is safe, police said."
    (tmp_path / "a.jsonl").write_text(f'{{"id": "talks", "title": "Talks", "text": "{text}"}}\n', "utf-8")
    assert rag("add", str(tmp_path / "a.jsonl")).exit_code == 0
    assert rag("show", "talks", "--sentences").stdout.endswith(
        "\n\n"
        "[0] 0–22\n    Wang Yi met Ann Holub.\n"
        "[1] quote · Wang Yi  23–54\n    “We are going home,” Wang said.\n"
        "[2] attributed · police  55–87\n    The bridge is safe, police said.\n"
    )


def test_showing_with_json_has_text_and_sentences(rag):
    assert json.loads(rag("show", "tides", "--json").stdout) == TIDES | {
        "text": "High tides are due on Monday.",
        "sentences": [{"ordinal": 0, "start": 0, "end": 29}],
    }

"""The fault campaigns in a short form; `make faults` runs them whole."""

import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults import campaign, damage, operations, state
from rag.index import vectors
from tests.index.corpus import build, make_article

ROOT = Path(__file__).parents[2]


def run(module, *args):
    done = subprocess.run(
        [sys.executable, "-m", module, *args], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    return done.returncode, done.stdout


needs_compiler = pytest.mark.skipif(
    shutil.which("cc") is None and os.environ.get("RAG_REQUIRE_BROWSER") != "1", reason="a C compiler is needed"
)


@needs_compiler
@pytest.mark.skipif(platform.machine() != "x86_64", reason="elsewhere they pass unseen")
def test_the_seam_sees_the_renames_by_which_tantivy_publishes_its_files(tmp_path):
    program = (
        "import ctypes, os, sys, tantivy\n"
        "library = ctypes.CDLL(os.environ['RAG_SEAM'])\n"
        "library.seam_arm(os.fsencode(sys.argv[1]), 1, 2, ctypes.c_long(0), 0)\n"  # count what changes names
        "tantivy.Index(tantivy.SchemaBuilder().build(), path=sys.argv[1])\n"
        "print(library.seam_seen())\n"
    )
    (tmp_path / "words").mkdir()
    command = [sys.executable, "-c", program, str(tmp_path / "words")]
    done = subprocess.run(command, env=campaign.under(str(tmp_path)), capture_output=True, text=True, check=True)
    assert int(done.stdout) >= 2  # .managed.json and meta.json


@needs_compiler
def test_a_writer_killed_or_failed_at_any_call_leaves_the_old_or_the_new_generation():
    code, told = run("benchmarks.faults.campaign", "--every", "37")
    assert "FAULT" not in told
    assert code == 0
    rows = re.findall(r"(\d+) calls +(\d+) tried", told)
    assert len(rows) == 80  # ten operations in eight ways
    assert all(int(calls) >= 5 and int(tried) >= 1 for calls, tried in rows)  # the seam sees the calls


def test_a_flipped_bit_or_a_cut_is_healed_or_reported():
    code, told = run("benchmarks.faults.damage", "--flips", "4")
    assert "FAULT" not in told
    assert code == 0
    assert re.search(r"plain +articles\.db .*\b(refused|reported)", told)
    assert re.search(r"plain +questions\.db .*\b(refused|reported)", told)
    assert re.search(r"cache +vectors\.db .*encoded again", told)
    assert re.search(r"plain +vectors-1\.faiss .*healed", told)
    assert re.search(r"compressed +vectors-1\.faiss .*healed", told)
    assert re.search(r"killed +articles\.db-wal .*an older generation", told)


def without_forks(monkeypatch):
    """Let what is done in a child be done here: a process with threads must not be forked."""
    for module in (campaign, damage, operations, state):
        monkeypatch.setattr(module, "in_child", lambda work: work())


@pytest.fixture
def damaged(tmp_path):
    """An index, and a copy in which one word of one article is another."""
    build(tmp_path / "before", [make_article(i) for i in range(3)]).close()
    shutil.copytree(tmp_path / "before", tmp_path / "after")
    with sqlite3.connect(tmp_path / "after" / "articles.db") as connection:
        connection.execute("UPDATE articles SET title = 'About the rover' WHERE id = 'article-000'")
    connection.close()
    return tmp_path / "after", tmp_path / "before"


def test_the_judge_of_damage_wants_each_changed_article_named(damaged, capsys):
    changed = damage.changed_articles(*damaged)
    assert changed == {"article-000"}
    named = "articles.db, article 'article-000': it is not what was committed"
    other = "articles.db, article 'article-001': it is not what was committed"
    for problems, says in (([named], "reported by article"), ([other], "FAULT"), (["articles.db: page 3"], "FAULT")):
        assert damage.reported("articles.db", {"problems": problems}, changed) == says
    assert damage.reported("articles.db", {"problems": ["articles.db: page 3"]}, set()) == "reported"
    assert capsys.readouterr().out.count("['article-000'] changed, and are not among") == 2


def test_the_judge_of_damage_finds_what_nobody_reports(damaged, capsys, monkeypatch):
    without_forks(monkeypatch)
    material = damage.Material(damaged[1], [], [state.state_of(damaged[0])])
    with sqlite3.connect(damaged[0] / "articles.db") as connection:
        connection.execute("DROP TABLE seals")
    connection.close()
    assert damage.outcome(damaged[0], material, "articles.db") == "FAULT"
    assert "nothing is reported: ['article-000']" in capsys.readouterr().out


@pytest.fixture
def trial(tmp_path, monkeypatch):
    """An index in which something was to be added, the states that it may be in, and a judge of what it is in."""
    without_forks(monkeypatch)
    monkeypatch.setattr(vectors, "REPLAY_FLOOR", vectors.REPLAY_FLOOR)  # which `prepare` sets for good
    monkeypatch.setattr(campaign, "armed", lambda path, operation, way, n: operations.perform(path, operation) or FINE)
    operations.prepare(tmp_path / "old")
    shutil.copytree(tmp_path / "old", tmp_path / "new")
    operations.perform(tmp_path / "new", "add")
    states = [state.state_of(tmp_path / name) for name in ("old", "new")]

    def judge(path, ended=FINE, operation="add"):
        counts = {"old": 0, "new": 0}
        return campaign.judge(path, operation, ended, states, counts), counts

    return tmp_path, states, judge


def altered(path, sql):
    with sqlite3.connect(path / "articles.db") as connection:
        connection.execute(sql)
    connection.close()


FINE = {"seen": 9, "error": None, "ours": True}


def test_the_judge_of_the_campaign_passes_the_old_and_the_new_generation(trial):
    folder, _, judge = trial
    assert judge(folder / "old", -9) == (None, {"old": 1, "new": 0})
    assert judge(folder / "new") == (None, {"old": 0, "new": 1})


def test_the_judge_of_the_campaign_faults_a_mixture_of_generations(trial):
    folder, _, judge = trial
    altered(folder / "old", "INSERT INTO generations SELECT generation + 1, committed_at, n_articles, n_passages,"
                            " n_sentences, n_characters FROM generations ORDER BY 1 DESC LIMIT 1")  # fmt: skip
    fault, counts = judge(folder / "old", -9)
    assert re.fullmatch(r"neither old nor new: generation \d+", fault)
    assert counts == {"old": 0, "new": 0}


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE articles SET title = 'About the rover' WHERE id = 'article-000'", "check finds .*'article-000'"),
        ("DELETE FROM copies WHERE text < copy", "check finds .*copy of"),
        ("DROP TABLE vectors", "it cannot be opened: .*"),
    ],
)
def test_the_judge_of_the_campaign_faults_what_is_damaged(trial, sql, fault):
    folder, _, judge = trial
    altered(folder / "new", sql)
    assert re.match(fault, judge(folder / "new")[0])


def test_the_judge_of_the_campaign_faults_another_story_or_saved_question(trial):
    folder, states, judge = trial
    before = [list(one) for one in states]
    for place in (2, 5):
        for one in states:
            one[place] = ["another"]
        assert judge(folder / "new")[0].startswith("neither old nor new")
        states[:] = [list(one) for one in before]


def test_the_judge_of_the_campaign_faults_a_wrong_ending(trial):
    folder, _, judge = trial
    assert judge(folder / "new", -11)[0] == "the writer ended with -11"
    other = {"seen": 9, "error": "KeyError()", "ours": False}
    assert judge(folder / "new", other)[0] == "not an error of this package: KeyError()"
    refused = {"seen": 9, "error": "IndexNotWritable()", "ours": True}
    assert judge(folder / "old", refused)[0] is None
    assert judge(folder / "old", refused, operations.CACHE)[0].startswith("a cache that fails has harmed the addition")


def test_the_judge_of_the_campaign_faults_a_change_that_ends_elsewhere(trial):
    folder, states, judge = trial
    states[1] = [*states[1][:1], "another", *states[1][2:]]
    assert judge(folder / "old", -9)[0] == "made again, it ends elsewhere"


def test_the_judge_of_the_campaign_faults_a_wrong_vector(trial, monkeypatch):
    folder, _, judge = trial
    shutil.copytree(folder / "old", folder / "trial" / "index")
    path = folder / "trial" / "index"
    assert judge(path, -9, operations.CACHE)[0] is None
    monkeypatch.setattr("rag.encoding.vector_cache._is_whole", lambda key, value: True)
    with sqlite3.connect(operations.cache_of(path) / "vectors.db") as connection:
        connection.execute("UPDATE vectors SET vector = zeroblob(length(vector)) WHERE rowid = 1")
    connection.close()
    assert judge(path, FINE, operations.CACHE)[0].startswith("the cache gives wrong vectors: [")


def test_the_judge_of_damage_faults_a_question_that_reads_otherwise_or_is_gone(tmp_path, monkeypatch, capsys):
    without_forks(monkeypatch)
    operations.save(tmp_path)
    read, told = damage.questions_of(tmp_path)
    assert (len(read), told) == (1, [])
    for before, says in ((read, "harmless"), (["another"], "FAULT"), ([*read, "one more"], "FAULT")):
        assert damage.kept_questions(tmp_path, damage.Material(tmp_path, [], [], before)) == says
    assert re.search("reads otherwise.*is gone, and nothing is reported", capsys.readouterr().out, re.DOTALL)
    with sqlite3.connect(tmp_path / "questions.db") as connection:
        connection.execute("UPDATE saved SET question = question || '!'")
    connection.close()
    assert damage.kept_questions(tmp_path, damage.Material(tmp_path, [], [], read)) == "reported"

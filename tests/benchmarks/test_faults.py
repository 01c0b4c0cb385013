"""The fault campaigns in a short form; `make faults` runs them whole."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults import campaign, damage
from tests.index.corpus import build, make_article

ROOT = Path(__file__).parents[2]


def run(module, *args):
    done = subprocess.run(
        [sys.executable, "-m", module, *args], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.skipif(
    shutil.which("cc") is None and os.environ.get("RAG_REQUIRE_BROWSER") != "1", reason="a C compiler is needed"
)
def test_a_writer_killed_or_failed_at_any_call_leaves_the_old_or_the_new_generation():
    code, told = run("benchmarks.faults.campaign", "--every", "37")
    assert "FAULT" not in told
    assert code == 0
    rows = re.findall(r"(\d+) calls +(\d+) tried", told)
    assert len(rows) == 56  # seven operations in eight ways
    assert all(int(calls) >= 10 and int(tried) >= 1 for calls, tried in rows)  # the seam sees the calls


def test_a_flipped_bit_or_a_cut_is_healed_or_reported():
    code, told = run("benchmarks.faults.damage", "--flips", "4")
    assert "FAULT" not in told
    assert code == 0
    assert re.search(r"plain +articles\.db .*\b(refused|reported)", told)
    assert re.search(r"plain +questions\.db .*refused", told)
    assert re.search(r"plain +vectors-1\.faiss .*healed", told)
    assert re.search(r"compressed +vectors-1\.faiss .*healed", told)
    assert re.search(r"killed +articles\.db-wal .*an older generation", told)


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
    for module in (campaign, damage):
        monkeypatch.setattr(module, "in_child", lambda work: work())  # no fork of a process with threads
    material = damage.Material(damaged[1], [], [campaign.state_of(damaged[0])], "")
    with sqlite3.connect(damaged[0] / "articles.db") as connection:
        connection.execute("DROP TABLE seals")
    connection.close()
    assert damage.outcome(damaged[0], material, "articles.db") == "FAULT"
    assert "nothing is reported: ['article-000']" in capsys.readouterr().out

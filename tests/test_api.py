import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

import pytest

import rag
from rag.answering.missing import missing_names
from rag.api import AddProgress, Rag, open_index
from rag.chain import Step, make_constraints, read_input
from rag.errors import (
    ArticleNotFound,
    EncoderMismatch,
    IndexLocked,
    IndexNotFound,
    QuestionInvalid,
    ReadError,
    SettingInvalid,
)
from rag.settings import Settings
from rag.types import Answer, Article, Constraints, Turn
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence

ARTICLES = [
    Article(
        "talks",
        "Blinken and Xi hold talks",
        "Antony Blinken met Xi Jinping in Beijing on Monday. The meeting with Xi lasted 35 minutes. Rain fell all day.",
        source="Example Times",
        url="https://times.example/talks",
        published=date(2023, 6, 19),
    ),
    Article(
        "quake",
        "Quake hits Hatay",
        "A strong quake hit Hatay on Sunday. At least 5 people were killed in the quake.",
        source="Daily Post",
        published=date(2023, 2, 6),
    ),
]


@pytest.fixture
def opened(tmp_path: Path) -> Rag:
    made = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    made.add_articles(ARTICLES)
    return made


def test_an_answer_cites_the_exact_sentence_and_verifies(opened: Rag):
    answer = opened.ask("How long was the meeting with Xi?")
    assert not answer.abstained
    assert "The meeting with Xi lasted 35 minutes." in [c.quote for c in answer.citations[:2]]
    for c in answer.citations:
        assert opened.article(c.article_id).text[c.start : c.end] == c.quote
        assert opened.sentences(c.article_id)[c.sentences[0]].start == c.start
    assert all(f"[{c.number}]" in answer.text for c in answer.citations)
    assert opened.verify(answer).ok
    assert answer.generation == opened.generation
    assert set(answer.timings_ms) == {"standalone", "retrieve", "evidence", "answer", "check", "total"}


def test_an_old_answer_no_longer_verifies_when_its_article_has_changed(opened: Rag):
    answer = opened.ask("How long was the meeting with Xi?")
    opened.add_article(replace(ARTICLES[0], text=ARTICLES[0].text.replace("35", "40")))
    report = opened.verify(answer)
    assert not report.ok
    assert {c.status for c in report.citations} == {"changed"}


def test_a_question_about_something_no_article_mentions_is_not_answered(opened: Rag):
    answer = opened.ask("What is the capital of Madagascar?")
    assert answer.abstained
    assert answer.text == "The articles don't say: no article mentions Madagascar."
    assert (answer.statements, answer.citations) == ((), ())


def test_what_only_opens_a_question_or_tells_the_class_of_its_answer_need_not_stand_in_an_article(opened: Rag):
    for question in ("Besides Blinken, whom did Xi meet?", "Which European minister met Xi?", "Which minister met Xi?"):
        assert missing_names(question, opened.snapshot()) == []
    assert missing_names("Which Madagascar minister met Xi?", opened.snapshot()) == ["Madagascar"]
    assert missing_names("What did the European minister say?", opened.snapshot()) == ["European"]


def test_what_only_articles_outside_the_filters_mention_is_not_mentioned(opened: Rag):
    question = "What hit Hatay?"
    assert not opened.ask(question).abstained
    told = "The articles don't say: no article mentions Hatay."
    assert opened.ask(question, as_of="2023-02-05").text == told
    assert opened.ask(question, sources=["Example Times"]).text == told
    assert missing_names(question, opened.snapshot(), Constraints(sources=("DAILY POST",))) == []


def test_a_question_without_capitals_is_told_which_of_its_words_no_article_mentions(opened: Rag):
    answer = opened.ask("which vineyards near beijing did blinken buy?")
    assert answer.text == "The articles don't say: no article mentions “vineyards”, “near” or “buy”."
    assert missing_names("which vineyards near beijing did blinken buy?", opened.snapshot()) == []


def test_another_spelling_of_a_name_is_no_other_name(opened: Rag):
    for question in ("How long was Blinkken in Beijing?", "What did Blinkken raise?"):
        assert missing_names(question, opened.snapshot()) == []
    assert missing_names("What did Blunkken raise in Beijing?", opened.snapshot()) == ["Blunkken"]


def test_nothing_outside_the_filters_is_used(opened: Rag):
    question = "How many people were killed in the quake?"
    assert opened.ask(question).citations[0].article_id == "quake"
    for filters in ({"as_of": "2023-01-01"}, {"since": date(2023, 3, 1)}, {"sources": ["example times"]}):
        answer = opened.ask(question, **filters)
        assert {e.article_id for e in answer.evidence} <= {"talks"}
    assert {h.passage.article_id for h in opened.search(question, until="2023-02-06")} == {"quake"}


def test_a_timeline_tells_as_many_as_six_days(opened: Rag):
    days = {
        1: "Bakers walked out of the Ostley mill strike talks.",
        4: "The Ostley mill strike reached the harbour.",
        9: "A judge allowed the Ostley mill strike.",
        12: "Soldiers baked bread for hospitals during the Ostley mill strike.",
        20: "The owner offered the Ostley mill strike committee nine marks.",
        28: "Both sides ended the Ostley mill strike with a handshake.",
    }
    opened.add_articles(
        Article(f"day-{day}", text.rstrip("."), text, published=date(2023, 8, day)) for day, text in days.items()
    )
    answer = opened.ask("What has happened since the start of the Ostley mill strike?")
    assert [s.text for s in answer.statements] == [f"{day} Aug 2023: {text}" for day, text in days.items()]


def test_a_follow_up_is_answered_as_the_standalone_question_it_stands_for(opened: Rag):
    history = [Turn("user", "Who met Xi Jinping in Beijing?"), Turn("assistant", "Antony Blinken.")]
    answer = opened.ask("And how long was the meeting with him?", history=history)
    assert answer.standalone_question == "How long was the meeting with Xi Jinping?"
    assert "The meeting with Xi lasted 35 minutes." in [c.quote for c in answer.citations[:2]]


def test_a_stream_yields_the_steps_and_then_the_growing_answer(opened: Rag):
    items = list(opened.stream("How long was the meeting with Xi?"))
    steps = [item.name for item in items if isinstance(item, Step)]
    answers = [item for item in items if isinstance(item, Answer)]
    assert steps == ["standalone", "retrieve", "evidence", "answer", "check"]
    assert [len(a.statements) for a in answers] == list(range(1, len(answers) + 1))
    assert replace(answers[-1], timings_ms={}) == replace(
        opened.ask("How long was the meeting with Xi?"), timings_ms={}
    )


def test_removing_takes_all_or_none(opened: Rag):
    with pytest.raises(ArticleNotFound, match="nothing"):
        opened.remove("talks", "nothing")
    assert opened.n_articles == 2
    assert opened.remove("https://times.example/talks", "quake") == ("talks", "quake")
    assert opened.n_articles == 0
    for ask in (opened.ask, opened.search, opened.stream):
        with pytest.raises(IndexNotFound, match=r"has no articles\. Add some with `rag add PATH`"):
            ask("How long was the meeting with Xi?")


def test_an_index_that_does_not_exist_yet_is_empty_but_cannot_be_asked(tmp_path: Path):
    made = Rag(Settings(index=tmp_path / "none"), BagOfWordsEncoder())
    assert (made.exists, made.n_articles, made.generation, made.articles()) == (False, 0, 0, [])
    with pytest.raises(IndexNotFound, match="rag add"):
        made.ask("Who?")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("question", ["", "   ", "?!", "x" * 2001])
def test_a_question_without_words_or_too_long_is_refused(opened: Rag, question: str):
    for ask in (opened.ask, opened.search, opened.support, partial(opened.choose, choices=["Xi", "Qin"])):
        with pytest.raises(QuestionInvalid, match=r"has no words in it|has 2,001 characters; 2,000 are read at most"):
            ask(question)


def test_a_question_that_is_longer_once_it_stands_alone_is_asked_as_it_was_put(opened: Rag):
    before = Turn("user", "When did Xi Jinping come to Beijing?")
    once = opened.ask("Why did he go, and was he well?", history=[before])
    assert once.standalone_question == "Why did Xi Jinping go, and was Xi Jinping well?"
    long = f"Why did he go{', and was he well' * 110}?"
    answer = opened.ask(long, history=[before])
    assert answer.standalone_question == long
    opened.search(answer.standalone_question)  # as "why this?" does


def test_dates_that_cannot_be_read_or_exclude_everything_are_refused(opened: Rag):
    with pytest.raises(SettingInvalid, match="2023-13-01"):
        opened.ask("Who met Xi?", as_of="2023-13-01")
    with pytest.raises(SettingInvalid, match="since"):
        opened.ask("Who met Xi?", since="2023-02-01", until="2023-01-01")


def test_another_encoder_than_the_index_was_built_with_is_refused_with_the_way_out(opened: Rag):
    other = Rag(Settings(index=opened.settings.index, encoder="bge-small"))
    with pytest.raises(EncoderMismatch, match="rag rebuild --encoder bge-small"):
        other.ask("Who met Xi?")


def test_an_index_that_was_encoded_anew_by_others_is_asked_with_its_encoder_or_not_at_all(opened: Rag, monkeypatch):
    encoders = {"bag-of-words": BagOfWordsEncoder(), "other": BagOfWordsEncoder(model="other")}
    for place in ("rag.api.load_encoder", "rag.fitting.load_encoder"):
        monkeypatch.setattr(place, lambda settings, model=None, precision=None: encoders[model])
    long_open = Rag(opened.settings, model=WordOverlapEvidence())
    assert long_open.ask("Who met Xi?").models.encoder == "bag-of-words"
    retriever = long_open.retriever()
    Rag(opened.settings, model=WordOverlapEvidence()).rebuild("other")
    answer = long_open.ask("Who met Xi?")
    assert (answer.models.encoder, answer.citations[0].article_id) == ("other", "talks")
    for old in (lambda: opened.ask("Who met Xi?"), lambda: retriever.invoke("Who met Xi?")):
        with pytest.raises(
            EncoderMismatch, match=r"'other' \(float\) now.*'bag-of-words' \(float\).*open the index again"
        ):
            old()


def test_what_is_in_an_index_is_told_on_a_machine_that_lacks_its_encoder(opened: Rag):
    elsewhere = Rag(opened.settings)
    assert elsewhere.status().encoder.model == "bag-of-words"
    assert elsewhere.speeds() is None


@pytest.mark.parametrize("views_only", [True, False])
def test_a_rebuild_tells_how_far_it_has_come_and_questions_are_answered_meanwhile(opened: Rag, views_only: bool):
    told = []

    def tell(now: AddProgress) -> None:
        told.append(now)
        assert opened.ask("Who met Xi?").citations[0].article_id == "talks"

    opened.rebuild(views_only=views_only, progress=tell)
    stages = [now.stage for now in told]
    assert [now.done for now in told if now.stage == "building"] == [0, 2]
    assert {now.total for now in told} == {2}
    assert list(dict.fromkeys(stages)) == (["building"] if views_only else ["encoding", "building"])
    assert opened.generation == (1 if views_only else 2)
    assert opened.check().ok


def test_a_rebuild_beside_another_writer_is_refused(opened: Rag):
    with opened._opened.writer(), pytest.raises(IndexLocked, match="only one writer"):
        opened.rebuild(views_only=True)


def test_articles_with_the_same_text_are_named_and_others_are_not(opened: Rag):
    copy = replace(ARTICLES[0], id="copy", url=None, source="Mirror")
    assert opened.add_articles([copy]).duplicates == ("copy",)
    assert (opened.twins("copy"), opened.twins("talks"), opened.twins("quake")) == (("talks",), ("copy",), ())


def test_a_language_model_without_a_key_is_refused_only_when_a_question_is_asked(opened: Rag, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    worded = Rag(Settings(index=opened.settings.index, llm="openai:gpt"), opened.encoder, opened.model)
    assert (worded.n_articles, len(worded.articles()), worded.status().n_articles) == (2, 2, 2)
    assert worded.search("meeting with Xi")[0].passage.article_id == "talks"
    for ask in (worded.ask, worded.stream):
        with pytest.raises(SettingInvalid, match="OPENAI_API_KEY"):
            ask("Who met Xi?")


def test_a_source_that_no_article_has_is_refused_with_those_that_there_are(opened: Rag):
    message = "No article has the source 'Nope'. Sources: Daily Post, Example Times."
    for ask in (opened.ask, opened.stream, opened.search, opened.support):
        with pytest.raises(SettingInvalid, match=f"^{message}$"):
            ask("Who met Xi?", sources=["Nope"])
    assert not opened.ask("How long was the meeting with Xi?", sources=["Nope", "EXAMPLE TIMES"]).abstained


@pytest.mark.parametrize("question", [None, 5, b"Who met Xi?"])
def test_a_question_that_is_no_text_is_refused(opened: Rag, question: object):
    for ask in (opened.ask, opened.stream, opened.search, opened.support):
        with pytest.raises(QuestionInvalid, match="no text"):
            ask(question)  # type: ignore[arg-type]


def test_a_time_stands_for_its_day(opened: Rag):
    question = "How many people were killed in the quake?"
    at = opened.ask(question, as_of=datetime(2023, 2, 6, 1, 0))
    assert at.as_of == date(2023, 2, 6)
    assert at.citations[0].article_id == "quake"


@pytest.mark.parametrize("turn", [("user", "x"), None, "x"])
def test_a_history_of_other_things_than_turns_is_refused(opened: Rag, turn: object):
    with pytest.raises(SettingInvalid, match="is no turn"):
        opened.ask("Who met Xi?", history=[turn])  # type: ignore[list-item]


def test_nothing_to_add_or_remove_is_refused(opened: Rag):
    for targets in ((), (None,), (5,)):
        with pytest.raises(ReadError):
            opened.add(*targets)  # type: ignore[arg-type]
    with pytest.raises(ArticleNotFound, match="none was removed"):
        opened.remove()
    assert (opened.n_articles, opened.generation) == (2, 1)


def test_counts_below_their_range_are_refused_and_above_it_give_what_there_is(opened: Rag):
    for k in (0, -1, 1.5, True):
        with pytest.raises(SettingInvalid, match="k is"):
            opened.search("Xi", k)  # type: ignore[arg-type]
    with pytest.raises(SettingInvalid, match="offset is -1"):
        opened.articles(offset=-1)
    with pytest.raises(SettingInvalid, match="limit is -2"):
        opened.articles(limit=-2)
    assert {h.passage.article_id for h in opened.search("Xi quake", 10**12)} == {"talks", "quake"}


def test_a_path_that_is_not_there_is_found_out_before_anything_is_added(opened: Rag, tmp_path: Path):
    (tmp_path / "good.txt").write_text("Tides\n\nThe tides are due at noon in the harbour.")
    with pytest.raises(ReadError, match=r"missing\.txt does not exist, so nothing was added"):
        opened.add(tmp_path / "good.txt", tmp_path / "missing.txt")
    assert (opened.n_articles, opened.generation) == (2, 1)


def test_an_index_without_a_name_is_refused():
    with pytest.raises(SettingInvalid, match="empty"):
        open_index("")


def test_the_chain_takes_what_langchain_users_pass(opened: Rag):
    answers = opened.chain.batch(
        ["How long was the meeting with Xi?", {"question": "Who met Xi?", "since": "2023-05-01"}]
    )
    assert [a.question for a in answers] == ["How long was the meeting with Xi?", "Who met Xi?"]
    with pytest.raises(SettingInvalid, match="question"):
        opened.chain.invoke({"query": "Who met Xi?"})
    with pytest.raises(SettingInvalid, match="role"):
        read_input({"question": "Who?", "history": [{"role": "robot", "content": "x"}]})
    assert make_constraints(sources="Daily Post").sources == ("Daily Post",)


def test_every_exported_name_exists_and_importing_the_package_loads_nothing_heavy():
    assert all(getattr(rag, name) is not None for name in rag.__all__)
    with pytest.raises(AttributeError):
        rag.nothing  # noqa: B018
    code = "import rag, sys; print([m for m in ('numpy', 'torch', 'faiss', 'langchain_core') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_question_of_words_that_no_article_has_is_declined_by_naming_them(opened: Rag):
    answer = opened.ask("hello there")
    assert answer.abstained
    assert answer.text == "The articles don't say: no article mentions “hello”."


def test_unseen_characters_in_a_question_do_not_hide_its_words(opened: Rag):
    assert opened.ask("How long was the meet\u00ading with\u200b Xi?").standalone_question == (
        "How long was the meeting with Xi?"
    )

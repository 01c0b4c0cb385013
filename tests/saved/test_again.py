"""What an addition touches, and what comes of asking again: rag.saved.again on a real index."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date

import pytest

from rag.api import Rag
from rag.errors import SavedInvalid
from rag.saved import SavedQuestions, VainQuestions, change_of, check_saved, check_vain, record_vain, save
from rag.saved.basis import basis_of
from rag.saved.database import FILE
from rag.settings import Settings
from rag.types import Article, Constraints
from tests.saved.conftest import opened
from tests.test_api import ARTICLES

KILLED = "How many people were killed in the quake?"
TOLL = Article(
    "toll", "Toll of the quake rises", "Rescuers said 41 people were killed in the quake. Tents came by lorry.",
    source="Daily Post", published=date(2023, 2, 8),
)  # fmt: skip
FILLERS = [
    Article(f"filler-{n}", f"Killed quake people {n}", f"Notice {n}: quake people killed. Nothing else {n}.")
    for n in range(6)
]
CHESS = Article("chess", "Chess", "The chess club elected a treasurer. Its pieces are made of pear wood.")


def saved(rag, question=KILLED, **filters):
    return save(rag, rag.ask(question, **filters), **filters)[0]


def only(rag):
    (one,) = check_saved(rag)
    return one


def test_an_added_article_that_is_read_for_the_question_brings_a_new_answer_and_its_sentence(rag):
    before = saved(rag)
    rag.add_article(TOLL)
    one = only(rag)
    change = change_of(one.read, one.present)
    assert [c.quote for c in change.came] == ["Rescuers said 41 people were killed in the quake."]
    assert (one.read, one.present.generation, one.checked) == (before.read, 2, 2)
    assert rag.verify(one.present).ok


def test_an_added_article_that_is_not_read_for_the_question_costs_no_answer(rag):
    rag.add_articles(FILLERS)  # as many passages as are read stand nearer to the question than the new article
    saved(rag)
    rag.n_answered = 0
    rag.add_article(CHESS)
    one = only(rag)
    assert rag.n_answered == 0
    assert (one.checked, one.present.generation) == (rag.generation, rag.generation - 1)
    assert not change_of(one.read, one.present)
    assert rag.ask(KILLED).citations == one.present.citations  # it would have been the same answer


def test_nothing_is_searched_where_nothing_was_added(rag):
    saved(rag)
    only(rag)
    encoded = rag.encoder.n_encoded
    only(rag)
    assert rag.encoder.n_encoded == encoded


def test_a_removed_article_takes_its_sentence_away(rag):
    saved(rag)
    rag.remove("quake")
    one = only(rag)
    change = change_of(one.read, one.present)
    assert "At least 5 people were killed in the quake." in [c.quote for c in change.went]
    assert change.came == ()
    assert change.turned == "unanswered"


def test_a_text_that_changed_is_read_again_and_a_sentence_that_only_moved_has_not_come_or_gone(rag):
    saved(rag)
    quake = ARTICLES[1]
    rag.add_article(replace(quake, text="Snow fell. " + quake.text))
    moved = only(rag)
    assert moved.present.citations[0].start == moved.read.citations[0].start + len("Snow fell. ")
    assert not change_of(moved.read, moved.present)
    rag.add_article(replace(quake, text=quake.text.replace("At least 5", "At least 9")))
    one = only(rag)
    change = change_of(one.read, one.present)
    assert [c.quote for c in change.came] == ["At least 9 people were killed in the quake."]
    assert [c.quote for c in change.went] == ["At least 5 people were killed in the quake."]


def test_a_name_that_no_article_had_touches_the_question_wherever_it_comes_to_stand(rag):
    rag.add_articles(FILLERS)
    question = "How many people were killed in the Zagreb quake?"
    one = saved(rag, question)
    assert one.present.abstained
    rag.add_article(Article("far", "Elsewhere", "Trams run again. " * 12 + "Zagreb slept."))
    read = [hit.passage.article_id for hit in rag.search(question, 5)]
    assert "far" not in read
    rag.n_answered = 0
    assert only(rag).checked == rag.generation
    assert rag.n_answered == 1


def test_equal_bases_are_equal_answers_and_filters_are_part_of_them(rag):
    free, until = Constraints(), Constraints(until=date(2023, 2, 7))
    first, narrow = basis_of(rag, KILLED, free), basis_of(rag, KILLED, until)
    assert first.digest != narrow.digest
    rag.add_article(TOLL)
    assert basis_of(rag, KILLED, until).digest == narrow.digest
    assert basis_of(rag, KILLED, free).digest != first.digest


def test_a_misspelled_question_is_made_of_what_the_articles_spell_until_one_spells_it_so(rag):
    rag.add_articles(FILLERS)
    right, slip = "Who read the notice of people killed?", "Who read the notise of people killed?"
    assert rag.ask(slip).standalone_question.lower() == right.lower()
    before = basis_of(rag, slip, Constraints()).digest
    assert before == basis_of(rag, rag.ask(slip).standalone_question, Constraints()).digest
    rag.add_article(Article("far", "Elsewhere", "Trams run again. " * 12 + "They notise."))
    assert rag.ask(slip).standalone_question == slip
    assert basis_of(rag, slip, Constraints()).digest != before


def test_a_saved_question_keeps_its_filters(rag):
    one = saved(rag, until="2023-02-07", sources=["daily post"])
    assert one.given == Constraints(until=date(2023, 2, 7), sources=("daily post",))
    rag.add_article(TOLL)
    rag.n_answered = 0
    assert not change_of(only(rag).read, only(rag).present)
    assert rag.n_answered == 0


def test_what_can_no_longer_be_asked_says_why_keeps_its_answer_and_is_tried_again(rag):
    saved(rag, sources=["Daily Post"])
    rag.remove("quake")
    one = only(rag)
    assert "No article has the source 'Daily Post'" in one.failure
    assert one.present == one.read
    rag.add_article(TOLL)
    assert only(rag).failure is None
    assert only(rag).present.citations[0].article_id == "toll"


def test_accepting_takes_only_the_answer_that_was_seen(rag):
    number = saved(rag).number
    questions = SavedQuestions(rag.settings.index)
    rag.add_article(TOLL)
    shown = only(rag).present.generation
    rag.remove("quake")
    latest = only(rag)
    assert not questions.accept(number, shown)
    assert change_of(questions.get(number).read, latest.present)
    assert questions.accept(number, latest.present.generation)
    assert questions.get(number).read == latest.present
    with pytest.raises(SavedInvalid, match="no saved question 99"):
        questions.accept(99, 1)


def test_an_addition_between_answering_and_saving_is_not_missed(rag):
    answer = rag.ask(KILLED)
    rag.add_article(TOLL)
    save(rag, answer)
    assert change_of(only(rag).read, only(rag).present).came


def test_rebuilding_and_repairing_the_index_lose_no_question(rag):
    saved(rag)
    record_vain(rag, rag.ask("Who plays chess?"), {})
    rag.rebuild(views_only=True)
    rag.rebuild()
    assert rag.check(repair=True).ok
    again = opened(rag.settings.index)
    assert [one.question for one in check_saved(again)] == [KILLED]
    assert not change_of(only(again).read, only(again).present)
    assert [one.question for one in check_vain(again)] == ["Who plays chess?"]


def test_what_was_asked_in_vain_is_marked_once_the_articles_answer_it(rag):
    for question in ("Who plays chess?", "What is the chess club's treasurer paid?"):
        record_vain(rag, rag.ask(question), {})
    record_vain(rag, rag.ask(KILLED), {})  # answered: not in vain
    assert [one.answered for one in check_vain(rag)] == [False, False]
    rag.add_article(Article("club", "Chess club", "Ottilie Brandt plays chess. Nobody is paid."))
    told = []
    assert {one.question: one.answered for one in check_vain(rag, lambda *now: told.append(now))} == {
        "Who plays chess?": True, "What is the chess club's treasurer paid?": False,
    }  # fmt: skip
    assert told == [(1, 2), (2, 2)]
    rag.n_answered = 0
    check_vain(rag)
    assert rag.n_answered == 0


def with_settings(rag, **settings):
    return Rag(Settings(**settings), rag.encoder, rag.model)


def test_only_abstentions_are_counted_and_only_where_the_settings_allow_it(rag):
    folder = rag.settings.index
    vain = rag.ask("Who plays chess?", since="2023-01-01")
    record_vain(rag, rag.ask(KILLED), {})
    record_vain(with_settings(rag, index=folder, record_vain=False), vain, {})
    assert not (folder / FILE).exists()
    record_vain(rag, vain, {"since": "2023-01-01"})
    (one,) = VainQuestions(folder).all()
    assert (one.question, one.given, one.checked) == ("Who plays chess?", Constraints(since=date(2023, 1, 1)), 1)
    assert one.basis == basis_of(rag, one.question, one.given).digest


def test_where_it_cannot_be_written_the_answer_is_not_lost_for_it(rag, caplog):
    (rag.settings.index / FILE).mkdir()
    with caplog.at_level(logging.WARNING):
        record_vain(rag, rag.ask("Who plays chess?"), {})
    assert "was not counted" in caplog.text


def test_an_addition_that_does_not_touch_what_was_asked_in_vain_costs_no_answer(rag):
    rag.add_articles(FILLERS)
    record_vain(rag, rag.ask("How were quake people killed in Zagreb?"), {})
    rag.n_answered = 0
    rag.add_article(CHESS)
    assert [(one.answered, one.checked) for one in check_vain(rag)] == [(False, rag.generation)]
    assert rag.n_answered == 0


def test_only_so_many_are_tried_at_a_time_and_the_rest_the_next_time(rag):
    for n in range(5):
        record_vain(rag, rag.ask(f"Who plays chess game{n}?"), {})
    rag.add_article(Article("club", "Chess", "Ottilie Brandt plays chess game0 game1 game2 game3 game4."))
    assert [sum(one.answered for one in check_vain(rag, limit=2)) for _ in range(3)] == [2, 4, 5]
    assert len(VainQuestions(rag.settings.index).all()) == 5

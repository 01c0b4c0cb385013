from evals.claims import separation
from evals.passages import converted

TEXT = "Ann Holub met Bo. They spoke for eleven hours. It rained."


def record(number, text=TEXT, answer="eleven hours"):
    answers = [{"text": answer, "start": text.index(answer)}]
    return {"id": f"q{number}", "question": "How long?", "title": "The_talks", "text": text, "answers": answers}


def test_a_passage_becomes_one_article_and_its_answers_sentence_the_gold():
    articles, questions = converted([record(0), record(1, answer="Bo")])
    assert articles == [{"id": "p0", "title": "The talks", "text": TEXT}]
    assert [q["evidence"] for q in questions] == [
        [{"article_id": "p0", "quote": "They spoke for eleven hours."}],
        [{"article_id": "p0", "quote": "Ann Holub met Bo."}],
    ]
    assert questions[0]["answers"] == ["eleven hours"]


def test_a_limit_spreads_the_questions_and_keeps_every_passage():
    records = [record(n, f"Story {n}. It lasted eleven hours.") for n in range(6)]
    articles, questions = converted(records, 3)
    assert [q["id"] for q in questions] == ["q0", "q2", "q4"]
    assert len(articles) == 6


def test_the_separation_of_claims_is_worked_by_hand():
    rows = {"supported": [(0.9, ""), (0.4, "")], "not_supported": [(0.5, ""), (0.1, "")], "partially_supported": []}
    # of the four pairs, 0.4 against 0.5 is the one in the wrong order
    assert separation(rows, ["not_supported"]).startswith("0.750 [")
    assert separation(rows, ["not_supported"]).endswith("n=4")
    assert separation(rows, ["partially_supported"]) == "no claims of both kinds"

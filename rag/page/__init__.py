"""What the page shows and does; `app.py` lays it out and wires it to a Rag.

Most are pure functions of answers and articles; only what handles events knows the Rag and Gradio.

    escape.py    text and addresses made safe; the one place that does it
    sources.py   an Answer → its spots: where each marker leads, checked against the articles as they are now
    article.py   one article in full, with its marks
    answer.py    messages of the conversation: question, answer, abstention, notice, progress
    exchange.py  a question of a conversation and what came of it
    panel.py     the column of sources beside the conversation
    following.py      what to ask next: the chips below an answer, the questions to begin with
    corroborating.py  who else reported a cited sentence
    library.py   the list of articles and the report of an addition
    adding.py    what is uploaded or pasted → articles, and how far that has come
    desk.py      what happens when something is asked or a conversation is opened
    talk.py      which conversation a tab shows, and which question it waits for
    history.py   conversations as the browser keeps them (kept.js, history.js)
    filters.py   what the next question may use (filters.js)
    door.py      the login form (login.html) before a page that is not for everybody
    saved.py     what happens in the Saved tab
    watchlist.py the saved questions, and which sentences came and went
    vain.py      the report of what was asked in vain
    look.py      theme and style sheets, as Gradio takes them
    port.py      which port the page is served on
    page.css, saved.css; panel.js, next.js, library.js, reader.js, saved.js: each run once by the element of that name
"""

from __future__ import annotations

from pathlib import Path


def asset(name: str) -> str:
    """Return the text of a file of this package, such as `page.css`."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")

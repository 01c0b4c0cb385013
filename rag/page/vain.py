"""The report of what was asked in vain, by topic and by month. Knows questions and topics, not how they are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from rag.display import counted
from rag.page.article import DOT
from rag.page.escape import day, escape
from rag.page.watchlist import again_button, filters_html
from rag.saved import Vain
from rag.saved.topics import Topic

N_MONTHS = 12
"""Months drawn of a topic: as far back as questions are kept."""
ALONE = "Each on its own"
"""Names the questions that share their topic with no other."""

Month = tuple[int, int]
"""Year and month."""


def vain_html(vain: Sequence[Vain], topics: Sequence[Topic], *, recording: bool) -> str:
    """Return the report; both ways of grouping, one of them hidden.

    Args:
        vain: The questions, the last asked first.
        topics: Their groups, by places in `vain`.
        recording: Whether further questions are counted.
    """
    if not vain:
        told = (
            "Questions that the articles don&#39;t answer are counted here, by topic and date: what to look for next."
            if recording
            else "Questions without an answer are not counted (RAG_RECORD_VAIN is off)."
        )
        return f'<div class="rag-panel rag-blank"><h2>Asked in vain</h2><p>{told}</p></div>'
    n_asked = sum(one.n_asked for one in vain)
    last = max(one.last_day for one in vain)
    shared = [topic for topic in topics if len(topic.members) > 1]
    alone = [place for topic in topics if len(topic.members) == 1 for place in topic.members]
    groups = [(topic.name, [vain[place] for place in topic.members]) for topic in shared]
    groups += [(ALONE, [vain[place] for place in sorted(alone)])] if alone else []
    names = {vain[place].number: topic.name for topic in shared for place in topic.members}
    by_topic = "".join(_topic(name, members, last) for name, members in groups)
    by_month = "".join(_month(month, vain, names) for month in _months_asked(vain))
    return (
        f'<div class="rag-vain"><h2>Asked in vain <small>{counted(len(vain), "question")}, '
        f"asked {counted(n_asked, 'time')}</small></h2>{_switch()}"
        f'<div data-by="topic">{by_topic}</div><div data-by="month" hidden>{by_month}</div>{_end(vain)}</div>'
    )


def _switch() -> str:
    buttons = "".join(
        f'<button type="button" class="rag-by" value="{value}" aria-pressed="{pressed}">{label}</button>'
        for value, label, pressed in (("topic", "By topic", "true"), ("month", "By month", "false"))
    )
    return f'<div class="rag-switch" role="group" aria-label="Grouped">{buttons}</div>'


def _topic(name: str, members: Sequence[Vain], last: date) -> str:
    n_asked = sum(one.n_asked for one in members)
    latest = max(members, key=lambda one: one.last_day)
    rows = "".join(_question(one, _when(one.days)) for one in members)
    numbers = ",".join(str(one.number) for one in members)
    return (
        f'<details class="rag-topic"><summary><span class="rag-topic-name">{escape(name)}</span>'
        f'{_bars(members, last)}<span class="rag-topic-about">{counted(len(members), "question")}, '
        f"asked {counted(n_asked, 'time')}{DOT}last {day(latest.last_day)}: {escape(latest.question)}"
        f"{_now_answered(members)}</span></summary>"
        f"<ul>{rows}</ul>{_forget(numbers, 'Forget these')}</details>"
    )


def _month(month: Month, vain: Sequence[Vain], topic_of: Mapping[int, str]) -> str:
    there = [(one, days) for one in vain if (days := {d: n for d, n in one.days.items() if (d.year, d.month) == month})]
    n_asked = sum(sum(days.values()) for _, days in there)
    rows = "".join(_question(one, _when(days), topic_of.get(one.number, "")) for one, days in there)
    return (
        f'<details class="rag-topic"><summary><span class="rag-topic-name">{_month_name(month)}</span>'
        f'<span class="rag-topic-about">{counted(len(there), "question")}, asked {counted(n_asked, "time")}'
        f"{_now_answered([one for one, _ in there])}</span></summary><ul>{rows}</ul></details>"
    )


def _question(one: Vain, when: str, topic: str = "") -> str:
    answered = '<span class="rag-answered">answered by now</span>' if one.answered else ""
    about = DOT.join(part for part in (when, escape(topic)) if part)
    return (
        f'<li><span class="rag-vain-question">{escape(one.question)}</span>{filters_html(one.given)}{answered}'
        f"<small>{about}</small>{again_button(one.question, one.given, 'Ask again')}</li>"
    )


def _when(days: Mapping[date, int]) -> str:
    """Return how often, and when last."""
    last = day(max(days))
    return last if sum(days.values()) == 1 else f"{counted(sum(days.values()), 'time')}, last {last}"


def _now_answered(members: Iterable[Vain]) -> str:
    n = sum(one.answered for one in members)
    return f'{DOT}<span class="rag-answered">{n:,} answered by now</span>' if n else ""


def _bars(members: Sequence[Vain], last: date) -> str:
    """Return a bar for each of the last months, as high as often it was asked, and the figures for those who listen."""
    asked = Counter((d.year, d.month) for one in members for d, n in one.days.items() for _ in range(n))
    months = _months_up_to(last)
    most = max(asked.values())
    told = ", ".join(f"{_month_name(month)}: {asked[month]}" for month in months if asked[month])
    bars = "".join(
        f'<i style="height: {asked[month] / most:.0%}"></i>' if asked[month] else "<i></i>" for month in months
    )
    return f'<span class="rag-bars" role="img" aria-label="{escape(told)}" title="{escape(told)}">{bars}</span>'


def _months_up_to(last: date) -> list[Month]:
    end = last.year * 12 + last.month - 1
    return [(at // 12, at % 12 + 1) for at in range(end - N_MONTHS + 1, end + 1)]


def _months_asked(vain: Sequence[Vain]) -> list[Month]:
    return sorted({(d.year, d.month) for one in vain for d in one.days}, reverse=True)


def _month_name(month: Month) -> str:
    return f"{date(*month, 1):%B %Y}"


def _end(vain: Sequence[Vain]) -> str:
    answered = ",".join(str(one.number) for one in vain if one.answered)
    done = _forget(answered, "Forget those answered by now") if answered else ""
    every = ",".join(str(one.number) for one in vain)
    return (
        f'<div class="rag-foot">{done}<details class="rag-delete"><summary>Forget all</summary>'
        f"{_forget(every, 'Yes, forget all of them')}</details></div>"
        '<p class="rag-note">Kept with the index for a year: the question and the day, nothing of who asked.</p>'
    )


def _forget(numbers: str, label: str) -> str:
    return f'<button type="button" class="rag-forget-vain" value="{numbers}">{label}</button>'

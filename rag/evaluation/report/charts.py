"""Small charts as inline SVG: lines, bars, and intervals. Knows points and axes; nothing of what they mean.

Colours are classes, which the page's style sheet sets for light and dark. Each chart says in words what it shows, for
those who do not see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.evaluation.report.html import Html, join, tag

WIDTH, HEIGHT = 460, 280
LEFT, RIGHT, TOP, BOTTOM = 66, 24, 14, 40  # room for the axes' figures and words
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high` with figures at `ticks`, written with `form` (a format specification) and `unit`."""

    label: str
    low: float
    high: float
    ticks: Sequence[float]
    form: str = "g"
    unit: str = ""

    def place(self, value: float, start: float, end: float) -> float:
        """Return where `value` stands between `start` and `end`, in pixels."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0
        return round(start + share * (end - start), 1)

    def words(self, value: float) -> str:
        """Write a tick's figure."""
        return f"{value:{self.form}}{self.unit}"


@dataclass(frozen=True, slots=True)
class Plane:
    """Two axes and the drawing area between them."""

    x: Axis
    y: Axis

    def at(self, point: Point) -> Point:
        """Return a point's place in pixels."""
        return self.x.place(point[0], LEFT, WIDTH - RIGHT), self.y.place(point[1], HEIGHT - BOTTOM, TOP)

    def line(self, points: Sequence[Point], class_: str) -> Html:
        """Draw a line through points."""
        path = " ".join(f"{'L' if i else 'M'}{x} {y}" for i, (x, y) in enumerate(map(self.at, points)))
        return tag("path", d=path, class_=f"line {class_}")

    def dot(self, point: Point, class_: str, words: str, radius: float = 4) -> Html:
        """Draw a dot that tells its figures when pointed at."""
        x, y = self.at(point)
        return tag("g", tag("title", words), tag("circle", cx=x, cy=y, r=radius, class_=f"dot {class_}"))

    def bar(self, left: float, right: float, top: float, class_: str, words: str) -> Html:
        """Draw a bar from the x axis up to `top`."""
        (x0, y0), (x1, y1) = self.at((left, top)), self.at((right, self.y.low))
        width, height = max(1.0, round(x1 - x0 - 1, 1)), max(0.0, round(y1 - y0, 1))
        return tag(
            "g", tag("title", words), tag("rect", x=x0, y=y0, width=width, height=height, class_=f"bar {class_}")
        )

    def key(self, row: int, class_: str, words: str) -> Html:
        """Name a line in the lower right corner, `row` rows up from the lowest."""
        x, y = WIDTH - RIGHT - 130, HEIGHT - BOTTOM - 18 - 20 * row
        line = tag("path", d=f"M{x} {y} L{x + 26} {y}", class_=f"line {class_}")
        return tag("g", line, tag("text", words, x=x + 34, y=y + 4, class_="note"))

    def drawn(self, title: str, *marks: Html) -> Html:
        """Draw the axes and the marks upon them; `title` says in words what is to be seen."""
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        grid = []
        for value in self.y.ticks:
            y = self.y.place(value, bottom, TOP)
            grid.append(tag("line", x1=LEFT, x2=right, y1=y, y2=y, class_="grid"))
            grid.append(tag("text", self.y.words(value), x=LEFT - 7, y=y + 4, class_="tick", text_anchor="end"))
        for value in self.x.ticks:
            x = self.x.place(value, LEFT, right)
            grid.append(tag("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="axis"))
            grid.append(tag("text", self.x.words(value), x=x, y=bottom + 17, class_="tick", text_anchor="middle"))
        across, down = (LEFT + right) / 2, -(TOP + bottom) / 2
        middle = {"class_": "label", "text_anchor": "middle"}
        frame = (
            tag("line", x1=LEFT, x2=right, y1=bottom, y2=bottom, class_="axis"),
            tag("text", self.x.label, x=across, y=HEIGHT - 5, **middle),
            tag("text", self.y.label, x=down, y=12, transform="rotate(-90)", **middle),
        )
        inside = join([tag("title", title), *grid, *frame, *marks])
        return tag("svg", inside, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", class_="chart")


def shares(label: str) -> Axis:
    """Return an axis from 0 to 100 %."""
    return Axis(label, 0, 100, (0, 25, 50, 75, 100), unit=" %")


def interval(low: float, value: float, high: float, words: str) -> Html:
    """Draw a value in [0, 1] with its interval on a thin scale."""
    width, height = 120, 16
    x0, x, x1 = (round(4 + share * (width - 8), 1) for share in (low, value, high))
    return tag(
        "svg",
        tag("title", words),
        tag("line", x1=4, x2=width - 4, y1=8, y2=8, class_="grid"),
        tag("line", x1=x0, x2=x1, y1=8, y2=8, class_="whisker"),
        tag("circle", cx=x, cy=8, r=3.5, class_="dot main"),
        viewBox=f"0 0 {width} {height}",
        role="img",
        class_="interval",
    )

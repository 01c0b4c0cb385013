"""A chart as SVG, of lines or of bars, for the pages of docs/. Knows nothing of what it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

WIDTH, HEIGHT = 760, 330
LEFT, RIGHT, TOP, BOTTOM = 70, 510, 30, 270
GREY = "#5b616b"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: its name, colour and points (x, y); dashed or not."""

    name: str
    colour: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows: the values that are written beside it, the first and the last being its ends."""

    title: str
    marks: Sequence[float]
    logarithmic: bool = False
    unit: str = ""

    def share(self, value: float) -> float:
        """Return where on the axis a value lies, in [0, 1]; what lies beyond is drawn at the end."""
        low, high = self.marks[0], self.marks[-1]
        value = min(max(value, low), high)
        return log(value / low) / log(high / low) if self.logarithmic else (value - low) / (high - low)


def chart(lines: Sequence[Line], x: Axis, y: Axis) -> str:
    """Return a chart with its legend as SVG."""

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return LEFT + (RIGHT - LEFT) * x.share(point[0]), BOTTOM - (BOTTOM - TOP) * y.share(point[1])

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"']
    out.append(f' font-size="12"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>')
    for value in y.marks:
        _, at = place((x.marks[0], value))
        out.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{at:.0f}" y2="{at:.0f}" stroke="#e3e5e8"/>')
        out.append(f'<text x="{LEFT - 8}" y="{at + 4:.0f}" text-anchor="end" fill="{GREY}">{value:g}{y.unit}</text>')
    for value in x.marks:
        at, _ = place((value, y.marks[0]))
        label = f"{value:,.0f}" if value >= 1000 else f"{value:g}"
        out.append(f'<text x="{at:.0f}" y="292" text-anchor="middle" fill="{GREY}">{label}{x.unit}</text>')
    out.append(f'<text x="290" y="316" text-anchor="middle" fill="{GREY}">{x.title}</text>')
    out.append(f'<text x="{LEFT}" y="18" fill="{GREY}">{y.title}</text>')
    for n, line in enumerate(lines):
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in map(place, line.points))
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        out.append(f'<polyline points="{points}" fill="none" stroke="{line.colour}" stroke-width="2"{dash}/>')
        out.append(f'<text x="{RIGHT + 15}" y="{50 + 20 * n}" fill="{line.colour}">{line.name}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


def bars(shares: Mapping[str, float], title: str) -> str:
    """Return a bar for each name, the longest as wide as the chart, with its value behind it, as SVG."""
    step, left, most = 34, 300, max(shares.values())
    height = 40 + step * len(shares)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"']
    out.append(f' font-size="12"><rect width="{WIDTH}" height="{height}" fill="#fff"/>')
    out.append(f'<text x="{left}" y="18" fill="{GREY}">{title}</text>')
    for n, (name, value) in enumerate(shares.items()):
        top, width = 30 + step * n, (WIDTH - left - 70) * value / most
        colour = "#1d4f80" if n == 0 else "#a9b4c0"
        out.append(f'<text x="{left - 10}" y="{top + 16}" text-anchor="end" fill="{GREY}">{name}</text>')
        out.append(f'<rect x="{left}" y="{top}" width="{width:.0f}" height="22" fill="{colour}"/>')
        out.append(f'<text x="{left + width + 8:.0f}" y="{top + 16}" fill="{GREY}">{value:,.0f}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"

"""The legend of a graph page: every nature, line and mark, with how often it occurs in the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from viz.natures import EVIDENCES, NATURES, Look
from viz.svg import element, picture
from viz.words import Words

BROKEN_LINE = "#C1121F"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend: drawing (SVG), words, count (None: not counted)."""

    svg: str
    label: str
    count: int | None


def legend(words: Words, counts: Mapping[str, int]) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Headings with their entries. `counts` are by nature, by evidence + "-edge", and "broken"."""
    natures = tuple(
        Entry(glyph(look, words[f"nature_{name}"]), words[f"nature_{name}"], counts.get(name, 0))
        for name, look in NATURES.items()
    )
    evidences = tuple(
        Entry(_line(colour, dashes, label := words[f"evidence_{name}"]), label, counts.get(f"{name}-edge", 0))
        for name, (colour, dashes) in EVIDENCES.items()
    )
    broken = Entry(_frame(BROKEN_LINE, "5 3", words["legend_broken"]), words["legend_broken"], counts.get("broken", 0))
    root = Entry(_frame("#111827", None, words["legend_root"]), words["legend_root"], None)
    return ((words["legend_nature"], (*natures, broken, root)), (words["legend_evidence"], evidences))


def glyph(look: Look, label: str, size: int = 16) -> str:
    """A nature's mark as a picture of its own."""
    return picture(size, size, label, mark(look, size), class_="glyph")


def mark(look: Look, size: int) -> str:
    """A nature's mark as it stands on the cards of the graph, in a square of that size."""
    half, radius = size / 2, size / 2 - 1.5
    paint = {"fill": look.fill, "stroke": look.line, "stroke_width": 1}
    shapes = {
        "dot": lambda: element("circle", cx=half, cy=half, r=radius, **paint),
        "square": lambda: element("rect", x=2, y=2, width=size - 4, height=size - 4, **paint),
        "ellipse": lambda: element("ellipse", cx=half, cy=half, rx=radius, ry=radius * 0.62, **paint),
    }
    return (
        shapes[look.shape]() if look.shape in shapes else element("polygon", points=_points(look.shape, size), **paint)
    )


def _points(shape: str, size: int) -> str:
    """Corners in a square of that size; the same figures as the page's script draws."""
    corners = {
        "diamond": ((0.5, 0.05), (0.95, 0.5), (0.5, 0.95), (0.05, 0.5)),
        "triangleDown": ((0.05, 0.12), (0.95, 0.12), (0.5, 0.92)),
        "triangle": ((0.05, 0.88), (0.95, 0.88), (0.5, 0.08)),
        "hexagon": ((0.28, 0.1), (0.72, 0.1), (0.96, 0.5), (0.72, 0.9), (0.28, 0.9), (0.04, 0.5)),
        "star": (
            (0.2, 0.08), (0.5, 0.36), (0.8, 0.08), (0.92, 0.2), (0.64, 0.5), (0.92, 0.8),
            (0.8, 0.92), (0.5, 0.64), (0.2, 0.92), (0.08, 0.8), (0.36, 0.5), (0.08, 0.2),
        ),
    }  # fmt: skip
    return " ".join(f"{x * size:.1f},{y * size:.1f}" for x, y in corners[shape])


def _line(colour: str, dashes: tuple[int, ...], label: str) -> str:
    pattern = " ".join(str(dash) for dash in dashes) or None
    return picture(
        44,
        12,
        label,
        element("line", x1=1, y1=6, x2=36, y2=6, stroke=colour, stroke_width=3, stroke_dasharray=pattern),
        element("polygon", points="36,2 43,6 36,10", fill=colour),
    )


def _frame(colour: str, dashes: str | None, label: str) -> str:
    paint = {"fill": "#fff", "stroke": colour, "stroke_width": 2.5, "stroke_dasharray": dashes}
    box = element("rect", x=2, y=2, width=32, height=12, rx=3, **paint)
    return picture(36, 16, label, box)

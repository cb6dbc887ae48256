"""The drawing of a flow picture: bars by amount, ribbons between them, as escaped SVG."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from viz.natures import NATURES
from viz.svg import element, fitted, picture, text, title
from viz.tables import yuan
from viz.words import Words

if TYPE_CHECKING:
    from viz.flow import Picture

WIDTH, HEIGHT = 1240, 640
_BAR, _TOP = 14, 26
# Room between bars: for two lines of text, or in a column of many for one.
_GAP, _NARROW, _MANY = 28, 17, 11
_LABEL_ROOM = 170
_SWEEPS = 8


def draw(shown: Picture, words: Words, show: Callable[[int], str] = yuan) -> str:
    """The picture of nodes and ribbons, amounts as `show` says them. Cost: sweeps × ribbons."""
    heights, scale = _heights(shown)
    tops = _tops(shown, heights)
    last = max(shown.columns, default=0)
    step = (WIDTH - 2 * _LABEL_ROOM - _BAR) / max(last, 1)
    left = [_LABEL_ROOM + column * step for column in shown.columns]
    parts = _ribbons(shown, tops, left, scale, _said(shown, words, show))
    amounts = _amounts(shown)
    for node, label in enumerate(shown.labels):
        if heights[node]:
            bar = element(
                "rect",
                x=round(left[node], 1),
                y=round(tops[node], 1),
                width=_BAR,
                rx=2,
                fill="#22303C",
                height=round(heights[node], 1),
            )
            amount = amounts[node], show(amounts[node])
            name = _line if shown.columns.count(shown.columns[node]) >= _MANY else _name
            named = name(left[node], tops[node] + heights[node] / 2, label, amount)
            parts.append(element("g", title(f"{label}\n{show(amounts[node])}"), bar, *named))
    height = max((top + tall for top, tall in zip(tops, heights, strict=True)), default=HEIGHT) + _TOP
    return picture(WIDTH, round(height), words["flow_title"], *parts, class_="flow")


def _amounts(shown: Picture) -> list[int]:
    came, went = [0] * len(shown.labels), [0] * len(shown.labels)
    for ribbon in shown.ribbons:
        went[ribbon.source] += ribbon.amount_fen
        came[ribbon.target] += ribbon.amount_fen
    return [max(pair) for pair in zip(came, went, strict=True)]


def _heights(shown: Picture) -> tuple[list[float], float]:
    """Bar heights and pixels a fen, so that the fullest column fits."""
    amounts = _amounts(shown)
    scale = 0.0
    for column in set(shown.columns):
        members = [node for node, other in enumerate(shown.columns) if other == column]
        whole = sum(amounts[node] for node in members)
        room = HEIGHT - 2 * _TOP - _gap(members) * (len(members) - 1)
        if whole:
            scale = min(scale or room / whole, room / whole)
    return [max(amount * scale, 1.0) if amount else 0.0 for amount in amounts], scale


def _tops(shown: Picture, heights: list[float]) -> list[float]:
    """Upper edges: columns sorted by the mean height of what they are joined to, spread without overlap."""
    beside: list[list[tuple[int, int]]] = [[] for _ in shown.labels]
    for ribbon in shown.ribbons:
        beside[ribbon.source].append((ribbon.target, ribbon.amount_fen))
        beside[ribbon.target].append((ribbon.source, ribbon.amount_fen))
    columns: dict[int, list[int]] = {}
    for node, column in enumerate(shown.columns):
        columns.setdefault(column, []).append(node)
    tops = [0.0] * len(heights)
    for members in columns.values():
        members.sort(key=lambda node: (-heights[node], node))
        _stack(members, heights, tops)
    for sweep in range(_SWEEPS):
        for column in sorted(columns, reverse=bool(sweep % 2)):
            members = columns[column]
            wish = {node: _wish(node, beside, tops, heights) for node in members}
            members.sort(key=lambda node, wish=wish: (wish[node], node))  # type: ignore[misc]
            _stack(members, heights, tops)
    return tops


def _wish(node: int, beside: list[list[tuple[int, int]]], tops: list[float], heights: list[float]) -> float:
    whole = sum(amount for _, amount in beside[node])
    if not whole:
        return tops[node]
    return sum((tops[other] + heights[other] / 2) * (amount / whole) for other, amount in beside[node])


def _stack(members: list[int], heights: list[float], tops: list[float]) -> None:
    """Puts a column's bars below each other, the whole in the middle of the picture."""
    whole = sum(heights[node] for node in members) + _gap(members) * (len(members) - 1)
    at = _TOP + max(0.0, (HEIGHT - 2 * _TOP - whole) / 2)
    for node in members:
        tops[node] = at
        at += heights[node] + _gap(members)


def _gap(members: list[int]) -> int:
    return _NARROW if len(members) >= _MANY else _GAP


def _said(shown: Picture, words: Words, show: Callable[[int], str]) -> list[str]:
    """The hover text of each ribbon."""
    return [
        f"{shown.labels[ribbon.source]} → {shown.labels[ribbon.target]}\n{show(ribbon.amount_fen)}\n"
        f"{words.of('nature', ribbon.nature)}"
        for ribbon in shown.ribbons
    ]


def _ribbons(shown: Picture, tops: list[float], left: list[float], scale: float, said: list[str]) -> list[str]:
    """Ribbons leave and arrive in the order of their far ends, so that they cross little."""
    leaves, arrives = list(tops), list(tops)
    start: dict[int, float] = {}
    for number in sorted(range(len(shown.ribbons)), key=lambda n: tops[shown.ribbons[n].target]):
        ribbon = shown.ribbons[number]
        start[number] = leaves[ribbon.source]
        leaves[ribbon.source] += ribbon.amount_fen * scale
    parts = []
    for number in sorted(range(len(shown.ribbons)), key=lambda n: tops[shown.ribbons[n].source]):
        ribbon = shown.ribbons[number]
        end, thick = arrives[ribbon.target], ribbon.amount_fen * scale
        arrives[ribbon.target] += thick
        near, far = left[ribbon.source] + _BAR, left[ribbon.target]
        middle, begin = (near + far) / 2, start[number]
        path = (
            f"M{near:.1f} {begin:.1f}C{middle:.1f} {begin:.1f} {middle:.1f} {end:.1f} {far:.1f} {end:.1f}"
            f"V{end + max(thick, 0.6):.1f}"
            f"C{middle:.1f} {end + thick:.1f} {middle:.1f} {begin + thick:.1f} {near:.1f} {begin + max(thick, 0.6):.1f}"
            "Z"
        )
        look = NATURES.get(ribbon.nature, NATURES["unknown"])
        parts.append(element("path", title(said[number]), d=path, fill=look.fill, fill_opacity=0.42, class_="ribbon"))
    return parts


def _line(left: float, middle: float, label: str, amount: tuple[int, str]) -> tuple[str, ...]:
    """The same on one line, where many bars stand in a column."""
    x, anchor = (left - 8, "end") if left <= _LABEL_ROOM else (left + _BAR + 8, "start")
    words = f"{fitted(label, 18)} {amount[1]}"
    return (text(words, x=round(x, 1), y=round(middle + 4, 1), text_anchor=anchor, class_="label"),)


def _name(left: float, middle: float, label: str, amount: tuple[int, str]) -> tuple[str, str]:
    """A bar's label and amount outside the ribbons: left of the first column, right of the others."""
    short = fitted(label, 30)
    x, anchor = (left - 8, "end") if left <= _LABEL_ROOM else (left + _BAR + 8, "start")
    place = {"x": round(x, 1), "text_anchor": anchor}
    return (
        text(short, **place, y=round(middle - 1, 1), class_="label"),
        text(amount[1], **place, y=round(middle + 13, 1), class_="sum", data_fen=amount[0]),
    )

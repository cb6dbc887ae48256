"""Chart pieces for pages and packs: bar, line, waterfall, tile map, each one pure function to an escaped SVG string.

Values are int fen (or any int); scales are set by them, never by a rounded label. Colours and marks are those
of `viz.natures`, so that a colour means the same on every page. Interactive parts carry `data-key`, which the
page may act on; nothing here runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from viz.svg import element, fitted, picture, text, title
from viz.tables import yuan

INK, SOFT, RULE = "#16202B", "#52606D", "#D5DBE1"
RISE, FALL, WHOLE = "#0072B2", "#D55E00", "#3B3F45"
# From pale to dark, one hue, even steps of lightness; text on the last two is white.
SHADES = ("#EFF3F8", "#CFE1F0", "#9FC6E3", "#5E9FCE", "#2774AE", "#0B4A7D")


@dataclass(frozen=True, slots=True)
class Value:
    """One labelled value; `key` is what the page finds it by, `note` stands in the hover text, `href` is opened."""

    label: str
    amount: int
    key: str = ""
    note: str = ""
    colour: str = RISE
    href: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of values over the same steps; None where there is none."""

    label: str
    amounts: tuple[int | None, ...]
    colour: str = RISE
    dashes: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a waterfall: a change, or with `is_total` the level reached (or begun with)."""

    label: str
    amount: int
    is_total: bool = False
    key: str = ""
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A division in the tile map, at a column and row; no amount means no data, which is not zero."""

    label: str
    column: int
    row: int
    amount: int | None
    key: str = ""
    is_heading: bool = False
    href: str = ""


def bar_chart(label: str, values: Sequence[Value], *, width: int = 640, show: Callable[[int], str] = yuan) -> str:
    """Horizontal bars from a common zero, negative ones to the left. Height grows with the number of bars."""
    room, line, top = 205, 26, 6
    least, most = min([0, *(value.amount for value in values)]), max([0, *(value.amount for value in values)])
    scale = (width - room - 120) / ((most - least) or 1)
    zero = room - least * scale
    parts = []
    for number, value in enumerate(values):
        y = top + number * line
        long = abs(value.amount) * scale
        start = zero - long if value.amount < 0 else zero
        hover = title("\n".join(filter(None, (value.label, show(value.amount), value.note))))
        bar = element("rect", x=_at(start), y=y + 3, width=_at(long), height=line - 8, fill=value.colour, rx=2)
        name = text(fitted(value.label, 30), x=room - 8, y=y + 17, text_anchor="end", font_size=12.5, fill=INK)
        amount = text(show(value.amount), x=_at(max(start + long, zero) + 6), y=y + 17, font_size=12, fill=SOFT)
        drawn = element("g", hover, bar, name, amount, data_key=value.key or None)
        parts.append(element("a", drawn, href=value.href) if value.href else drawn)
    height = top * 2 + line * max(len(values), 1)
    axis = element("line", x1=_at(zero), x2=_at(zero), y1=top, y2=height - top, stroke=INK, stroke_width=1)
    return picture(width, height, label, *parts, axis, class_="chart")


def line_chart(
    label: str, steps: Sequence[str], series: Sequence[Series], *, width: int = 640, show: Callable[[int], str] = yuan
) -> str:
    """Lines over steps (months, days) with a zero line, marks at the values, gaps where there is none."""
    height, left, right, top, bottom = 260, 96, 110, 14, 30
    amounts = [amount for row in series for amount in row.amounts if amount is not None]
    ticks = nice_ticks(min([0, *amounts]), max([0, *amounts]))
    low, high = ticks[0], ticks[-1]

    def y(amount: int) -> float:
        return top + (height - top - bottom) * (high - amount) / ((high - low) or 1)

    def x(step: int) -> float:
        return left + (width - left - right) * step / max(len(steps) - 1, 1)

    parts = []
    for tick in ticks:
        rule = element("line", x1=left, x2=width - right, y1=_at(y(tick)), y2=_at(y(tick)), stroke=RULE)
        parts += [rule, text(show(tick), x=left - 8, y=_at(y(tick) + 4), text_anchor="end", font_size=11, fill=SOFT)]
    every = max(1, ceil(len(steps) / 12))
    for number, step in enumerate(steps):
        if number % every == 0:
            parts.append(text(step, x=_at(x(number)), y=height - 10, text_anchor="middle", font_size=11, fill=SOFT))
    for row in series:
        parts.append(_line(row, steps, x, y, show))
    return picture(width, height, label, *parts, class_="chart")


def waterfall(label: str, steps: Sequence[Step], *, width: int = 760, show: Callable[[int], str] = yuan) -> str:
    """From one level to another by causes: bars hang where the last ended; totals stand on zero.

    Raises ValueError when a total is not the sum of what comes before it: the picture would lie.
    """
    height, top, bottom = 300, 24, 62
    spans = _spans(steps)
    ticks = nice_ticks(min([0, *(low for low, _ in spans)]), max([0, *(high for _, high in spans)]))
    low, high = ticks[0], ticks[-1]
    wide = (width - 20) / max(len(steps), 1)

    def y(amount: int) -> float:
        return top + (height - top - bottom) * (high - amount) / ((high - low) or 1)

    parts = [element("line", x1=10, x2=width - 10, y1=_at(y(0)), y2=_at(y(0)), stroke=INK, stroke_width=1)]
    level = 0
    for number, (step, (below, above)) in enumerate(zip(steps, spans, strict=True)):
        x = 10 + number * wide
        colour = WHOLE if step.is_total else RISE if step.amount >= 0 else FALL
        long = max(y(below) - y(above), 1.0)
        sign = "" if step.is_total or step.amount < 0 else "+"
        hover = title("\n".join(filter(None, (step.label, sign + show(step.amount), step.note))))
        parts.append(
            element(
                "a" if step.href else "g",
                hover,
                element(
                    "rect", x=_at(x + 6), y=_at(y(above)), width=_at(wide - 12), height=_at(long), fill=colour, rx=2
                ),
                text(sign + show(step.amount), x=_at(x + wide / 2), y=_at(y(above) - 6), **_NUMBER),
                *_wrapped(step.label, x + wide / 2, height - bottom + 20, max(4, int(wide / 13))),
                data_key=step.key or None,
                href=step.href or None,
            )
        )
        level = step.amount if step.is_total else level + step.amount
        if number + 1 < len(steps):
            parts.append(
                element("line", x1=_at(x + wide - 6), x2=_at(x + wide + 6), y1=_at(y(level)), y2=_at(y(level)), **_JOIN)
            )
    return picture(width, height, label, *parts, class_="chart")


def tile_map(label: str, tiles: Sequence[Tile], *, size: int = 58, show: Callable[[int], str] = yuan) -> str:
    """Divisions as tiles, shaded in six even classes by rank of amount; the classes stand in a legend under it.

    A tile without data is hatched, never pale: no data is not zero.
    """
    known = sorted(tile.amount for tile in tiles if tile.amount is not None)
    bounds = [known[len(known) * step // len(SHADES)] for step in range(1, len(SHADES))] if known else []
    parts = [element("defs", _HATCH)]
    for tile in tiles:
        if tile.is_heading:
            middle = {"x": (tile.column + 1) * size - 4, "y": (tile.row + 0.5) * size + 4, "text_anchor": "end"}
            parts.append(text(tile.label, **middle, font_size=11, font_weight=600, fill=INK))
            continue
        shade = None if tile.amount is None else sum(1 for bound in bounds if tile.amount >= bound)
        parts.append(_tile(tile, shade, size, show))
    columns = max((tile.column for tile in tiles), default=0) + 1
    rows = max((tile.row for tile in tiles), default=0) + 1
    width = max(columns * size, 420)
    for number in range(len(SHADES) if known else 0):
        x = number * width / len(SHADES)
        first = show(known[0]) if number == 0 else show(bounds[number - 1])
        parts.append(
            element("rect", x=_at(x), y=rows * size + 14, width=_at(width / 6 - 4), height=10, fill=SHADES[number])
        )
        parts.append(text("≥ " + first, x=_at(x), y=rows * size + 38, font_size=10.5, fill=SOFT))
    return picture(width, rows * size + 46, label, *parts, class_="chart tiles")


def tiles_of(
    divisions: Sequence[tuple[str, str, str]],
    amounts: Mapping[str, int],
    columns: int = 12,
    *,
    stacks: int = 1,
    names: Mapping[str, str] | None = None,
) -> tuple[Tile, ...]:
    """Tiles for divisions (code, name, code of the fiscal parent): under each parent's name its own, in code order.

    `names` has the names of parents that are no tiles themselves; `stacks` stand side by side. There is no lawful
    map of counties in any package, therefore neighbourhood is that of the codes, not of the land.
    """
    by_parent: dict[str, list[tuple[str, str]]] = {}
    known = {**(names or {}), **{code: name for code, name, _ in divisions}}
    for code, name, parent in sorted(divisions):
        by_parent.setdefault(parent, []).append((code, name))
    rows = [ceil(len(by_parent[parent]) / columns) for parent in sorted(by_parent)]
    tiles, row, stack = [], 0, 0
    for parent, tall in zip(sorted(by_parent), rows, strict=True):
        if row and stack + 1 < stacks and row + tall > ceil(sum(rows) / stacks):
            row, stack = 0, stack + 1
        left = stack * (columns + 2)
        tiles.append(Tile(known.get(parent, parent), left, row, None, is_heading=True))
        for number, (code, name) in enumerate(by_parent[parent]):
            place = left + 1 + number % columns, row + number // columns
            tiles.append(Tile(name, *place, amounts.get(code), code))
        row += tall
    return tuple(tiles)


def nice_ticks(least: int, most: int, count: int = 4) -> tuple[int, ...]:
    """About `count` + 1 round ticks that hold both ends: steps of 1, 2 or 5 times a power of ten."""
    if least == most:
        most = least + 1
    rough = (most - least) / count
    power = 10 ** floor(log10(rough))
    step = max(1, int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)))
    first, last = least // step, -(-most // step)
    return tuple(step * number for number in range(first, last + 1))


_NUMBER: dict[str, object] = {"text_anchor": "middle", "font_size": 11.5, "fill": INK}
_JOIN: dict[str, object] = {"stroke": SOFT, "stroke_width": 1, "stroke_dasharray": "2 2"}
_HATCH = element(
    "pattern",
    element("path", d="M0 6L6 0", stroke="#9AA5B1", stroke_width=1),
    id="hatch",
    width=6,
    height=6,
    patternUnits="userSpaceOnUse",
)


def _line(
    row: Series, steps: Sequence[str], x: Callable[[int], float], y: Callable[[int], float], show: Callable[[int], str]
) -> str:
    """One series: a path broken at gaps, a mark with hover text at each value, its name at the end."""
    path, marks, is_open = [], [], False
    last = None
    for number, amount in enumerate(row.amounts):
        if amount is None:
            is_open = False
            continue
        path.append(f"{'L' if is_open else 'M'}{x(number):.1f} {y(amount):.1f}")
        hover = title(f"{row.label}\n{steps[number]}\n{show(amount)}")
        marks.append(element("circle", hover, cx=_at(x(number)), cy=_at(y(amount)), r=3, fill=row.colour))
        is_open, last = True, (number, amount)
    if last is None:
        return ""
    name = text(row.label, x=_at(x(last[0]) + 8), y=_at(y(last[1]) + 4), font_size=12, fill=row.colour)
    drawn = element(
        "path", d="".join(path), fill="none", stroke=row.colour, stroke_width=2, stroke_dasharray=row.dashes
    )
    return element("g", drawn, *marks, name)


def _spans(steps: Sequence[Step]) -> list[tuple[int, int]]:
    """Lower and upper end of each bar. Raises ValueError at a total that does not follow from its steps."""
    spans, level = [], 0
    for number, step in enumerate(steps):
        if step.is_total:
            if number and step.amount != level:
                raise ValueError(f'total "{step.label}": found {step.amount}, expected {level}, the sum of its steps')
            level = step.amount
            spans.append((min(0, level), max(0, level)))
        else:
            spans.append((min(level, level + step.amount), max(level, level + step.amount)))
            level += step.amount
    return spans


def _tile(tile: Tile, shade: int | None, size: int, show: Callable[[int], str]) -> str:
    x, y = tile.column * size, tile.row * size
    amount = "—" if tile.amount is None else show(tile.amount)
    is_dark = shade is not None and shade >= 4
    fill = "url(#hatch)" if shade is None else SHADES[shade]
    return element(
        "a" if tile.href else "g",
        title(f"{tile.label}\n{amount}"),
        element("rect", x=x + 1, y=y + 1, width=size - 2, height=size - 2, rx=4, fill=fill, stroke="#C3CCD5"),
        *_wrapped(tile.label, x + size / 2, y + size / 2, 4, fill="#fff" if is_dark else INK),
        data_key=tile.key or None,
        href=tile.href or None,
    )


def _wrapped(label: str, x: float, y: float, room: int, fill: str = INK) -> list[str]:
    """A label on at most two lines of `room` signs."""
    lines = [label[:room], fitted(label[room:], 2 * room)] if len(label) > room else [label]
    return [
        text(line, x=_at(x), y=_at(y + number * 14), text_anchor="middle", font_size=11.5, fill=fill)
        for number, line in enumerate(lines)
    ]


def _at(value: float) -> float:
    return round(value, 1)

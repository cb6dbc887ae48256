"""HTML out of Python: every text and attribute is escaped unless it is `Safe` already."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

VOID = frozenset({"input", "meta", "link", "br"})


class Safe(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: object, **attributes: object) -> Safe:
    """`<name …>children</name>`. `_` in an attribute stands for `-`, at its end for nothing; None leaves it out."""
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        plain = key.rstrip("_").replace("_", "-")
        written.append(f" {plain}" if value is True else f' {plain}="{escape(str(value), quote=True)}"')
    head = f"<{name}{''.join(written)}>"
    return Safe(head if name in VOID else f"{head}{joined(children)}</{name}>")


def joined(children: Iterable[object]) -> Safe:
    """Children one after another, lists flattened, None left out."""
    parts: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Safe):
            parts.append(child)
        elif isinstance(child, list | tuple):
            parts.append(joined(child))
        else:
            parts.append(escape(str(child)))
    return Safe("".join(parts))


def table(
    heads: Iterable[object],
    rows: Iterable[Iterable[object]],
    *,
    right: frozenset[int] = frozenset(),
    caption: object = None,
) -> Safe:
    """A table with a heading row; `right` numbers the columns of amounts."""
    head = [
        tag("th", cell, scope="col", class_="amount" if place in right else None) for place, cell in enumerate(heads)
    ]
    body = [
        tag("tr", [tag("td", cell, class_="amount" if place in right else None) for place, cell in enumerate(row)])
        for row in rows
    ]
    return tag(
        "div",
        tag(
            "table",
            None if caption is None else tag("caption", caption),
            tag("thead", tag("tr", head)),
            tag("tbody", body),
        ),
        class_="sheet",
        tabindex="0",
        role="region",
        aria_label=caption or "table",
    )

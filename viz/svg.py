"""SVG as escaped text: the one place where an element is written."""

from __future__ import annotations

from html import escape
from unicodedata import east_asian_width


def element(name: str, *children: str, **attributes: object) -> str:
    """`<name …>children</name>`; attribute values are escaped, children are SVG already (`text` makes some of text).

    `_` in an attribute's name stands for `-`, one at its end is dropped (`class_`); None leaves it out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>"


def text(words: str, **attributes: object) -> str:
    """A text element of plain words."""
    return element("text", escape(words), **attributes)


def title(words: str) -> str:
    """The hover text (and accessible name) of the element it stands in."""
    return element("title", escape(words))


def fitted(words: str, room: int) -> str:
    """The words cut to `room` half-width columns (a Chinese character takes two), with "…" where cut."""
    if sum(_columns(sign) for sign in words) <= room:
        return words
    kept, used = [], 1
    for sign in words:
        used += _columns(sign)
        if used > room:
            break
        kept.append(sign)
    return "".join(kept) + "…"


def _columns(sign: str) -> int:
    return 2 if east_asian_width(sign) in "WF" else 1


def picture(width: int, height: int, label: str, *children: str, **attributes: object) -> str:
    """A whole picture, scaled to its place, with an accessible name; one with links in it is no single image."""
    return element(
        "svg",
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="group" if any("<a " in child for child in children) else "img",
        aria_label=label,
        **attributes,
    )

"""A division out of what somebody typed, among those that the asker may see."""

from __future__ import annotations

from api.pages.layout import View
from lineage.errors import NotFound
from queries.territory import meant


def place_of(view: View, text: str) -> str:
    """The code of the division meant; "" for none. Raises NotFound with the nearest, in the page's language."""
    wanted = text.strip()
    if not wanted:
        return ""
    found = meant(wanted, {code: name for code, name in view.names.items() if view.asker.scope.holds(code)})
    if found.several:
        raise NotFound(view.say("several_divisions", name=wanted), ", ".join(found.several))
    if not found.code:
        near = view.say("nearest", names=", ".join(found.near)) if found.near else ""
        raise NotFound(view.say("no_division", name=wanted), near)
    return found.code

"""A division out of what somebody typed: its code, with six digits too, or its name."""

from __future__ import annotations

import difflib

from api.pages.layout import View
from lineage.errors import NotFound


def place_of(view: View, text: str) -> str:
    """The code of the division meant; "" for none. Raises NotFound with the nearest names, in the page's language."""
    wanted = text.strip().removeprefix("division:")
    if not wanted:
        return ""
    seen = {code: name for code, name in view.names.items() if view.asker.scope.holds(code)}
    for code in (wanted, f"{wanted}000" if len(wanted) == 6 else wanted):
        if code in seen:
            return code
    same = [code for code, name in seen.items() if name == wanted]
    if len(same) == 1:
        return same[0]
    if same:
        raise NotFound(view.say("several_divisions", name=wanted), ", ".join(same))
    near = difflib.get_close_matches(wanted, [*seen, *seen.values()], 4)
    raise NotFound(view.say("no_division", name=wanted), view.say("nearest", names=", ".join(near)) if near else "")

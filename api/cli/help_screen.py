"""The help screens in Chinese: whole lines, and the library's own words said in Chinese too.

Chinese has no blanks at which to break a line, and the library cuts what it cannot break off with an ellipsis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineage.words import area_words

_TITLES = {
    "ARGUMENTS_PANEL_TITLE": "arguments", "OPTIONS_PANEL_TITLE": "options", "COMMANDS_PANEL_TITLE": "commands",
    "DEFAULT_STRING": "default", "ENVVAR_STRING": "variable", "REQUIRED_LONG_STRING": "required",
}  # fmt: skip


def is_asked(arguments: Sequence[str]) -> bool:
    """Whether a command line ends in a help screen."""
    return not arguments or bool({"--help", "-h"} & set(arguments))


def speak_chinese() -> None:
    """Make the library's help screens of this process Chinese."""
    from typer import rich_utils

    words = area_words("help")
    for name, key in _TITLES.items():
        setattr(rich_utils, name, words[key]["zh"])
    own = {text["en"]: text["zh"] for text in words.values()}
    made = rich_utils._make_rich_text

    def whole(*, text: str, **more: Any) -> Any:
        shown: Any = made(text=own.get(text, text), **more)
        shown.overflow = "fold"
        return shown

    rich_utils.__dict__["_make_rich_text"] = whole

"""What is wrong with a command line, as one sentence in one language: typer's own are English, some a library's."""

from __future__ import annotations

import re
from typing import Any

from lineage.words import Language, say

_EXPECTED = {
    "int_parsing": "whole", "int_from_float": "whole", "float_parsing": "number",
    "greater_than_equal": "least", "less_than_equal": "most",
}  # fmt: skip
_SAID = (
    (r"No such command '(?P<what>.*?)'\.(?: Did you mean '(?P<near>.*?)'\?)?", "no_command"),
    (r"No such option: (?P<what>\S+)(?: Did you mean (?P<near>\S+)\?| \(Possible options: (?P<many>.*)\))?",
     "no_option"),
    (r"Option '(?P<what>.*)' requires an argument\.", "no_value"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((?P<what>.*)\)", "too_many"),
)


def usage_text(error: Any, language: Language) -> str:
    """The sentence: where, what was found, what was expected; what nobody has words for stays as typer says it."""
    place = _place(error)
    if unfit := _unfit(error, place, language):
        return unfit
    if language == "en":
        return str(error.format_message())
    if type(error).__name__ == "MissingParameter":
        return say("commands.missing", language, what=place)
    for pattern, key in _SAID:
        if found := re.fullmatch(pattern, str(error.format_message())):
            named = found.groupdict()
            near = named.get("near") or named.get("many")
            text = say(f"commands.{key}", language, what=named["what"])
            return text + (say("commands.near", language, near=near) if near else "")
    key = getattr(error, "key", "")
    message = say(key, language, **error.values) if key else str(error.message or error.format_message())
    return f"{place}：{message}" if place else message


def _place(error: Any) -> str:
    """The option or argument that an error is about, as it is typed."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return ""
    if parameter.param_type_name == "option":
        return " / ".join(parameter.opts)
    return str(parameter.metavar or parameter.name.upper())


def _unfit(error: Any, place: str, language: Language) -> str:
    """A value that is not what its option takes; "" for all else."""
    if not place:
        return ""
    missing = r"(?:file|dir|path) '(.*)' (does not exist|is a file|is a directory)\."
    if there := re.fullmatch(missing, str(error.message)):
        key = {"does not exist": "absent", "is a file": "is_file", "is a directory": "is_folder"}[there[2]]
        return say(f"commands.{key}", language, place=place, found=there[1])
    known = getattr(error.__cause__, "errors", None)
    if known is None:
        return ""
    first = known()[0]
    context = first.get("ctx") or {}
    if first["type"] == "value_error":
        choices = re.findall(r"'([^']*)'", str(context["error"]).partition(" is not one of ")[2])
        expected = say("http.expected_choice", language, choices=", ".join(choices)) if choices else ""
    else:
        key = _EXPECTED.get(first["type"], "")
        limits = {"least": context.get("ge"), "most": context.get("le")}
        expected = say(f"http.expected_{key}", language, **{key: limits[key]} if key in limits else {}) if key else ""
    return say("http.unfit", language, place=place, found=first["input"], expected=expected) if expected else ""

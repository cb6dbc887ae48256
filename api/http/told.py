"""How a question that cannot be answered is told: place, what was found, what was expected, in the asker's language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.http import PREFIX
from lineage.words import Language, say

FOUND_LETTERS_MOST = 80
Values = dict[str, Any]


class Told(HTTPException):
    """An error whose text is `http.KEY` of the words, said in the asker's language."""

    def __init__(self, status: int, key: str, **values: Any) -> None:
        super().__init__(status, say(f"http.{key}", "en", **values))
        self.key = key
        self.values = values

    def text(self, language: Language) -> str:
        """The text in a language."""
        return say(f"http.{self.key}", language, **self.values)


def language_of(request: Request) -> Language:
    """The language of an asker: `lang`, else Accept-Language's first that we speak; else a page is Chinese."""
    asked = [request.query_params.get("lang", "")]
    is_page = not request.url.path.startswith(PREFIX)
    if not is_page:
        preferred = [part.partition(";") for part in request.headers.get("accept-language", "").split(",")]
        preferred.sort(key=lambda part: -_weight(part[2]))  # equal weights stay as they were written
        asked += [name.strip().lower() for name, _, _ in preferred]
    for name in asked:
        if re.match(r"(zh|en)($|-)", name):
            return "zh" if name.startswith("zh") else "en"
    return "zh" if is_page else "en"


def _weight(text: str) -> float:
    found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", text)
    return float(found[1]) if found else 1.0


def unfit(error: Mapping[str, Any], language: Language) -> str:
    """One finding of the framework's validation in words: `query.depth: found "x", expected a whole number`."""
    place = ".".join(str(part) for part in error["loc"])
    kind = str(error["type"])
    if kind == "extra_forbidden":
        return say("http.no_field", language, place=place)
    expected = _expected(kind, error, language)
    if kind == "missing" or error.get("input") is None:
        return say("http.lacking", language, place=place, expected=expected)
    return say("http.unfit", language, place=place, found=_found(error["input"]), expected=expected)


def _expected(kind: str, error: Mapping[str, Any], language: Language) -> str:
    if "UploadFile" in str(error["msg"]):
        return say("http.expected_file", language)
    if kind not in _WORDS:
        return str(error["msg"])
    key, values = _WORDS[kind]
    return say(f"http.expected_{key}", language, **values(error.get("ctx") or {}))


def _found(value: Any) -> str:
    """What was sent, on one line and not too long."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    shown = "".join(letter if letter.isprintable() else "�" for letter in text)
    return shown if len(shown) <= FOUND_LETTERS_MOST else shown[:FOUND_LETTERS_MOST] + "…"


def _none(_: Values) -> Values:
    return {}


def _choices(context: Values) -> Values:
    choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    return {"choices": ", ".join(filter(None, choices))}  # "" stands for a question without it


_WORDS: dict[str, tuple[str, Callable[[Values], Values]]] = {
    "missing": ("value", _none),
    "int_parsing": ("whole", _none), "int_type": ("whole", _none), "int_from_float": ("whole", _none),
    "int_parsing_size": ("whole", _none),
    "float_parsing": ("number", _none), "float_type": ("number", _none), "finite_number": ("number", _none),
    "greater_than_equal": ("least", lambda context: {"least": context["ge"]}),
    "less_than_equal": ("most", lambda context: {"most": context["le"]}),
    "string_type": ("text", _none), "string_unicode": ("text", _none),
    "string_too_short": ("longer", lambda context: {"least": context["min_length"]}),
    "string_too_long": ("shorter", lambda context: {"most": context["max_length"]}),
    "string_pattern_mismatch": ("pattern", lambda context: {"pattern": context["pattern"]}),
    "literal_error": ("choice", _choices), "enum": ("choice", _choices),
    "bool_parsing": ("flag", _none), "bool_type": ("flag", _none),
    "list_type": ("list", _none),
    "too_short": ("more_items", lambda context: {"least": context["min_length"]}),
    "too_long": ("fewer_items", lambda context: {"most": context["max_length"]}),
    "model_attributes_type": ("object", _none), "model_type": ("object", _none), "dict_type": ("object", _none),
    "json_invalid": ("json", _none),
    "day": ("day", _none), "date_parsing": ("day", _none), "date_type": ("day", _none),
    "date_from_datetime_parsing": ("day", _none), "date_from_datetime_inexact": ("day", _none),
}  # fmt: skip
"""The framework's kinds of error: which words, and the numbers they take."""

"""Every text a person reads, in Chinese and English, one TOML file an area beside this module.

A key is `area.name`: `say("commands.trace", "zh")` reads table `[trace]` of `commands.toml`. Invariant: each
table has both `zh` and `en` (held by a test over all files). Placeholders are those of `str.format`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def say(key: str, language: Language, /, **values: object) -> str:
    """The text of `key` in one language with its placeholders filled. An unknown key is a fault of ours: KeyError."""
    area, _, name = key.partition(".")
    return area_words(area)[name][language].format_map(values)


@cache
def area_words(area: str) -> Mapping[str, Mapping[Language, str]]:
    """All texts of one area, read once."""
    with (Path(__file__).parent / f"{area}.toml").open("rb") as file:
        return tomllib.load(file)


def environment_language() -> Language:
    """LINEAGE_LANG, else the locale of the environment; English unless that says Chinese."""
    for variable in ("LINEAGE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"

"""The words of pages and packs in zh and en, from `lineage/words/viz.toml`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("zh", "en")


class Words:
    """One language's words. A key that is not there is a mistake of ours (KeyError); a value of data is not: `of`."""

    def __init__(self, lang: str) -> None:
        """Raises ValueError for a language without words."""
        if lang not in LANGUAGES:
            raise ValueError(f'found language "{lang}", expected one of {", ".join(LANGUAGES)}')
        self.lang = lang
        self._texts = {key: text[lang] for key, text in _entries().items()}

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def of(self, family: str, value: str) -> str:
        """The word for a value of data (a kind, a reason, …); the value itself where none is known."""
        return self._texts.get(f"{family}_{value}", value)

    def say(self, key: str, **values: object) -> str:
        """The words with `{name}` places filled."""
        return self._texts[key].format(**values)

    def everything(self) -> dict[str, str]:
        """All of them, for a page's script."""
        return dict(self._texts)


@lru_cache(maxsize=1)
def _entries() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("lineage").joinpath("words", "viz.toml").read_text(encoding="utf-8"))

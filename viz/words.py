"""The words of pages and packs in one language, from `lineage/words/viz.toml`."""

from __future__ import annotations

from lineage.errors import Misuse
from lineage.words import LANGUAGES, Language, area_words


class Words:
    """One language's words. A key that is not there is a mistake of ours (KeyError); a value of data is not: `of`."""

    def __init__(self, lang: str) -> None:
        """Raises Misuse for a language without words."""
        known: dict[str, Language] = {name: name for name in LANGUAGES}
        if lang not in known:
            raise Misuse(f'found language "{lang}", expected one of {", ".join(LANGUAGES)}')
        self.lang = known[lang]
        self._texts = {key: text[self.lang] for key, text in area_words("viz").items()}

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

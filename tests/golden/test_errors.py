"""The gallery of errors: every text of the loaders, reproduced by a named input, in English and Chinese.

`python -m tests.golden.test_errors` writes the gallery anew; what changed is then to be reviewed like code.
"""

from __future__ import annotations

import re
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import loaders
from api.cli.load import reject_line
from lineage.errors import LineageError
from lineage.words import LANGUAGES, Language, area_words
from lineage.words.errors import told_error
from tests.golden.errors.cases import CASES, Case

FOLDER = Path(__file__).parent / "errors"
AT = datetime(2018, 1, 2)


def put(folder: Path, files: dict[str, Any]) -> list[Path]:
    """Write the files of a case."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, (list, dict)):
            book = xlsxwriter.Workbook(path)
            for title, lines in (content if isinstance(content, dict) else {"Sheet1": content}).items():
                sheet = book.add_worksheet(title)
                for row, cells in enumerate(lines):
                    sheet.write_row(row, 0, cells)
                if title.startswith("隐藏"):
                    sheet.hide()
            book.close()
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [folder] if len(files) > 1 else [folder / name for name in files]


def said(case: Case, language: Language) -> list[str]:
    """What the command would print of a case, paths of the run taken out."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        more: dict[str, Any] = {"at": AT, "who": "clerk", "derive": False}
        if case.before:
            loaders.load(folder / "ledger", put(folder / "before", case.before), **more)
        if "profile" in case.choices:
            (folder / "own.toml").write_text(case.choices["profile"])
            more["profile"] = folder / "own.toml"
        if "profile_name" in case.choices:
            more["profile"] = case.choices["profile_name"]
        if "divisions" in case.choices:
            more["divisions"] = frozenset(case.choices["divisions"])
        if "control" in case.choices:
            (folder / "control.csv").write_text(case.choices["control"])
            more["control"] = folder / "control.csv"
        try:
            result = loaders.load(folder / "ledger", put(folder / "files", case.files), lang=language, **more)
        except LineageError as error:
            return [f"lineage: {told_error(error, language)}".replace(place, "…")]
        return [*(reject_line(one, language) for one in result.rejects), *result.warnings]


def visible(sign: str) -> str:
    """A control character as its number."""
    return sign if sign.isprintable() else f"\\x{ord(sign):02x}"


def gallery(language: Language) -> str:
    """All cases as a page."""
    title = {"en": "Gallery of errors", "zh": "错误信息一览"}[language]
    parts = [f"# {title}\n"]
    for case in CASES:
        lines = "\n".join("    " + "".join(map(visible, line)) for line in said(case, language))
        parts.append(f"## {case.name}\n\n{lines}\n")
    return "\n".join(parts)


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest) -> tuple[Language, str]:
    """The gallery as it is now, in one language."""
    return request.param, gallery(request.param)


def test_every_message_is_as_reviewed(page: tuple[Language, str]) -> None:
    language, text = page
    assert text == (FOLDER / f"gallery.{language}.md").read_text(encoding="utf-8")


def test_every_text_of_the_loaders_is_in_the_gallery(page: tuple[Language, str]) -> None:
    language, text = page
    unseen = []
    for key, texts in area_words("loaders").items():
        if key.startswith("draft_"):
            continue
        pattern = re.sub(r"\\\{\w+\\\}", ".*?", re.escape(texts[language]))
        if not re.search(pattern, text):
            unseen.append(key)
    assert unseen == []


if __name__ == "__main__":
    for name in LANGUAGES:
        (FOLDER / f"gallery.{name}.md").write_text(gallery(name), encoding="utf-8")

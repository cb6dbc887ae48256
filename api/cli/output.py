"""What a command prints: JSON, tables, amounts, progress, and errors as one clear line.

Invariant: answers go to standard output, everything else to standard error; colours, frames and progress bars
appear only on a terminal, so that what is piped on is plain text.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from api.cli.options import LANGUAGE
from lineage.money import in_unit
from lineage.words import Language, area_words, say

DONE, FOUND, MISUSE, NOT_DONE = 0, 1, 2, 3
_UNSEEN = ("Cc", "Cf", "Co", "Cs")

UNIT_DECIMALS = {"yuan": 2, "wan": 2, "yi": 4}
UNIT_NAMES = {"yuan": "元", "wan": "万元", "yi": "亿元"}


def print_json(answer: Any) -> None:
    """Print an answer as JSON: Chinese as it is, two spaces deep, keys in the order the answer gives them."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def amount_text(amount_fen: int, unit: str = "yuan") -> str:
    """Fen as digits of a unit with thousands separators, rounded half away from zero at the unit's last decimal."""
    return in_unit(amount_fen, unit, UNIT_DECIMALS[unit], grouped=True)


def unit_name(unit: str, language: Language) -> str:
    """A unit as a person reads it."""
    return say(f"commands.unit_{unit}", language)


def beside(unit: str, language: Language) -> str:
    """The unit behind an English line whose amounts bear none, where it is not the usual one."""
    return f"  in {unit_name(unit, language)}" if language == "en" and unit != "yuan" else ""


def visible(text: str) -> str:
    """A text from a file as it may stand on a terminal: control and direction signs become their numbers."""
    if text.isprintable():
        return text
    return "".join(f"\\x{ord(sign):02x}" if unicodedata.category(sign) in _UNSEEN else sign for sign in text)


def headings(language: Language, *names: str) -> list[str]:
    """The headings of columns that answers have in common, as a person reads them."""
    return [say(f"columns.{name}", language) for name in names]


def code_word(family: str, code: str | None, language: Language) -> str:
    """A code of the answers (tier, state, reason, evidence): in English as JSON has it, else its word."""
    known = area_words("viz").get(f"{family}_{code}") if language != "en" else None
    return known[language] if known else code or ""


def page_word(code: str, language: Language) -> str:
    """A code that the pages have a word for: in English as JSON has it."""
    known = area_words("pages").get(f"word_{code}") if language != "en" else None
    return known[language] if known else code


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """Print rows: framed on a terminal, tab-separated with one heading line elsewhere. `right` names number columns."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            typer.echo("\t".join("" if cell is None else visible(str(cell)) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else visible(str(cell))) for cell in row))
    Console().print(table)


def note(text: str) -> None:
    """Say something beside the answer: on standard error. Lines stay lines; other unseen signs are shown."""
    typer.echo("\n".join(map(visible, text.split("\n"))), err=True)


def must_end(path: Path, *endings: str) -> None:
    """Raises Misuse unless a file's name has one of the endings: what is in a file is what its name says."""
    from lineage.errors import Misuse

    if path.suffix.lower() not in endings:
        raise Misuse(f'file: found "{path.name}", expected a name that ends in {" or ".join(endings)}')


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on long work, on a terminal only; call what it gives with the number of steps done."""
    if not sys.stderr.isatty():
        yield lambda steps: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda steps: bar.advance(task, steps)


def report_error(error: Exception, command: str = "lineage", language: Language = LANGUAGE) -> int:
    """Print an error as one line and give the exit code it stands for: 2 to ask otherwise, 3 could not be done."""
    if hasattr(error, "format_message"):  # typer's own: a wrong option, a missing argument
        return report_usage(error, command, language)
    from lineage.errors import LineageError
    from lineage.words.errors import told, told_error

    if os.environ.get("LINEAGE_TRACEBACK") == "1":
        traceback.print_exception(error)
    if isinstance(error, LineageError):
        note(f"lineage: {told_error(error, language)}")
        return error.exit_code
    if isinstance(error, OSError) and error.filename:
        note("lineage: " + told(f"could not open {error.filename}: {error.strerror}", language))
        return NOT_DONE
    note("lineage: " + say("commands.unexpected", language, kind=type(error).__name__, text=error))
    return NOT_DONE


def report_usage(error: Any, command: str, language: Language) -> int:
    """Render what typer found wrong in the command line; `command` where the error does not know it."""
    from api.cli.usage import usage_text

    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":  # the help has been printed by then
        return MISUSE
    hint = say("commands.hint_help", language, command=context.command_path if context is not None else command)
    message = usage_text(error, language)
    note(f"lineage: {message}（{hint}）" if language == "zh" else f"lineage: {message} ({hint})")
    return MISUSE

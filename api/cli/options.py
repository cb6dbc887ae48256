"""The options that commands share, defined once: `@options("ledger", "json")` adds them to a command.

A decorated command takes a `Settings` as its first parameter and its own options after it. Invariant: an
option has the same name, meaning, environment variable and default in every command that has it.

    @options("ledger", "json", "as_of")
    def trace_command(settings: Settings, record: str, down: bool = False) -> int: ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from lineage.words import LANGUAGES, Language, environment_language, say

if TYPE_CHECKING:
    from lineage.ledger import Ledger

LANGUAGE: Language = environment_language()
WORTH_DERIVING_BYTES = 4_000_000
"""Some 100,000 payments: from here on building in memory takes seconds."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the shared options of one command line say; those the command does not have keep these defaults."""

    ledger: Path = Path("ledger")
    json: bool = False
    as_of: date | None = None
    as_known: int | None = None
    asserted: bool = True
    year: int | None = None
    calibre: Literal["2017", "next"] = "2017"
    policy: str = "pro-rata"
    lang: Language = LANGUAGE
    unit: Literal["yuan", "wan", "yi"] = "yuan"
    graph: str | None = None

    def open(self) -> Ledger:
        """The ledger these settings name, as of the date and batch they name, with or without accepted links.

        Where the usual view of a large ledger has no derived set that fits, a note says that the answer takes longer.
        """
        import lineage

        found = lineage.open(self.ledger, as_of=self.as_of, as_known=self.as_known, asserted=self.asserted)
        usual = self.as_of is None and self.as_known is None and self.asserted
        if usual and not found.is_derived and found.history.bytes >= WORTH_DERIVING_BYTES:
            from api.cli.output import note  # which needs this module's language

            note(say("ledger.not_derived", self.lang))
        return found


def asked_language(arguments: Sequence[str]) -> Language:
    """The language that a command line asks for, whatever else is wrong with it."""
    asked = LANGUAGE
    for place, argument in enumerate(arguments):
        name, mark, given = argument.partition("=")
        said = given if mark else "".join(arguments[place + 1 : place + 2])
        if name == "--":
            break
        if name == "--lang" and said in LANGUAGES:
            asked = "zh" if said == "zh" else "en"
    return asked


class Unfit(typer.BadParameter):
    """A value or a set of options that cannot be meant; `key` of the words says it in whichever language is asked."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say(key, "en", **values))
        self.key, self.values = key, values


def parse_day(text: str) -> date:
    """An ISO date; anything else is misuse with what was found and what was expected."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unfit("commands.no_day", found=text) from None


def option(name: str, *flags: str, **more: Any) -> Any:
    """One shared option with its help text in the language of the environment."""
    return typer.Option(*flags, help=say(f"commands.option_{name}", LANGUAGE), **more)


SHARED: dict[str, Any] = {
    "ledger": Annotated[Path, option("ledger", "--ledger", envvar="LINEAGE_LEDGER", file_okay=False)],
    "json": Annotated[bool, option("json", "--json")],
    "as_of": Annotated[date | None, option("as_of", "--as-of", parser=parse_day, metavar="DATE")],
    "as_known": Annotated[int | None, option("as_known", "--as-known", min=1, metavar="BATCH")],
    "asserted": Annotated[bool, option("asserted", "--asserted/--no-asserted")],
    "year": Annotated[int | None, option("year", "--year", min=1949, max=2999, metavar="YEAR")],
    "calibre": Annotated[Literal["2017", "next"], option("calibre", "--calibre")],
    "policy": Annotated[str, option("policy", "--policy", metavar="NAME")],
    "lang": Annotated[Language, option("lang", "--lang")],
    "unit": Annotated[Literal["yuan", "wan", "yi"], option("unit", "--unit")],
    "graph": Annotated[str | None, option("graph", "--graph", envvar="LINEAGE_GRAPH", metavar="URI")],
}


def options(*names: str) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Add the named shared options to a command, which gets them as one `Settings`; `lang` always comes along."""
    wanted = tuple(dict.fromkeys((*names, "lang")))

    def decorate(function: Callable[..., int | None]) -> Callable[..., int | None]:
        hints = get_type_hints(function, include_extras=True)
        own = list(inspect.signature(function).parameters.values())[1:]
        parameters = [parameter.replace(annotation=hints[parameter.name]) for parameter in own]
        for name in wanted:
            default = getattr(Settings(), name)
            parameters.append(
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=SHARED[name])
            )

        @wraps(function)
        def command(**values: Any) -> int | None:
            shared = {name: values.pop(name) for name in wanted}
            return function(Settings(**shared), **values)

        shown = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
        command.__dict__["__signature__"] = inspect.Signature(shown, return_annotation=hints.get("return"))
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
        return command

    return decorate

"""`lineage demo [DIR]`: a made province from nothing to a page, with what was planted beside what was found."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, amount_text, note, print_json, print_table
from lineage.words import say

if TYPE_CHECKING:
    from lineage.words import Language
    from loaders import LoadResult
    from loaders.province import ProvinceKey
    from queries import CheckResult


def text(name: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"demo.option_{name}", LANGUAGE)


@dataclass(slots=True)
class Clock:
    """Seconds by step (mutable: steps are added as they end); each step is named on standard error as it begins."""

    language: Language
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Times one step."""
        note(say(f"demo.step_{name}", self.language))
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 2)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What one run of the demo made and found."""

    key: ProvinceKey
    loaded: LoadResult
    checked: CheckResult
    page: Path
    seconds: dict[str, float]

    def planted(self) -> Counter[str]:
        """Findings to expect by rule, side effects with them."""
        return Counter(finding.rule for finding in self.key.findings())


@options("json")
def demo_command(
    settings: Settings,
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help=text("folder"))] = Path("demo"),
    payments: Annotated[int, typer.Option("--payments", help=text("payments"))] = 2000,
    seed: Annotated[int, typer.Option("--seed", min=0, help=text("seed"))] = 1,
    faults: Annotated[str, typer.Option("--faults", metavar="all|none|RULE,…", help=text("faults"))] = "all",
) -> int:
    """Make, load, check and draw; print what came of it."""
    wanted = tuple(name for name in faults.split(",") if name and name != "none")
    shown = demonstrate(folder, (payments, seed, "all" if wanted == ("all",) else wanted), settings.lang)
    if settings.json:
        print_json(to_json(shown, folder))
    else:
        show(shown, settings.lang)
    return DONE


def demonstrate(folder: Path, asked: tuple[int, int, str | tuple[str, ...]], language: Language) -> Demonstration:
    """The whole way, in `folder`: `bundle/`, `ledger/`, `page.html`. Raises Misuse where another demo lies there."""
    import lineage
    import loaders
    from loaders.province import make_province
    from queries import check
    from queries.territory import division_names
    from viz import view

    payments, seed, faults = asked
    refuse_another(folder, payments, seed, faults)
    clock = Clock(language)
    with clock.step("make"):
        key = make_province(folder / "bundle", payments, seed, faults)
    with clock.step("load"):
        loaded = loaders.load(folder / "ledger", folder / "bundle", lang=language)
    with clock.step("check"):
        ledger = lineage.open(folder / "ledger")
        checked = check(ledger)
    with clock.step("draw"):
        names = division_names(ledger)
        view(ledger.trace(key.showcase), folder / "page.html", language, divisions=names)
    return Demonstration(key, loaded, checked, (folder / "page.html").resolve(), clock.seconds)


def refuse_another(folder: Path, payments: int, seed: int, faults: str | tuple[str, ...]) -> None:
    """A folder that holds another demo's ledger is left alone: its records would be taken for corrections."""
    from lineage.errors import Misuse
    from loaders.province.faults import names_of

    if not (folder / "ledger").exists():
        return
    known = folder / "bundle" / "answer_key.json"
    before = json.loads(known.read_text(encoding="utf-8")) if known.is_file() else {}
    asked = {"payments": payments, "seed": seed, "planted": list(names_of(faults))}
    if {name: before.get(name) for name in asked} != asked:
        raise Misuse(
            f"{folder} holds a ledger already, of {before.get('payments', '?')} payments, seed "
            f"{before.get('seed', '?')} and {len(before.get('planted', ()))} kinds of faults",
            "name another folder, or remove this one",
        )


def show(shown: Demonstration, language: Language) -> None:
    """The summary: tables, findings beside what was planted, seconds, and the page to open."""
    heads = [say(f"demo.head_{name}", language) for name in ("table", "rows", "amount")]
    tables = [(one.table, one.read, amount_text(one.read_fen, "wan")) for one in shown.loaded.tables if one.read]
    print_table(heads, tables, right=heads[1:])
    planted = shown.planted()
    columns = [say(f"demo.head_{name}", language) for name in ("rule", "title", "found", "planted", "amount")]
    rows = [
        (
            one.rule.name,
            one.rule.titles[language],
            one.findings,
            planted[one.rule.name],
            amount_text(one.amount_fen, "wan"),
        )
        for one in shown.checked.rules
        if one.findings or planted[one.rule.name]
    ]
    print_table(columns, rows, right=columns[2:])
    spent = ", ".join(
        f"{say(f'demo.spent_{name}', language)} {seconds:.1f} s" for name, seconds in shown.seconds.items()
    )
    typer.echo(say("demo.seconds", language, spent=spent))
    typer.echo(say("demo.next", language, record=shown.key.showcase, folder=shown.page.parent))
    typer.echo(say("demo.page", language, page=shown.page))


def to_json(shown: Demonstration, folder: Path) -> dict[str, object]:
    """The same as one object."""
    planted = shown.planted()
    return {
        "bundle": str(folder / "bundle"),
        "ledger": str(folder / "ledger"),
        "payments": shown.key.payments,
        "seed": shown.key.seed,
        "record": shown.key.showcase,
        "page": str(shown.page),
        "load": shown.loaded.to_json(),
        "rules": [{**one.to_json(), "planted": planted[one.rule.name]} for one in shown.checked.rules],
        "seconds": shown.seconds,
    }

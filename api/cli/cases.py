"""`lineage cases`: open a case, put records, notes, views and papers into it, and see later what has moved."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, FOUND, headings, note, print_json, print_table
from lineage.words import say

if TYPE_CHECKING:
    from lineage.ledger import Ledger
    from queries.cases import CaseFile


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"cases.{key}", LANGUAGE)


@options("ledger", "json", "policy")
def cases_command(
    settings: Settings,
    name: Annotated[str, typer.Argument(metavar="[CASE]", help=text("argument_case"))] = "",
    title: Annotated[str, typer.Option("--open", metavar="TITLE", help=text("option_open"))] = "",
    add: Annotated[list[str] | None, typer.Option("--add", metavar="RECORD", help=text("option_add"))] = None,
    drop: Annotated[list[str] | None, typer.Option("--drop", metavar="RECORD", help=text("option_drop"))] = None,
    remark: Annotated[str, typer.Option("--note", metavar="TEXT", help=text("option_note"))] = "",
    view: Annotated[str, typer.Option("--view", metavar="RECORD", help=text("option_view"))] = "",
    attach: Annotated[
        Path | None,
        typer.Option("--attach", metavar="FILE", exists=True, dir_okay=False, help=text("option_attach")),
    ] = None,
    share: Annotated[str, typer.Option("--share", metavar="WHOM", help=text("option_share"))] = "",
    unshare: Annotated[str, typer.Option("--unshare", metavar="WHOM", help=text("option_unshare"))] = "",
    close: Annotated[str, typer.Option("--close", metavar="WHY", help=text("option_close"))] = "",
    reopen: Annotated[str, typer.Option("--reopen", metavar="WHY", help=text("option_reopen"))] = "",
    changes: Annotated[bool, typer.Option("--moved", help=text("option_moved"))] = False,
    who: Annotated[str, typer.Option("--who", metavar="NAME", envvar="LINEAGE_USER", help=text("option_who"))] = "",
) -> int:
    """List cases, show one, write to one, or ask what moved."""
    import lineage
    import queries
    from lineage.errors import Misuse

    by, at = who or getpass.getuser(), datetime.now(UTC)
    ledger = settings.open()
    if title:
        made = queries.open_case(ledger, title, by, at)
        name, ledger = made.id, lineage.open(settings.ledger)
    asked: dict[str, Any] = {
        "added": add,
        "dropped": drop,
        "noted": remark,
        "view": view,
        "paper": attach,
        "shared": share,
        "unshared": unshare,
        "closed": close,
        "reopened": reopen,
    }
    events = list(_events(asked, settings.policy))
    if events and not name:
        raise Misuse("which case? name it, or begin one with --open", "see `lineage cases`")
    for event, said in events:
        queries.add_to_case(ledger, name, event, said, (by, at))
        ledger = lineage.open(settings.ledger)
    if changes:
        return _show_moved(ledger, name, settings)
    if events or title:
        note(say("cases.written", settings.lang, id=name))
    if name:
        show(queries.case(ledger, name), settings)
    else:
        show_all(queries.cases(ledger), settings)
    return DONE


def _events(asked: dict[str, Any], policy: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the options mean, in the order in which a person would do it."""
    from lineage.ledger.durable import sha256

    for event in ("reopened", "added", "dropped", "view", "paper", "noted", "shared", "unshared", "closed"):
        value = asked[event]
        if not value:
            continue
        if event in ("added", "dropped"):
            for record in value:
                yield event, {"record": record}
        elif event == "view":
            yield event, {"record": value, "policy": policy}
        elif event == "paper":
            yield event, {"name": value.name, "sha256": sha256(value), "bytes": value.stat().st_size}
        else:
            yield event, {"with" if event in ("shared", "unshared") else "text": value}


def show(one: CaseFile, settings: Settings) -> None:
    """A case with its history."""
    if settings.json:
        print_json(one.to_json())
        return
    note(f"{one.id} {one.title} ({one.owner}, {one.state})")
    rows = [
        (record, facts.get("amount", ""), facts.get("state", ""), len(facts["findings"]), facts["version"])
        for record, facts in one.records.items()
    ]
    print_table(
        _heads(settings, "record")
        + [say(f"rules.{word}", settings.lang) for word in ("amount", "state", "findings")]
        + headings(settings.lang, "version"),
        rows,
    )
    history = [(step.at, step.by, step.event, _said(step.said)) for step in one.steps]
    print_table(_heads(settings, "at", "by", "event", "said"), history)


def show_all(known: tuple[CaseFile, ...], settings: Settings) -> None:
    """A line a case."""
    if settings.json:
        print_json({"cases": [one.to_json() for one in known]})
        return
    rows = [(one.id, one.title, one.owner, one.state, len(one.records)) for one in known]
    print_table(_heads(settings, "case", "title", "owner", "state", "records"), rows)


def _show_moved(ledger: Ledger, name: str, settings: Settings) -> int:
    import queries

    found = queries.moved(ledger, name)
    if settings.json:
        print_json({"case": name, "version": ledger.version, "moved": [one.to_json() for one in found]})
    elif found:
        rows = [(one.record, one.policy, one.fact, _cell(one.was), _cell(one.now)) for one in found]
        print_table(_heads(settings, "record", "policy", "fact", "was", "now"), rows)
    else:
        note(say("cases.nothing_moved", settings.lang, id=name))
    return FOUND if found else DONE


def _said(said: Any) -> str:
    """The words of an event that a person wants in a line."""
    return " ".join(
        str(said[word]) for word in ("title", "record", "policy", "name", "sha256", "with", "text") if word in said
    )


def _cell(value: Any) -> str:
    if not isinstance(value, list):
        return "-" if value is None else str(value)
    return "; ".join(" ".join(one.values()) if isinstance(one, dict) else str(one) for one in value) or "-"


def _heads(settings: Settings, *names: str) -> list[str]:
    return [say(f"cases.head_{name}", settings.lang) for name in names]

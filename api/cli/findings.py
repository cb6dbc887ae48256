"""`lineage findings`: what was found and what was done about it; moves findings through their life cycle."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.check import MOST_ROWS
from api.cli.options import LANGUAGE, Settings, options, parse_day
from api.cli.output import DONE, amount_text, note, print_json, print_table
from lineage.words import say

if TYPE_CHECKING:
    from queries.findings import Case, Findings
    from queries.life_cycle import Event


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"findings.option_{key}", LANGUAGE)


@options("ledger", "json", "asserted", "unit")
def findings_command(
    settings: Settings,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID")] = None,
    set_state: Annotated[str, typer.Option("--set", metavar="STATE", help=text("set"))] = "",
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help=text("why"))] = "",
    attach: Annotated[str, typer.Option("--attach", metavar="REFERENCE", help=text("attach"))] = "",
    due: Annotated[date | None, typer.Option("--due", metavar="DATE", parser=parse_day, help=text("due"))] = None,
    who: Annotated[str, typer.Option("--who", metavar="NAME", envvar="LINEAGE_USER", help=text("who"))] = "",
    acting_for: Annotated[
        str, typer.Option("--acting-for", metavar="CODE", envvar="LINEAGE_DIVISION", help=text("acting_for"))
    ] = "",
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help=text("rule"))] = None,
    state: Annotated[list[str] | None, typer.Option("--state", metavar="STATE", help=text("state"))] = None,
    severity: Annotated[list[str] | None, typer.Option("--severity", metavar="LEVEL", help=text("severity"))] = None,
    office: Annotated[list[str] | None, typer.Option("--office", metavar="OFFICE", help=text("office"))] = None,
    division: Annotated[str | None, typer.Option("--division", metavar="CODE", help=text("division"))] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help=text("overdue"))] = False,
    group: Annotated[str, typer.Option("--group", metavar="KEY", help=text("group"))] = "",
    rules_dir: Annotated[Path | None, typer.Option("--rules-dir", metavar="DIR", help=text("rules_dir"))] = None,
) -> int:
    """List findings with their state, or move some."""
    import queries
    from lineage.errors import Misuse
    from queries.findings import Wanted

    now = datetime.now(UTC)
    ledger = settings.open()
    if set_state or attach or due or why:
        if not ids:
            raise Misuse("which findings? name their ids", "see `lineage findings`")
        if not settings.asserted:
            raise Misuse("a decision with --no-asserted", "decide on what holds with the accepted links")
        from queries.life_cycle import Actor

        actor = Actor(who or getpass.getuser(), acting_for or None)
        moved = queries.record_events(ledger, ids, event_of(set_state, why, attach, due), actor, now)
        note(say("findings.moved", settings.lang, total=len(moved)))
        if settings.json:
            print_json({"findings": [case.to_json(now.date(), settings.lang) for case in moved]})
        return DONE
    wanted = Wanted(tuple(ids or ()), tuple(rule or ()), tuple(state or ()), tuple(severity or ()),
                    tuple(office or ()), division, overdue)
    found = queries.findings(ledger, now.date(), wanted, rules_dir)
    if group:
        show_groups(found, group, settings)
    elif settings.json:
        print_json(found.to_json(settings.lang))
    else:
        show(found, settings)
    return DONE


def event_of(set_state: str, why: str, attach: str, due: date | None) -> Event:
    """The event that the options mean."""
    from lineage.errors import Misuse
    from queries.life_cycle import EVENT_OF_STATE
    from queries.life_cycle import Event as Made

    if set_state and set_state not in EVENT_OF_STATE:
        raise Misuse(f'--set: found "{set_state}", expected one of {", ".join(EVENT_OF_STATE)}')
    kind = EVENT_OF_STATE.get(set_state) or ("attach" if attach else "due" if due else "comment")
    return Made(kind, "", "", comment=why, attachment=attach, due=due)


def show(found: Findings, settings: Settings) -> None:
    """One line a finding; of a single one its history too."""
    heads = [say(f"rules.{name}", settings.lang) for name in ("id", "state", "severity", "division", "amount")]
    heads += [say("findings.due", settings.lang), say("rules.message", settings.lang)]
    print_table(heads, [line(case, found.today, settings) for case in found.cases[:MOST_ROWS]], right=heads[4:5])
    if len(found.cases) > MOST_ROWS:
        note(say("findings.more", settings.lang, shown=MOST_ROWS, total=len(found.cases)))
    if len(found.cases) == 1 and found.cases[0].events:
        heads = [say(f"findings.{name}", settings.lang) for name in ("at", "by", "event", "comment", "attachment")]
        print_table(heads, [[event.at, event.by, event.event, event.comment, event.attachment]
                            for event in found.cases[0].events])


def line(case: Case, today: date, settings: Settings) -> list[object]:
    """One finding."""
    state = say(f"findings.{case.state}", settings.lang)
    for mark, holds in (("mended", case.mended), ("returned", case.returned), ("overdue", case.overdue(today))):
        state += f" ({say(f'findings.{mark}', settings.lang)})" if holds else ""
    told = case.finding.message(settings.lang) if case.finding else f"{case.rule} {case.subject}"
    return [case.id, state, say(f"rules.{case.severity}", settings.lang), case.division_code,
            amount_text(case.amount_fen, settings.unit), case.due, told]


def show_groups(found: Findings, group: str, settings: Settings) -> None:
    """Number and sum of each group."""
    from lineage.money import to_fen

    groups = found.groups(group)
    if settings.json:
        print_json({"group": group, "groups": groups})
        return
    heads = [say(f"rules.{name}", settings.lang) for name in (group, "findings", "amount")]
    area = {"severity": "rules", "office": "rules", "state": "findings"}.get(group)
    rows = [
        [
            say(f"{area}.{one['key']}", settings.lang) if area else one["key"],
            one["findings"],
            amount_text(to_fen(one["amount"]), settings.unit),
        ]
        for one in groups
    ]
    print_table(heads, rows, right=heads[1:])

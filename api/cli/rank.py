"""`lineage rank`: counties and cities by the ledger alone; every score opens to its parts and their records."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, Unfit, options
from api.cli.output import amount_text, note, print_json, print_table
from lineage.words import say

if TYPE_CHECKING:
    from lineage.ledger import Ledger
    from queries.rank import Ranked, Ranking
    from queries.rank_shift import Shift


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"rank.option_{key}", LANGUAGE)


@options("ledger", "json", "as_of", "as_known", "asserted", "policy", "unit")
def rank_command(
    settings: Settings,
    weights: Annotated[Path | None, typer.Option("--weights", metavar="FILE", help=text("weights"))] = None,
    shift: Annotated[bool, typer.Option("--shift", help=text("shift"))] = False,
    seal: Annotated[str | None, typer.Option("--seal", metavar="PERIOD", help=text("seal"))] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="PERIOD", help=text("since"))] = None,
    division: Annotated[str | None, typer.Option("--division", metavar="CODE", help=text("division"))] = None,
    part: Annotated[str | None, typer.Option("--part", metavar="PART", help=text("part"))] = None,
    by: Annotated[str, typer.Option("--by", envvar="LINEAGE_WHO", help=text("by"))] = "",
) -> None:
    """Print the ranking, a division's parts, a part's records, what shifts; or seal it."""
    import queries
    from queries import rank_shift

    if part and not division:
        raise Unfit("rank.part_alone")
    ledger = settings.open()
    if division:
        division = queries.division_code(ledger, division)
    if division and part:
        show_records(ledger, settings, weights, (division, part))
        return
    if shift:
        found, moved = rank_shift.shifts(ledger, queries.rank_terms(weights, settings.policy))
    else:
        found = queries.rank(ledger, weights, settings.policy)
        moved = rank_shift.since(ledger, found, since) if since else ()
    if seal:
        made = rank_shift.seal(ledger, found, seal, by or person(), datetime.now().astimezone())
        note(word("sealed", settings, period=made.period, entry=made.entry))
    if settings.json:
        print_json(found.to_json() | ({"shifts": [one.to_json() for one in moved]} if shift or since else {}))
    elif division:
        show_parts(found, division, settings)
    else:
        show_shifts(moved, settings) if shift or since else show(found, settings)


def person() -> str:
    """The system's name of who runs the command."""
    import getpass

    return getpass.getuser()


def show(found: Ranking, settings: Settings) -> None:
    """Ranks and scores, then who is not assessed and why."""
    note(word("heading", settings, as_of=found.as_of, policy=found.policy, version=found.version))
    parts = [word(f"part_{name}", settings) for name in found.weights.weights]
    heads = [word(name, settings) for name in ("rank", "division", "name", "score", "groups")]
    print_table(
        [*heads, *parts],
        [
            [
                one.rank,
                one.division_code,
                one.name,
                points(one.hundredths),
                peers(one, settings),
                *(points(part.hundredths) for part in one.parts),
            ]
            for one in found.divisions
        ],
        right=[heads[0], heads[3], *parts],
    )
    print_table(
        [word(name, settings) for name in ("division", "name", "why")],
        [
            [one.division_code, one.name, word(f"why_{one.why}", settings, detail=one.detail)]
            for one in found.not_assessed
        ],
    )


def peers(one: Ranked, settings: Settings) -> str:
    """Ranks in the peer groups."""
    return ", ".join(f"{word(f'group_{group}', settings)} {place}" for group, place in one.groups.items())


def show_parts(found: Ranking, division: str, settings: Settings) -> None:
    """The parts of one division with numerator and denominator."""
    from lineage.errors import NotFound
    from queries.rank_weights import COUNTED

    one = next((one for one in found.divisions if one.division_code == division), None)
    if one is None:
        why = next((said for said in found.not_assessed if said.division_code == division), None)
        reason = word(f"why_{why.why}", settings, detail=why.detail) if why else "cities and counties are ranked"
        raise NotFound(f"{division} is not ranked", reason)
    heads = [word(name, settings) for name in ("part", "score", "numerator", "denominator")]

    def said(name: str, value: int) -> object:
        return value if name in COUNTED else amount_text(value, settings.unit)

    print_table(
        heads,
        [
            [
                word(f"part_{part.name}", settings),
                points(part.hundredths),
                said(part.name, part.measured.numerator),
                said(part.name, part.measured.denominator),
            ]
            for part in one.parts
        ],
        right=heads[1:],
    )
    note(f"{one.rank}  {one.name}  {points(one.hundredths)}  {peers(one, settings)}")


def show_records(ledger: Ledger, settings: Settings, weights: Path | None, asked: tuple[str, str]) -> None:
    """The records of one part, those that cost most first."""
    import queries
    from lineage.money import yuan
    from queries.rank_weights import COUNTED

    division, part = asked
    rows = queries.rank_records(ledger, queries.rank_terms(weights, settings.policy), division, part)
    counted = part in COUNTED
    if settings.json:
        records = [
            row | ({} if counted else {name: yuan(row[name]) for name in ("numerator", "denominator")}) for row in rows
        ]
        print_json({"division_code": division, "part": part, "policy": settings.policy, "records": records})
        return
    heads = [word(name, settings) for name in ("record", "numerator", "denominator")]
    print_table(
        heads,
        [
            [
                row["record"],
                *(
                    row[name] if counted else amount_text(row[name], settings.unit)
                    for name in ("numerator", "denominator")
                ),
            ]
            for row in rows
        ],
        right=heads[1:],
    )


def show_shifts(moved: tuple[Shift, ...], settings: Settings) -> None:
    """Ranks now, best and worst, and in each other ranking."""
    others = list(moved[0].others) if moved else []
    heads = [word(name, settings) for name in ("division", "name", "rank", "best", "worst")]
    print_table(
        [*heads, *others],
        [
            [
                one.division_code,
                one.name,
                one.rank,
                *(one.span or ("", "")),
                *(one.others[name].rank for name in others),
            ]
            for one in moved
        ],
        right=[*heads[2:], *others],
    )


def points(hundredths: int | None) -> str:
    """A score with two decimals; nothing where there is none."""
    return "" if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02d}"


def word(name: str, settings: Settings, **values: object) -> str:
    """A text of the ranking in the language asked."""
    return say(f"rank.{name}", settings.lang, **values)

"""`lineage repair`: what links are probably missing; accept or revoke them."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, amount_text, headings, note, page_word, print_json, print_table
from lineage.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.ledger import Ledger
    from lineage.links.proposals import Proposal


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"repair.option_{key}", LANGUAGE)


@options("ledger", "json", "as_of", "as_known", "asserted", "unit")
def repair_command(
    settings: Settings,
    accept: Annotated[list[str] | None, typer.Option("--accept", metavar="ID", help=text("accept"))] = None,
    accept_sure: Annotated[
        float | None, typer.Option("--accept-sure", min=0.0, max=1.0, metavar="SCORE", help=text("accept_sure"))
    ] = None,
    revoke: Annotated[str, typer.Option("--revoke", metavar="ID", help=text("revoke"))] = "",
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help=text("why"))] = "",
    who: Annotated[str, typer.Option("--who", metavar="NAME", envvar="LINEAGE_USER", help=text("who"))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("dry_run"))] = False,
    accepted: Annotated[bool, typer.Option("--accepted", help=text("accepted"))] = False,
) -> int:
    """List proposed links, or decide on them."""
    from lineage.links.decisions import accept as accept_links
    from lineage.links.decisions import chosen
    from lineage.links.decisions import revoke as revoke_link
    from lineage.links.proposals import propose

    _refuse_past(settings, bool(accept or revoke or accept_sure is not None), accepted)
    ledger = settings.open()
    by, at = who or getpass.getuser(), datetime.now(UTC)
    if revoke:
        entry = revoke_link(ledger, revoke, why, by=by, at=at)
        note(say("repair.revoked", settings.lang, id=revoke))
        _derive(settings)
        if settings.json:
            print_json({"revoked": entry.to_json()})
        return DONE
    if accept or accept_sure is not None:
        proposals = chosen(ledger, accept or (), accept_sure)
        if dry_run:
            note(say("repair.dry_run", settings.lang, count=len(proposals)))
            return _show(proposals, settings)
        entries = accept_links(ledger.path, proposals, why, by=by, at=at)
        note(say("repair.accepted", settings.lang, count=len(proposals)))
        _derive(settings)
        if settings.json:
            print_json({"accepted": [entry.to_json() for entry in entries]})
        return DONE
    return _accepted(ledger, settings) if accepted else _show(propose(ledger), settings)


def _refuse_past(settings: Settings, decides: bool, accepted: bool) -> None:
    """Decisions are about the ledger as it is, with all links that count."""
    from lineage.errors import Misuse

    if decides and (settings.as_known is not None or not settings.asserted):
        raise Misuse("a decision with --as-known or --no-asserted", "decide on the ledger as it is now")
    if accepted and not settings.asserted:
        raise Misuse("--accepted with --no-asserted", "one lists what the other leaves out")


def _derive(settings: Settings) -> None:
    from lineage.ledger import derive

    derive(settings.ledger)


def _show(proposals: Sequence[Proposal], settings: Settings) -> int:
    if settings.json:
        print_json({"repairs": [one.to_json() for one in proposals]})
    else:
        heads = headings(settings.lang, "id", "from", "to", "kind", "amount", "score", "rivals", "sure", "evidence")
        print_table(
            heads,
            [
                (
                    one.id,
                    one.source,
                    one.target,
                    page_word(f"link_{one.kind}", settings.lang).removeprefix("link_"),
                    amount_text(one.amount_fen, settings.unit),
                    f"{min(1.0, one.score):.2f}",
                    one.rivals,
                    "✓" if one.sure else "",
                    " ".join(page_word(part.name, settings.lang) for part in one.parts),
                )
                for one in proposals
            ],
            right=heads[4:7],
        )
    return DONE


def _accepted(ledger: Ledger, settings: Settings) -> int:
    links = ledger.asserted_links
    if settings.json:
        print_json({"accepted": [link.to_json() for link in links]})
        return DONE
    heads = headings(settings.lang, "entry", "from", "to", "kind", "counted", "amount", "date", "who", "why", "at")
    print_table(
        heads,
        [
            (
                link.entry,
                link.source,
                link.target,
                page_word(f"link_{link.kind}", settings.lang).removeprefix("link_"),
                "✓" if link.counted else "",
                amount_text(link.amount_fen, settings.unit),
                link.date,
                link.who,
                link.why,
                link.at,
            )
            for link in links
        ],
        right=heads[5:6],
    )
    if gave_way := sum(not link.counted for link in links):
        note(say("repair.gave_way", settings.lang, count=gave_way))
    return DONE

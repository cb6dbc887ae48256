"""`lineage search TEXT`: one box for everything; `--payee` for all that one payee received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import amount_text, note, page_word, print_json, print_table, unit_name
from lineage.words import say

if TYPE_CHECKING:
    from queries.search import Hit, SearchResult
    from queries.search_payee import Payee

GROUPS = ("spellings", "accounts", "divisions", "years", "purposes")


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"search.option_{key}", LANGUAGE)


@options("ledger", "json", "as_of", "as_known", "asserted", "year", "unit")
def search_command(
    settings: Settings,
    words: Annotated[list[str], typer.Argument(metavar="TEXT", help=text("text"))],
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help=text("kind"))] = None,
    division: Annotated[str | None, typer.Option("--division", metavar="CODE", help=text("division"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=text("limit"))] = 20,
    offset: Annotated[int, typer.Option("--offset", min=0, help=text("offset"))] = 0,
    payee: Annotated[bool, typer.Option("--payee", help=text("payee"))] = False,
) -> None:
    """Print the hits, best first, or the payee's whole picture."""
    import queries

    ledger, asked = settings.open(), " ".join(words)
    if payee:
        picture = queries.payee(ledger, asked, queries.subtree(ledger, division) if division else None)
        print_json(picture.to_json()) if settings.json else show_payee(picture, settings)
        return
    filters = queries.Filter(kind, division, settings.year)
    found = queries.search(ledger, asked, filters, queries.Page(limit, offset))
    print_json(found.to_json()) if settings.json else show(found, settings)


def show(found: SearchResult, settings: Settings) -> None:
    """The hits as a table, the total beside it."""
    heads = [word(name, settings) for name in ("record", "title", "division", "amount", "snippet")]
    print_table(
        heads,
        [
            [hit.record, hit.title, hit.division_code, amount(hit.amount_fen, settings), snippet(hit, settings)]
            for hit in found.hits
        ],
        right=[heads[3]],
    )
    note(word("found", settings, total=found.total, shown=len(found.hits)))


def snippet(hit: Hit, settings: Settings) -> str:
    """In which field the words stand, the field in the language asked."""
    field, colon, words = hit.snippet.partition(": ")
    return page_word(f"field_{field}", settings.lang).removeprefix("field_") + colon + words


def show_payee(picture: Payee, settings: Settings) -> None:
    """How the receipts divide, then the receipts."""
    heads = [word(name, settings) for name in ("group", "key", "receipts", "amount")]
    print_table(
        heads,
        [
            [word(group, settings), share.key, share.count, amount(share.amount_fen, settings)]
            for group in GROUPS
            for share in getattr(picture, group)
        ],
        right=heads[2:],
    )
    heads = [word(name, settings) for name in ("record", "date", "division", "name", "purpose", "amount")]
    print_table(
        heads,
        [
            [
                row["record"],
                row["date"],
                row["division_code"],
                row["payee_name"],
                row["purpose"],
                amount(row["net_fen"], settings),
            ]
            for row in picture.receipts
        ],
        right=heads[-1:],
    )
    note(
        word(
            "received",
            settings,
            payee=picture.asked,
            total=len(picture.receipts),
            amount=amount(picture.amount_fen, settings),
            unit=unit_name(settings.unit, settings.lang),
        )
    )


def word(name: str, settings: Settings, **values: object) -> str:
    """A text of search in the language asked."""
    return say(f"search.{name}", settings.lang, **values)


def amount(fen: int | None, settings: Settings) -> str:
    """An amount in the unit asked; nothing for a record without one."""
    return "" if fen is None else amount_text(fen, settings.unit)

"""`lineage explain`: an attributed amount, step by step in fen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import Settings, option, options
from api.cli.output import DONE, amount_text, beside, headings, note, print_json, print_table, unit_name
from lineage.words import say

if TYPE_CHECKING:
    from lineage.explain import Step


@options("ledger", "json", "as_of", "as_known", "asserted", "policy", "unit")
def explain_command(
    settings: Settings,
    record: Annotated[str, typer.Argument(metavar="RECORD")],
    source: Annotated[str, option("source", "--source", metavar="RECORD")] = "",
) -> int:
    """Say how the money of a record came to be whose it is."""
    from lineage.explain import explain

    answer = explain(settings.open(), record, settings.policy, source)
    if settings.json:
        print_json(answer.to_json())
        return DONE
    lang = settings.lang
    unit = unit_name(settings.unit, lang)

    def money(fen: int) -> str:
        return amount_text(fen, settings.unit)

    head = say("explain.head", lang, record=answer.record, pool=money(answer.pool_fen), policy=answer.policy, unit=unit)
    typer.echo(head + beside(settings.unit, lang))
    typer.echo(say(f"explain.{answer.policy}", lang))
    for number, step in enumerate(answer.steps, start=1):
        typer.echo("")
        typer.echo(say("explain.step", lang, number=number, pool=step.pool, pool_amount=money(step.pool_fen),
                       target=step.target, amount=money(step.amount_fen), date=step.date or "", unit=unit))
        _place(step, settings)
        heads = headings(lang, "there", "before", "taken")
        print_table((say("explain.source", lang), *heads),
                    [(owner(share.source, settings),
                      *map(money, (share.there_fen, share.before_fen, share.taken_fen)))
                     for share in step.shares], right=heads)
    typer.echo("")
    heads = headings(lang, "amount")
    results = [(owner(name, settings), money(fen)) for name, fen in answer.sources]
    print_table((say("explain.result", lang), *heads), results, right=heads)
    note(say("explain.order_mattered" if answer.order_mattered else "explain.order_did_not", lang))
    return DONE


def owner(name: str, settings: Settings) -> str:
    """A source; money without one by its word."""
    from lineage.explain import UNSOURCED

    return say(f"explain.{name}", settings.lang) if name in UNSOURCED else name


def _place(step: Step, settings: Settings) -> None:
    """Where on its pool's line a draw lies, what it named, and what the order of its day would change."""
    unit = unit_name(settings.unit, settings.lang)
    if step.named_fen:
        amount = amount_text(step.named_fen, settings.unit)
        typer.echo(say("explain.named", settings.lang, amount=amount, unit=unit))
    if step.first_fen is not None:
        typer.echo(say("explain.line", settings.lang, first=step.first_fen, last=step.last_fen))
    if step.swing_fen:
        amount = amount_text(step.swing_fen, settings.unit)
        typer.echo(say("explain.swing", settings.lang, amount=amount, unit=unit))

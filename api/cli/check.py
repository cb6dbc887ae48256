"""`lineage check`: the risk rules over the ledger; findings with their numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, FOUND, amount_text, must_end, note, print_json, print_table
from lineage.words import say

if TYPE_CHECKING:
    from queries import CheckResult

MOST_ROWS = 200


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"rules.option_{key}", LANGUAGE)


@options("ledger", "json", "as_of", "as_known", "asserted", "unit", "graph")
def check_command(
    settings: Settings,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help=text("rule"))] = None,
    division: Annotated[str | None, typer.Option("--division", metavar="CODE", help=text("division"))] = None,
    rules_dir: Annotated[Path | None, typer.Option("--rules-dir", file_okay=False, help=text("rules_dir"))] = None,
    parameters: Annotated[Path | None, typer.Option("--parameters", dir_okay=False, help=text("parameters"))] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", dir_okay=False, help=text("xlsx"))] = None,
) -> int:
    """Check the ledger, print or write the findings."""
    import queries

    if xlsx is not None:
        must_end(xlsx, ".xlsx")
    if settings.graph:
        found = check_at_home(settings, rule, division, (rules_dir, parameters))
    else:
        found = queries.check(settings.open(), rule or None, division, rules_dir, parameters)
    if xlsx is not None:
        write(found, xlsx, settings)
    if settings.json:
        print_json(found.to_json(settings.lang))
    elif xlsx is None:
        show(found, settings)
    for warning in found.warnings(settings.lang):
        note(warning)
    return FOUND if found.findings else DONE


def check_at_home(
    settings: Settings, rules: list[str] | None, division: str | None, terms: tuple[Path | None, Path | None]
) -> CheckResult:
    """The rules, those about chains and mixtures asked of the published graph, which must hold what the ledger does.

    Raises Unavailable when its records, movements or sums differ. Decisions since then change no table.
    """
    from api.homes import differences
    from lineage.errors import Unavailable
    from queries.bolt.driver import connect
    from queries.bolt.rules import check_there

    assert settings.graph is not None
    different = [one for one in differences(settings) if not one.startswith("version ")]
    if different:
        raise Unavailable(f"{settings.graph} holds another graph than the ledger: {'; '.join(different)}",
                          "run lineage publish, or leave --graph out")
    connection = connect(settings.graph)
    try:
        return check_there(connection, settings.open(), rules or None, division, terms)
    finally:
        connection.close()


def show(found: CheckResult, settings: Settings) -> None:
    """The rules with their totals and hit rates, then the findings."""
    heads = [say(f"rules.{name}", settings.lang) for name in ("rule", "title", "findings", "amount", "hit_rate")]
    rows = [
        [total.rule.name, total.rule.titles[settings.lang], total.findings,
         amount_text(total.amount_fen, settings.unit), f"{total.hits}/{total.looked_at}"]
        for total in found.rules
    ]
    print_table(heads, rows, right=heads[2:])
    heads = [say(f"rules.{name}", settings.lang) for name in ("id", "severity", "division", "amount", "message")]
    listed = [
        [finding.id, say(f"rules.{finding.severity}", settings.lang), finding.division_code,
         amount_text(finding.amount_fen, settings.unit), finding.message(settings.lang)]
        for finding in found.findings[:MOST_ROWS]
    ]
    if listed:
        print_table(heads, listed, right=heads[3:4])
    if len(found.findings) > MOST_ROWS:
        note(say("rules.more", settings.lang, shown=MOST_ROWS, total=len(found.findings)))


def write(found: CheckResult, path: Path, settings: Settings) -> None:
    """Two sheets: the rules with their totals, and every finding with its evidence."""
    from lineage.exports.rows import Sheet
    from lineage.exports.workbook import write_sheets
    from lineage.money import yuan

    def head(*names: str) -> tuple[str, ...]:
        return tuple(say(f"rules.{name}", settings.lang) for name in names)

    money = head("amount")
    totals = Sheet(
        head("rules_sheet")[0], head("rule", "title", "findings", "amount", "hits", "looked_at"),
        tuple((total.rule.name, total.rule.titles[settings.lang], total.findings, yuan(total.amount_fen), total.hits,
               total.looked_at) for total in found.rules), money)
    listed = Sheet(
        head("findings_sheet")[0],
        head("id", "rule", "title", "severity", "class", "type", "office", "division", "subject", "amount", "message",
             "evidence"),
        tuple((finding.id, finding.rule.name, finding.rule.titles[settings.lang], *head(finding.severity),
          *head(finding.rule.rule_class), finding.rule.problem_type, *head(finding.rule.office), finding.division_code,
          finding.subject, yuan(finding.amount_fen), finding.message(settings.lang), " ".join(finding.evidence))
         for finding in found.findings), money)
    write_sheets([totals, listed], path)
    note(say("rules.written", settings.lang, path=path, total=len(found.findings)))

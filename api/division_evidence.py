"""What a pack of a division's year holds beside its flows: figures, policies, differences, findings, rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from api.evidence import finding_tables, ledger_facts
from lineage.money import to_fen, yuan
from viz.pack import Evidence
from viz.pack_tables import certain_table_of, policies_table
from viz.tables import Column, Table
from viz.words import Words

if TYPE_CHECKING:
    from lineage.ledger.reader import Ledger
    from lineage.words import Language


def gather_division(ledger: Ledger, division: str, year: int, lang: Language) -> Evidence:
    """The facts and tables of a division's year, each with its standing; what holds under every policy first.

    Cost: a class pass a policy, every rule once, one overview, one reconciliation.
    """
    from queries import overview
    from queries.findings import what_holds
    from queries.paid_money import PAID_POLICIES, paid_by_policy

    words = Words(lang)
    paid = paid_by_policy(ledger, division, year)
    comparison = {
        "policies": list(PAID_POLICIES),
        "rows": [
            {
                "record": words[f"paid_{one.kind}"],
                "same": len(set(one.fen)) == 1,
                "least": yuan(one.least_fen),
                "amounts": {name: yuan(fen) for name, fen in zip(PAID_POLICIES, one.fen, strict=True)},
            }
            for one in paid
        ],
    }
    bounds = {
        words[f"paid_{one.kind}"]: {"least": yuan(one.least_provable_fen), "most": yuan(one.most_provable_fen)}
        for one in paid
    }
    row = next(one for one in overview(ledger, year).to_json()["divisions"] if one["division_code"] == division)
    total = sum(one.fen[0] for one in paid)
    found = [one for one in what_holds(ledger) if one.division_code == division]
    tables = [
        (certain_table_of(comparison, bounds, words), "computed"),
        (_answer(row, total, words), "computed"),
        (policies_table(comparison, words), "computed"),
        *((table, "computed") for table in _differences(ledger, division, words)),
        *finding_tables(found, lang),
    ]
    return Evidence(facts=tuple(ledger_facts(ledger)), tables=tables)


def _answer(row: dict[str, Any], paid_fen: int, words: Words) -> Table:
    """The year in figures, by key; `pool` is what was paid, to which every policy adds up."""
    rows = [("pool", words["paid_in_year"], paid_fen)]
    for tier, amount in row["received"].items():
        if to_fen(amount):
            rows.append((f"received_{tier}", f"{words['received']} · {words.of('tier', tier)}", to_fen(amount)))
    rows += [(key, words[f"figure_{key}"], to_fen(row[key])) for key in ("own", "passed_down", "scale", "expenditure")]
    columns = (Column("key", words["key"]), Column("label", words["fact"]), Column("amount", words["amount"], "money"))
    return Table("answer", words["answer"], columns, tuple(rows))


def _differences(ledger: Ledger, division: str, words: Words) -> Iterator[Table]:
    """Every line of the division's latest report against the system, and the records of each cause."""
    from queries import reconcile

    rows = [row for row in reconcile(ledger, None, division).to_json()["divisions"] if row["division_code"] == division]
    amounts = ("system", "report", "difference", "unexplained")
    heads = (
        Column("line", words["line"]),
        Column("date", words["date"]),
        *(Column(name, words[name], "money") for name in amounts),
    )
    lines = tuple(
        (_line(row), row["report_date"], *(to_fen(row[name]) for name in amounts)) for row in rows
    )
    yield Table("differences", words["table_differences"], heads, lines)
    causes = tuple(
        (_line(row), cause["cause"], record, to_fen(cause["amounts"][record]), cause["because"].get(record, ""))
        for row in rows
        for cause in row["causes"]
        for record in cause["records"]
    )
    named = ("line", "cause", "record")
    columns = (
        *(Column(name, words[name]) for name in named),
        Column("amount", words["amount"], "money"),
        Column("because", words["because"]),
    )
    yield Table("causes", words["table_causes"], columns, causes)


def _line(row: dict[str, Any]) -> str:
    return f"{row['measure']}:{row['tier']}"

"""Every figure follows accepted links: with the true ones the undamaged ledger's, without them the damaged one's."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import lineage
import loaders
import queries
from lineage.ledger import Ledger, journal
from queries.flows import flows, spending_flows
from queries.overview_groups import GROUPED_BY
from queries.overview_lines import with_lines
from queries.sample import KINDS, _population
from queries.search_index import index_of
from tests.damaging import damaged, healed

BY_WHAT_IS_NAMED = {
    "chain/dangling-reference", "chain/payment-without-indicator", "chain/wrong-division", "pay/duplicate"}
"""A link mends the trail, not the voucher: these rules judge what a record names, in either view."""
YEARS = (2016, 2017)


class Views(NamedTuple):
    """The same province: whole, with links lost, and (accepted) with them lost and accepted again."""

    whole: Ledger
    lost: Ledger
    accepted: Ledger
    without: Ledger


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    folder = tmp_path_factory.mktemp("followed")
    damage = damaged(folder / "lost", 800, 5, 0.15, faults="all")
    indicators = {target: source for source, target in damage.lost["paid"]}
    taken_back_and_late(folder / "lost" / "payments.csv", indicators)
    healed(damage, folder / "whole")
    for name in ("lost", "whole"):
        loaders.load(folder / f"{name}.ledger", [folder / name])
    path = folder / "lost.ledger"
    lost = lineage.open(path)
    links = [(kind, link) for kind, found in damage.lost.items() for link in sorted(found)]
    bodies = [(journal.LINK_ACCEPTED, {"from": source, "to": target, "kind": kind, "why": "papers seen"})
              for kind, (source, target) in links]
    journal.append_all(path, bodies, "auditor", datetime(2018, 6, 1, tzinfo=UTC))
    accepted = lineage.open(path)
    tied = {(row["source"], row["target"]) for row in lost.rows("SELECT source, target FROM edges")}
    assert {(link.source, link.target) for link in accepted.asserted_links if not link.counted} <= tied
    return Views(lineage.open(folder / "whole.ledger"), lost, accepted, lineage.open(path, asserted=False))


def taken_back_and_late(file: Path, indicators: dict[str, str]) -> None:
    """Of the payments whose indicator is lost, take one back in full in a later month; date another a year later."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    taken = {row["reverses"] for row in rows}
    lost = [row for row in rows if f"payment:{row['payment_id']}" in indicators and row["payment_id"] not in taken
            and row["status"] == "valid" and "" < row["pay_date"] < "2017-11"]
    one = lost[0]
    back = {"payment_id": "BACK", "reverses": one["payment_id"], "amount": f"-{one['amount']}"}
    rows.append(one | back | {"pay_date": "2017-12-01"})
    next(row for row in lost[1:] if row["pay_date"] < "2017")["pay_date"] = "2017-01-15"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def rows(ledger: Ledger, sql: str) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(map(str, row.values())) for row in ledger.rows(sql))


def figures(ledger: Ledger) -> dict[str, Any]:
    """Every figure that follows references, under a name."""
    found: dict[str, Any] = {
        "nodes with their classes and states": rows(ledger, "SELECT * FROM nodes"),
        "movements with their classes": rows(ledger, "SELECT * EXCLUDE evidence FROM edges"),
        "breaks": rows(ledger, "SELECT * FROM breaks"),
        "years of search": index_of(ledger).years.tolist(),
    }
    for year in YEARS:
        found[f"lines of {year}"] = rows(ledger, f"{with_lines(ledger, year)} SELECT * FROM line")
        found[f"spending flows of {year}"] = spending_flows(ledger, year)
    for by in GROUPED_BY:
        found[f"overview by {by}"] = unversioned(queries.overview(ledger, 2017, by=by))
    for row in ledger.rows("SELECT division_code FROM divisions ORDER BY division_code LIMIT 12"):
        found[f"flows of {row['division_code']}"] = flows(ledger, row["division_code"], 2017)
    for calibre in ("2017", "next"):
        found[f"reconciliation {calibre}"] = unversioned(queries.reconcile(ledger, calibre=calibre))
    for kind in KINDS:
        found[f"sample of {kind}"] = _population(ledger, kind, queries.Filter(year=2017))
    return found


def unversioned(answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = answer.to_json()
    return {key: value for key, value in told.items() if key != "version"}


@pytest.fixture(scope="module")
def whole(views: Views) -> dict[str, Any]:
    """The figures of the undamaged ledger."""
    return figures(views.whole)


def accusations(ledger: Ledger) -> set[tuple[str, str, int]]:
    return {(one.rule.name, one.subject, one.amount_fen) for one in queries.check(ledger).findings}


def test_with_the_true_links_accepted_every_figure_is_the_undamaged_ledger_s(
    views: Views, whole: dict[str, Any]
) -> None:
    for name, told in figures(views.accepted).items():
        assert told == whole[name], name


def test_links_were_needed_for_that_and_left_out_every_figure_is_the_damaged_ledger_s(
    views: Views, whole: dict[str, Any]
) -> None:
    lost = figures(views.lost)
    for name, told in figures(views.without).items():
        assert told == lost[name], name
    differing = [name for name in lost if lost[name] != whole[name]]
    for wanted in ("nodes", "movements", "breaks", "lines of 2017", "lines of 2016", "overview", "flows", "spending",
                   "reconciliation", "years of search", "sample of payment"):
        assert any(name.startswith(wanted) for name in differing), wanted


def test_rules_judge_by_the_record_what_it_names_and_by_the_links_what_follows(views: Views) -> None:
    accepted, whole, lost = accusations(views.accepted), accusations(views.whole), accusations(views.lost)
    for rule in {rule for rule, *_ in accepted | whole | lost}:
        expected = lost if rule in BY_WHAT_IS_NAMED else whole
        assert {one for one in accepted if one[0] == rule} == {one for one in expected if one[0] == rule}, rule
    assert accusations(views.without) == lost
    assert {rule for rule, *_ in whole ^ lost} - BY_WHAT_IS_NAMED

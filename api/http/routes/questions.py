"""The four modules' questions: overview, findings, rules, reconciliation, repairs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

import queries
from api.access.scopes import all_seen, division_of
from api.http.asking import Asker, Cursor, Form, Limit, Listing, Reading, answer, listed
from lineage.errors import NotFound
from lineage.links.proposals import propose
from queries.catalogue import catalogue, named
from queries.search import Filter

routes = APIRouter(tags=["questions"])
Calibre = Literal["2017", "next"]
Lang = Literal["zh", "en"]


@routes.get("/overview", operation_id="get_overview")
def overview(
    asker: Reading,
    year: Annotated[int | None, Query(ge=1949, le=2999)] = None,
    calibre: Calibre = "2017",
    by: Annotated[Literal["tier", "division", "agency", "project", "fund", "month"] | None, Query()] = None,
) -> Response:
    """Scale, expenditure and progress; for those bound to divisions, of these only."""
    key = ("overview", year, calibre, by, asker.divisions)
    found = asker.service.remembered(
        asker.ledger, key, lambda: queries.overview(asker.ledger, year, calibre, by, asker.scope.divisions).to_json()
    )
    return answer(asker, found)


def all_findings(asker: Asker, lang: Lang) -> dict[str, Any]:
    """Every finding within the asker's divisions, and the rules with their totals over these."""
    whole = asker.service.remembered(asker.ledger, ("check", lang), lambda: queries.check(asker.ledger).to_json(lang))
    if asker.scope.divisions is None:
        return whole
    rows = [dict(row, evidence=evidence_inside(asker, row["evidence"])) for row in asker.scope.rows(whole["findings"])]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["rule"]] = counts.get(row["rule"], 0) + 1
    rules = [{"rule": rule["rule"], "findings": counts.get(rule["rule"], 0)} for rule in whole["rules"]]
    return {"as_of": whole["as_of"], "as_known": whole["as_known"], "rules": rules, "findings": rows}


def evidence_inside(asker: Asker, records: Iterable[str]) -> list[str]:
    """Those records that lie within the asker's divisions."""
    return [record for record in records if ":" in record and asker.scope.holds(_division(asker, record))]


def _division(asker: Asker, record: str) -> str | None:
    kind, _, name = record.partition(":")
    return name if kind == "division" else division_of(asker.ledger, record)


def chosen_findings(asker: Asker, whole: dict[str, Any], wanted: dict[str, str], division: str) -> list[dict[str, Any]]:
    """Those findings whose fields are as wanted ("": any), of a division with all below it, or of all."""
    inside = queries.subtree(asker.ledger, division) if division else None
    return [
        row
        for row in whole["findings"]
        if all(not value or row[name] == value for name, value in wanted.items())
        and (inside is None or row["division_code"] in inside)
    ]


@routes.get("/findings", operation_id="list_findings")
def findings(
    asker: Reading,
    rule: str = "",
    division: str = "",
    severity: Literal["", "red", "orange", "yellow", "blue"] = "",
    lang: Lang = "zh",
    limit: Limit = 100,
    cursor: Cursor = "",
    form: Annotated[Form, Query(alias="format")] = "json",
) -> Response:
    """What the rules find, filtered by rule, division (with all below it) and severity."""
    whole = all_findings(asker, lang)
    rows = chosen_findings(asker, whole, {"rule": rule, "severity": severity}, division)
    rows.sort(key=lambda row: row["id"])
    beside = {key: whole[key] for key in ("as_of", "as_known", "rules")} | {"total": len(rows)}
    return listed(asker, Listing("findings", rows, "id", beside), limit, cursor, form)


def finding_case(asker: Asker, finding: str, lang: Lang) -> dict[str, Any]:
    """One finding with its life: state, due date, events. What lies outside the scope is not there."""
    today = datetime.now(UTC).date()
    found = asker.service.remembered(asker.ledger, ("findings", today), lambda: queries.findings(asker.ledger, today))
    for case in found.cases:
        if case.id == finding and asker.scope.holds(case.division_code):
            row = case.to_json(today, lang)
            return {**row, "evidence": evidence_inside(asker, row["evidence"])} if "evidence" in row else row
    raise NotFound(f"there is no finding {finding}", "list the findings")


@routes.get("/findings/{finding}", operation_id="get_finding")
def finding(asker: Reading, finding: str, lang: Lang = "zh") -> Response:
    """One finding by its stable id, with its state, due date and what was done about it."""
    return answer(asker, finding_case(asker, finding, lang))


@routes.get("/search", operation_id="search")
def search(
    asker: Reading,
    q: Annotated[str, Query(min_length=1, max_length=400)],
    kind: str = "",
    division: str = "",
    year: Annotated[int | None, Query(ge=1949, le=2999)] = None,
    limit: Limit = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Records that meet every term: document numbers, names, payees, purposes, amounts, divisions, pinyin initials."""
    wanted = Filter(kind or None, division or None, year, asker.scope.divisions)
    return answer(asker, queries.search(asker.ledger, q, wanted, queries.Page(limit, offset)).to_json())


def ranked(asker: Asker, policy: str = "pro-rata") -> dict[str, Any]:
    """The whole ranking under a policy, remembered for the version."""
    return asker.service.remembered(
        asker.ledger, ("rank", policy), lambda: queries.rank(asker.ledger, None, policy).to_json()
    )


@routes.get("/ranking", operation_id="get_ranking")
def ranking(asker: Reading) -> Response:
    """Counties and cities by score, each part with its numerator and denominator; those not assessed, and why."""
    whole = ranked(asker)
    return answer(asker, asker.scope.narrowed(whole))


@routes.get("/rules", operation_id="list_rules")
def rules(asker: Reading, lang: Lang = "zh") -> Response:
    """The rule catalogue."""
    return answer(asker, {"rules": [{"rule": rule.name, "title": rule.titles[lang]} for rule in catalogue()]})


@routes.get("/rules/{area}/{name}", operation_id="get_rule")
def rule_page(asker: Reading, area: str, name: str) -> Response:
    """One rule's page: what, why, basis, method, example, what is not flagged."""
    rule = named(catalogue(), f"{area}/{name}")
    return answer(asker, {"rule": rule.name, "titles": dict(rule.titles), "page": rule.path.read_text("utf-8")})


@routes.get("/reconciliation", operation_id="get_reconciliation")
def reconciliation(
    asker: Reading,
    day: Annotated[date | None, Query(alias="date")] = None,
    division: str = "",
    calibre: Calibre = "2017",
) -> Response:
    """Every difference between the system and the counties' reports, taken apart into causes, to the fen."""
    key = ("reconcile", day, division, calibre)
    whole = asker.service.remembered(
        asker.ledger, key, lambda: queries.reconcile(asker.ledger, day, division or None, calibre).to_json()
    )
    return answer(asker, asker.scope.narrowed(whole))


def proposed_links(asker: Asker) -> list[dict[str, Any]]:
    """All proposed links, best first, remembered for the version."""
    return asker.service.remembered(asker.ledger, "repairs", lambda: [one.to_json() for one in propose(asker.ledger)])


@routes.get("/repairs", operation_id="list_repairs")
def repairs(
    asker: Reading, limit: Limit = 100, cursor: Cursor = "", form: Annotated[Form, Query(alias="format")] = "json"
) -> Response:
    """Links that are probably missing, with evidence, score parts and rivals; never applied by themselves."""
    rows = [row for row in proposed_links(asker) if all_seen(asker.ledger, asker.scope, row["from"], row["to"])]
    return listed(asker, Listing("repairs", rows, "id", {"total": len(rows)}), limit, cursor, form)

"""The four modules' questions: overview, findings, rules, reconciliation, ranking, search, repairs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from typing import get_args as choices_of

from fastapi import APIRouter, Query
from fastapi.responses import Response

import queries
from api.access.scopes import all_seen
from api.http import answers, shapes
from api.http.asking import Asker, IsoDay, Reading, Viewing, answer
from api.http.listing import STREAMED, Cursor, Form, Limit, Listing, Turn, listed, next_offset, offset_of
from lineage.errors import Misuse, NotFound
from lineage.links.proposals import Proposal, propose, with_rivals
from lineage.money import to_fen, yuan
from lineage.schema import BY_KIND
from queries.catalogue import catalogue, named
from queries.rank_parts import RANKED_POLICIES
from queries.search import KINDS, Filter

routes = APIRouter(tags=["questions"])
Calibre = Literal["2017", "next"]
Lang = Literal["zh", "en"]
Severity = Literal["", "red", "orange", "yellow", "blue"]
DivisionAsked = Annotated[str, Query(max_length=20, description="a division with all below it")]
Year = Annotated[int | None, Query(ge=1949, le=2999)]
RankedPolicy = Literal["pro-rata", "rolling", "fifo", "lifo", "libr", "poverty-first"]
assert choices_of(RankedPolicy) == tuple(RANKED_POLICIES)
Responses = dict[int | str, dict[str, Any]]


def list_of(model: type[shapes.Page]) -> Responses:
    """What a list answers, for the contract."""
    return {200: {"model": model, **STREAMED[200]}}


@routes.get("/overview", operation_id="get_overview", responses={200: {"model": answers.Overview}})
def overview(
    asker: Viewing,
    year: Year = None,
    calibre: Calibre = "2017",
    by: Annotated[Literal["tier", "division", "agency", "project", "fund", "month"] | None, Query()] = None,
) -> Response:
    """Scale, expenditure and progress; for those bound to divisions, of these only."""
    return answer(asker, overview_of(asker, year, calibre, by))


def overview_of(asker: Asker, year: int | None, calibre: str, by: str | None) -> dict[str, Any]:
    """The overview within the asker's divisions, remembered."""
    return asker.service.remembered(
        asker.ledger,
        ("overview", year, calibre, by, asker.divisions),
        lambda: queries.overview(asker.ledger, year, calibre, by, asker.scope.divisions).to_json(),
    )


def all_findings(asker: Asker, lang: Lang) -> dict[str, Any]:
    """Every finding within the asker's divisions, and the rules with their totals over these."""
    ledger = asker.ledger
    whole = asker.service.remembered(ledger, ("check", lang), lambda: queries.check(ledger).to_json(lang))
    if asker.scope.divisions is None:
        return whole
    key = ("check", lang, asker.divisions)
    return asker.service.remembered(ledger, key, lambda: _findings_within(asker, whole, lang))


def _findings_within(asker: Asker, whole: dict[str, Any], lang: Lang) -> dict[str, Any]:
    """Findings of the asker's divisions, sentences without what lies outside, every rule with its totals over these."""
    rows = [asker.words.finding(row, lang) for row in asker.scope.rows(whole["findings"])]
    totals: dict[str, tuple[int, int]] = {}
    for row in rows:
        count, fen = totals.get(row["rule"], (0, 0))
        totals[row["rule"]] = count + 1, fen + to_fen(row["amount"])
    rules = []
    for rule in whole["rules"]:
        count, fen = totals.get(rule["rule"], (0, 0))
        rules.append({"rule": rule["rule"], "findings": count, "amount": yuan(fen)})
    kept = {key: whole[key] for key in ("as_of", "as_known")}
    return {**kept, "rules": rules, "findings": rows, "warnings": []}


def chosen_findings(asker: Asker, whole: dict[str, Any], wanted: dict[str, str], division: str) -> list[dict[str, Any]]:
    """Those findings whose fields are as wanted ("": any), of a division with all below it, or of all."""
    inside = asker.within(division) if division else None
    return [
        row
        for row in whole["findings"]
        if all(not value or row[name] == value for name, value in wanted.items())
        and (inside is None or row["division_code"] in inside)
    ]


@routes.get("/findings", operation_id="list_findings", responses=list_of(answers.Findings))
def findings(
    asker: Viewing,
    rule: Annotated[str, Query(max_length=80, examples=["flow/overpaid"])] = "",
    division: DivisionAsked = "",
    severity: Severity = "",
    lang: Lang = "zh",
    limit: Limit = 100,
    cursor: Cursor = "",
    form: Form = "json",
) -> Response:
    """What the rules find, filtered by rule, division (with all below it) and severity; ordered by id."""
    if rule:
        named(catalogue(), rule)
    whole = all_findings(asker, lang)
    rows = chosen_findings(asker, whole, {"rule": rule, "severity": severity}, division)
    rows.sort(key=lambda row: row["id"])
    beside = {key: value for key, value in whole.items() if key != "findings"} | {"total": len(rows)}
    return listed(asker, Listing("findings", rows, ("id",), beside, is_sorted=True), Turn(limit, cursor, form))


def finding_case(asker: Asker, finding: str, lang: Lang) -> dict[str, Any]:
    """One finding with its life: state, due date, events. What lies outside the scope is not there."""
    today = datetime.now(UTC).date()
    found = asker.service.remembered(asker.ledger, ("findings", today), lambda: queries.findings(asker.ledger, today))
    for case in found.cases:
        if case.id == finding and asker.scope.holds(case.division_code):
            row = case.to_json(today, lang)
            return row if asker.scope.divisions is None else asker.words.finding(row, lang)
    raise NotFound(f"there is no finding {finding}", "list the findings")


@routes.get("/findings/{finding}", operation_id="get_finding", responses={200: {"model": answers.Case}})
def finding(asker: Reading, finding: str, lang: Lang = "zh") -> Response:
    """One finding by its stable id, with its state, due date and what was done about it."""
    return answer(asker, finding_case(asker, finding, lang))


@routes.get("/search", operation_id="search", responses={200: {"model": answers.Hits}})
def search(
    asker: Viewing,
    q: Annotated[str, Query(min_length=1, max_length=400, examples=["豫财农〔2017〕192号"])],
    kind: Annotated[str, Query(description=f"one of {', '.join(KINDS)}")] = "",
    division: DivisionAsked = "",
    year: Year = None,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Response:
    """Records that meet every term: document numbers, names, payees, purposes, amounts, divisions, pinyin initials."""
    offset = offset_of(asker, cursor)
    wanted = Filter(kind or None, None, year, asker.within(division))
    found = queries.search(asker.ledger, q, wanted, queries.Page(limit, offset)).to_json()
    return answer(asker, {**found, "next": next_offset(asker, offset + limit, found["total"])})


def ranked(asker: Asker, policy: str = "pro-rata") -> dict[str, Any]:
    """The ranking under a policy with the rows of the asker's divisions; places are among all."""
    whole = asker.service.remembered(
        asker.ledger,
        ("rank", policy),
        lambda: queries.rank(asker.ledger, None, policy, rank_sources(asker)).to_json(),
    )
    return asker.scope.narrowed(whole)


def rank_sources(asker: Asker) -> queries.RankSources:
    """What every ranking of this version begins with, whatever the policy: findings and the reports' agreement."""
    return asker.service.remembered(asker.ledger, ("rank sources",), lambda: queries.rank_sources(asker.ledger))


@routes.get("/ranking", operation_id="get_ranking", responses=list_of(answers.Ranking))
def ranking(
    asker: Viewing, policy: RankedPolicy = "pro-rata", limit: Limit = 1000, cursor: Cursor = "", form: Form = "json"
) -> Response:
    """Counties and cities by score, each part with its numerator and denominator; those not assessed, and why."""
    whole = ranked(asker, policy)
    beside = {key: value for key, value in whole.items() if key != "divisions"}
    listing = Listing("divisions", whole["divisions"], ("division_code",), beside)
    return listed(asker, listing, Turn(limit, cursor, form))


@routes.get("/rules", operation_id="list_rules", responses=list_of(answers.Rules))
def rules(
    asker: Reading, lang: Lang = "zh", limit: Limit = 1000, cursor: Cursor = "", form: Form = "json"
) -> Response:
    """The rule catalogue."""
    rows = sorted(
        ({"rule": rule.name, "title": rule.titles[lang]} for rule in catalogue()), key=lambda row: row["rule"]
    )
    return listed(asker, Listing("rules", rows, ("rule",), is_sorted=True), Turn(limit, cursor, form))


@routes.get("/rules/{area}/{name}", operation_id="get_rule", responses={200: {"model": answers.RulePage}})
def rule_page(asker: Reading, area: str, name: str) -> Response:
    """One rule's page: what, why, basis, method, example, what is not flagged."""
    try:
        rule = named(catalogue(), f"{area}/{name}")
    except Misuse as error:
        raise NotFound(error.message, error.hint) from error
    return answer(asker, {"rule": rule.name, "titles": dict(rule.titles), "page": rule.path.read_text("utf-8")})


def reconciled(asker: Asker, day: date | None, calibre: str) -> dict[str, Any]:
    """Every difference of the asker's divisions, remembered; causes name no outside record."""
    ledger = asker.ledger
    whole = asker.service.remembered(
        ledger, ("reconcile", day, calibre), lambda: queries.reconcile(ledger, day, None, calibre).to_json()
    )
    if asker.scope.divisions is None:
        return whole
    rows = [{**row, "causes": [_cause_within(asker, cause) for cause in row["causes"]]}
            for row in asker.scope.rows(whole["divisions"])]  # fmt: skip
    known = [code for code in whole["unknown_divisions"] if asker.scope.holds(code)]
    return {**whole, "divisions": rows, "unknown_divisions": known}


def _cause_within(asker: Asker, cause: dict[str, Any]) -> dict[str, Any]:
    """The cause with outside records hidden; what each makes of this division's difference stays."""
    outside = [record for record in cause["records"] if not asker.words.sees(record)]
    names = {record: f"hidden:{number}" for number, record in enumerate(outside, 1)}
    return {
        **cause,
        "records": [names.get(record, record) for record in cause["records"]],
        "amounts": {names.get(record, record): amount for record, amount in cause["amounts"].items()},
        "because": {record: why for record, why in cause["because"].items() if record not in names},
    }


@routes.get("/reconciliation", operation_id="get_reconciliation", responses=list_of(answers.Reconciliation))
def reconciliation(
    asker: Viewing,
    day: Annotated[IsoDay | None, Query(alias="date")] = None,
    division: DivisionAsked = "",
    calibre: Calibre = "2017",
    limit: Limit = 1000,
    cursor: Cursor = "",
    form: Form = "json",
) -> Response:
    """Every difference between the system and the counties' reports, taken apart into causes, to the fen."""
    whole = reconciled(asker, day, calibre)
    inside = asker.within(division)
    rows = [row for row in whole["divisions"] if inside is None or row["division_code"] in inside]
    beside = {key: value for key, value in whole.items() if key != "divisions"}
    key = ("division_code", "measure", "tier", "report_date")
    return listed(asker, Listing("divisions", rows, key, beside), Turn(limit, cursor, form))


def proposals(asker: Asker, *, everywhere: bool = False) -> tuple[Proposal, ...]:
    """Proposed links whose two ends lie inside (or all, for judging whether a bundle is whole), remembered.

    Rivals are counted among these, for a count over all would tell how many lie outside; whether a link is sure is
    judged over all, for it would be no less doubtful.
    """
    ledger, scope = asker.ledger, asker.scope
    found = asker.service.remembered(ledger, ("repairs",), lambda: tuple(propose(ledger)))
    if everywhere or scope.divisions is None:
        return found

    def within() -> tuple[Proposal, ...]:
        return tuple(with_rivals(one for one in found if all_seen(ledger, scope, one.source, one.target)))

    return asker.service.remembered(ledger, ("repairs", asker.divisions), within)


@routes.get("/repairs", operation_id="list_repairs", responses=list_of(answers.Repairs))
def repairs(asker: Viewing, limit: Limit = 100, cursor: Cursor = "", form: Form = "json") -> Response:
    """Links that are probably missing, with evidence, score parts and rivals; never applied by themselves."""
    rows = sorted(proposed_links(asker), key=lambda row: row["id"])
    listing = Listing("repairs", rows, ("id",), {"total": len(rows)}, is_sorted=True)
    return listed(asker, listing, Turn(limit, cursor, form))


def proposed_links(asker: Asker) -> list[dict[str, Any]]:
    """Proposed links within the asker's divisions, best first."""
    return [_proposal(asker, one) for one in proposals(asker)]


def _proposal(asker: Asker, one: Proposal) -> dict[str, Any]:
    """A proposal's row; names beside its two ends only where they may be seen."""
    row = one.to_json()
    if asker.scope.divisions is None:
        return row
    return {
        key: "hidden" if isinstance(value, str) and value.partition(":")[0] in BY_KIND and not asker.words.sees(value)
        else value
        for key, value in row.items()
    }  # fmt: skip

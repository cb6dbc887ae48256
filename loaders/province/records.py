"""The budget tables of a made province as columns: divisions, agencies, projects, allocations, transfers,
indicators and their adjustments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loaders.province import texts
from loaders.province.budget import Budget, Ints
from loaders.province.flows import KINDS, NO_ROW, Flows
from loaders.province.places import AGENCIES_EACH, AGENCY_NAMES, PROJECT_NAMES, PROJECTS_EACH, Places
from loaders.province.size import Fund

Columns = Mapping[str, pa.Array]
FUNCTIONS = (
    "2130504",
    "2130505",
    "2130506",
    "2130507",
    "2130599",
    "2130142",
    "2130152",
    "2130306",
    "2050204",
    "2080299",
    "2100408",
    "2120399",
)
"""Functions a line may have: 21305 poverty, 21301 and 21303 listed as integrable in `fund_scope`, others."""
_FUNCTIONS_OF = {Fund.INTEGRATED: (5, 8), Fund.OTHER: (8, 12), Fund.RELOCATION: (4, 5)}
ECONOMIES = ("50302", "50399", "50799", "50999")
FUND_NAMES = (
    "财政专项扶贫资金",
    "统筹整合涉农资金",
    "易地扶贫搬迁融资资金",
    "社会事业发展资金",
    "市级财政扶贫资金",
    "县级财政扶贫资金",
    "财政专项扶贫资金",
    "省本级扶贫专项",
)
BRACKETS = ("〔〕", "〔〕", "〔〕", "〔〕", "〔〕", "〔〕", "[]", "（）", "［］", "﹝﹞")
"""Published notices mix the brackets; most keep to 〔〕."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Document numbers: `words[at]` for the key (issuing place, line, slot); slot 2 is the issue itself."""

    words: tuple[str, ...]
    keys: NDArray[np.int64]
    lines: int

    def at(self, place: Ints, line: Ints, slot: Ints | int) -> NDArray[np.int64]:
        """Position in `words` of the document, whose key must exist."""
        return np.searchsorted(self.keys, _document_key(place, line, slot, self.lines))


def _document_key(place: Ints, line: Ints, slot: Ints | int, lines: int) -> NDArray[np.int64]:
    return (np.asarray(place, np.int64) * lines + line) * 3 + slot


def number_documents(budget: Budget, flows: Flows, places: Places) -> Documents:
    """All document numbers: each place numbers its own, year by year, in the order of the lines."""
    lines, bureaus, allocations = budget.lines, budget.bureaus, flows.allocations
    count = len(lines.fund)
    below = bureaus.parent >= 0
    issuer = np.where(below, bureaus.place[bureaus.parent], lines.owner[bureaus.line])
    keys = np.unique(
        np.concatenate(
            (
                _document_key(allocations.place, allocations.line, allocations.slot, count),
                _document_key(issuer, bureaus.line, 2, count),
                _document_key(bureaus.place, bureaus.line, 2, count),
            )
        )
    )
    place, year = keys // 3 // count, lines.year[keys // 3 % count]
    order = np.lexsort((keys, year, place))
    group = place[order] * 10_000 + year[order]
    start = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
    number = np.empty(len(keys), np.int64)
    number[order] = np.arange(len(keys)) - np.repeat(start, np.diff(np.append(start, len(keys)))) + 1
    words = [places.document_word(each) for each in range(len(places))]
    style = (texts.mixed(keys, 7) % np.uint64(len(BRACKETS))).astype(int).tolist()
    return Documents(
        tuple(
            f"{words[at]}{BRACKETS[bracket][0]}{in_year}{BRACKETS[bracket][1]}{ordinal}号"
            for at, in_year, ordinal, bracket in zip(place.tolist(), year.tolist(), number.tolist(), style, strict=True)
        ),
        keys,
        count,
    )


def line_functions(budget: Budget) -> Ints:
    """Position in FUNCTIONS of each line's function."""
    function = np.arange(len(budget.lines.fund), dtype=np.int32) % 4
    for fund, (low, high) in _FUNCTIONS_OF.items():
        of_fund = np.flatnonzero(budget.lines.fund == fund)
        function[of_fund] = low + np.arange(len(of_fund)) % (high - low)
    return function


def line_flags(budget: Budget) -> Ints:
    """The poverty flag of each line: empty on some whose function says it already."""
    fund = budget.lines.fund
    silent = np.isin(fund, (Fund.POVERTY, Fund.COUNTY_OWN)) & (np.arange(len(fund)) % 5 == 4)
    flag: Ints = np.where(fund == Fund.OTHER, 0, np.where(silent, -1, 1)).astype(np.int32)
    return flag


def division_columns(places: Places) -> Columns:
    """The divisions table."""
    county, direct = places.is_county, places.is_direct
    return {
        "division_code": pa.array(places.code),
        "name": pa.array(places.name),
        "level": pa.array(places.level),
        "fiscal_parent": texts.picked(places.code, places.parent),
        "admin_parent": pa.array([code or None for code in places.admin_parent]),
        "direct": texts.flags(direct),
        "poverty_county": texts.flags(np.array(places.poverty) & county),
    }


def agency_columns(places: Places) -> Columns:
    """Four agencies a division."""
    at = np.repeat(np.arange(len(places)), AGENCIES_EACH).tolist()
    each = np.tile(np.arange(AGENCIES_EACH), len(places)).tolist()
    pairs = list(zip(at, each, strict=True))
    return {
        "agency_code": pa.array([places.agency(*pair) for pair in pairs]),
        "name": pa.array([places.name[place] + AGENCY_NAMES[ordinal] for place, ordinal in pairs]),
        "division_code": pa.array([places.code[place] for place, _ in pairs]),
    }


def project_columns(places: Places) -> Columns:
    """Four projects a division, each with one of its agencies."""
    pairs = [(place, ordinal) for place in range(len(places)) for ordinal in range(PROJECTS_EACH)]
    return {
        "project_code": pa.array([places.project(*pair) for pair in pairs]),
        "name": pa.array([places.name[place] + PROJECT_NAMES[ordinal] for place, ordinal in pairs]),
        "division_code": pa.array([places.code[place] for place, _ in pairs]),
        "agency_code": pa.array([places.agency(*pair) for pair in pairs]),
    }


def allocation_columns(budget: Budget, flows: Flows, documents: Documents, places: Places) -> Columns:
    """The allocations table."""
    rows, lines = flows.allocations, budget.lines
    fund = lines.fund[rows.line]
    matching = (rows.place > 0) & (fund == Fund.POVERTY)
    return {
        "allocation_id": texts.ids("A-", np.arange(len(rows.line))),
        "fiscal_year": pa.array(lines.year[rows.line]),
        "division_code": texts.picked(places.code, rows.place),
        "source": pa.array(rows.source.tolist()),
        "doc_no": texts.picked(documents.words, documents.at(rows.place, rows.line, rows.slot)),
        "date": texts.dates(rows.day),
        "amount": texts.yuan(rows.fen),
        "function_code": texts.picked(FUNCTIONS, line_functions(budget)[rows.line]),
        "fund_type_code": texts.picked(("111", "112"), (rows.source == "bond").astype(np.int32)),
        "poverty": texts.flags(line_flags(budget)[rows.line]),
        "fund_name": texts.picked(FUND_NAMES, np.where(matching, int(Fund.CITY_OWN), fund)),
        "title": texts.picked(_titles(budget, "安排"), _title_at(budget, rows.line)),
    }


def _titles(budget: Budget, verb: str) -> tuple[str, ...]:
    last = int(budget.lines.year.max())
    return tuple(f"关于{verb}{year}年{name}预算的通知" for year in (last - 1, last) for name in FUND_NAMES)


def _title_at(budget: Budget, line: Ints) -> Ints:
    lines = budget.lines
    at: Ints = (lines.year[line] == lines.year.max()) * len(FUND_NAMES) + lines.fund[line]
    return at


def transfer_columns(budget: Budget, flows: Flows, documents: Documents, places: Places) -> Columns:
    """The transfers table."""
    rows, bureaus, spenders = flows.transfers, budget.bureaus, budget.spenders
    held = len(bureaus.line)
    all_line, all_place = _indicator_lines(budget), _indicator_places(budget)
    line, to_place = all_line[rows.target], all_place[rows.target]
    arranged = flows.allocations.place[np.where(rows.from_allocation, rows.source, 0)]
    source_place = np.where(rows.from_allocation, arranged, all_place[np.where(rows.from_allocation, 0, rows.source)])
    issue = rows.kind == KINDS.index("issue")
    to_agency = np.where(rows.target >= held, spenders.agency[np.maximum(rows.target - held, 0)], NO_ROW)
    document = np.where(issue, documents.at(source_place, line, 2), NO_ROW)
    flag = np.where(issue & (np.arange(len(line)) % 4 == 0), line_flags(budget)[line], NO_ROW)
    taken_back = rows.back >= 0
    return {
        "transfer_id": texts.ids("T-", np.arange(len(line))),
        "kind": texts.picked(KINDS, rows.kind),
        "source_id": _either("allocation:A-", "indicator:I-", rows.from_allocation, rows.source),
        "target_id": texts.ids("I-", rows.target),
        "to_division_code": texts.picked(places.code, to_place),
        "to_agency_code": texts.picked(
            agency_codes(places), np.where(to_agency < 0, NO_ROW, to_place * AGENCIES_EACH + to_agency)
        ),
        "doc_no": texts.picked(documents.words, document),
        "issue_date": texts.dates(rows.issued),
        "receive_date": texts.dates(rows.received, empty=taken_back),
        "amount": texts.yuan(rows.fen),
        "poverty": texts.flags(flag),
        "title": texts.picked(_titles(budget, "下达"), np.where(issue, _title_at(budget, line), NO_ROW)),
        "reverses": texts.ids("T-", rows.back),
    }


def _either(first: str, second: str, is_first: NDArray[np.bool_], ordinals: Ints) -> pa.Array:
    return pc.if_else(pa.array(is_first), texts.ids(first, ordinals), texts.ids(second, ordinals))


def agency_codes(places: Places) -> tuple[str, ...]:
    """Codes of all agencies: position is place * AGENCIES_EACH + ordinal."""
    return tuple(places.agency(place, ordinal) for place in range(len(places)) for ordinal in range(AGENCIES_EACH))


def _indicator_lines(budget: Budget) -> Ints:
    return np.concatenate((budget.bureaus.line, budget.spenders.line))


def _indicator_places(budget: Budget) -> Ints:
    return np.concatenate((budget.bureaus.place, budget.spenders.place))


def bureau_columns(budget: Budget, flows: Flows, documents: Documents, places: Places) -> Columns:
    """The indicators of finance bureaus (待分指标)."""
    bureaus, lines = budget.bureaus, budget.lines
    line, count = bureaus.line, len(bureaus.line)
    own = bureaus.is_match | (lines.owner[line] == bureaus.place)
    issuer = np.where(bureaus.parent >= 0, bureaus.place[bureaus.parent], lines.owner[line])
    fund = np.where(bureaus.is_match, int(Fund.CITY_OWN), lines.fund[line])
    return {
        "indicator_id": texts.ids("I-", np.arange(count)),
        "fiscal_year": pa.array(lines.year[line]),
        "division_code": texts.picked(places.code, bureaus.place),
        "doc_no": texts.picked(documents.words, np.where(own, documents.at(bureaus.place, line, 2), NO_ROW)),
        "superior_doc_no": texts.picked(documents.words, np.where(own, NO_ROW, documents.at(issuer, line, 2))),
        "date": texts.dates(np.where(own, bureaus.issued, bureaus.received)),
        "amount": texts.yuan(flows.amounts.bureau),
        "origin": texts.picked(("superior", "own"), own),
        "entry": texts.picked(("linked", "manual"), own),
        "integrated": texts.flags(np.zeros(count)),
        "poverty": texts.flags(line_flags(budget)[line]),
        "fund_name": texts.picked(FUND_NAMES, fund),
        "title": texts.picked(_titles(budget, "下达"), _title_at(budget, line)),
        **_codes(budget, line),
    }


def _codes(budget: Budget, line: Ints) -> Columns:
    return {
        "function_code": texts.picked(FUNCTIONS, line_functions(budget)[line]),
        "economy_code": texts.picked(ECONOMIES, line % len(ECONOMIES)),
        "fund_type_code": texts.picked(("111",), np.zeros(len(line))),
        "expenditure_kind": texts.picked(("project",), np.where(line % 7 == 6, NO_ROW, 0)),
    }


def spender_columns(budget: Budget, flows: Flows, documents: Documents, places: Places) -> Columns:
    """The indicators of agencies, those carried over from last year too."""
    spenders, lines = budget.spenders, budget.lines
    line, held = spenders.line, len(budget.bureaus.line)
    fund = lines.fund[line]
    carried = spenders.previous >= 0
    own = np.isin(fund, (Fund.CITY_OWN, Fund.COUNTY_OWN, Fund.PROVINCE_OWN))
    integrated = fund == Fund.INTEGRATED
    project = spenders.place * PROJECTS_EACH + spenders.agency
    return {
        "indicator_id": texts.ids("I-", np.arange(len(line)) + held),
        "fiscal_year": pa.array(spenders.year),
        "division_code": texts.picked(places.code, spenders.place),
        "agency_code": texts.picked(agency_codes(places), spenders.place * AGENCIES_EACH + spenders.agency),
        "date": texts.dates(spenders.day),
        "amount": texts.yuan(flows.amounts.spender),
        "origin": texts.picked(("superior", "own", "carry_over"), np.where(carried, 2, own)),
        "entry": texts.picked(("linked",), np.where(flows.by_previous, NO_ROW, 0)),
        "integrated": texts.flags(integrated),
        "poverty": texts.flags(line_flags(budget)[line]),
        "project_code": texts.picked(project_codes(places), project),
        "fund_name": texts.picked(FUND_NAMES, fund),
        "previous_id": texts.ids("I-", np.where(carried, spenders.previous + held, NO_ROW)),
        **_codes(budget, line),
    }


def project_codes(places: Places) -> tuple[str, ...]:
    """Codes of all projects: position is place * PROJECTS_EACH + ordinal."""
    return tuple(places.project(place, ordinal) for place in range(len(places)) for ordinal in range(PROJECTS_EACH))


def adjustment_columns(budget: Budget, flows: Flows) -> Columns:
    """One adjustment for each agency indicator that was raised."""
    raised = np.flatnonzero(flows.top_up)
    return {
        "adjustment_id": texts.ids("J-", np.arange(len(raised))),
        "indicator_id": texts.ids("I-", raised + len(budget.bureaus.line)),
        "date": texts.dates(budget.spenders.day[raised] + 1),
        "amount": texts.yuan(flows.top_up[raised]),
    }


def scope_columns(budget: Budget) -> Columns:
    """This year's list of funds that may be integrated, with one that may not."""
    year = int(budget.lines.year.max())
    return {
        "fiscal_year": pa.array([year] * 3),
        "function_code": pa.array(["21301", "21303", "2050204"]),
        "listed": pa.array(["true", "true", "false"]),
    }

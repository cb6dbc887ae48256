"""The parts of every division's score: numerator and denominator of each, and the records that make them."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.attribution import POLICIES
from lineage.errors import Misuse
from queries.findings import Case, cases_of_view
from queries.overview import fiscal_year
from queries.overview_figures import Calibre
from queries.overview_lines import kept_lines
from queries.rank_weights import PARTS, Weights
from queries.reconcile import reconcile

if TYPE_CHECKING:
    from lineage.graph.arrays import Graph, Ints
    from lineage.ledger import Ledger

RANKED_POLICIES = tuple(policy for policy in POLICIES if policy != "poison")
"""Poison gives no amounts, so no share of proven fen."""
_JUDGED = ("label/", "entry/carry-over-as-current", "pace/late-issue")
_OF_RULES = frozenset({"labels", "carry-over", "promptness", "report", "rectified"})
"""Parts that ask the rules or the reconciliation."""
_OF_MONEY = frozenset({"chain", "accounts", "one-card"})
"""Parts that ask whose money it was: only they depend on the policy."""
_PRO_RATA = (
    "SELECT record, amount_poverty_fen AS poverty_fen, "
    "amount_unsourced_poverty + amount_unsourced_other AS unsourced_fen FROM nodes"
)
_SUMS = """SELECT part, division_code, sum(numerator)::BIGINT AS numerator, sum(denominator)::BIGINT AS denominator
    FROM rank_line GROUP BY ALL"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A part's numerator and denominator: fen, or a count."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a ranking is made with."""

    weights: Weights
    policy: str = "pro-rata"
    calibre: Calibre = "2017"

    def __post_init__(self) -> None:
        if self.policy not in RANKED_POLICIES:
            raise Misuse(f'found policy "{self.policy}"', f"expected one of {', '.join(RANKED_POLICIES)}")


@dataclass(frozen=True, slots=True)
class Sources:
    """What does not depend on policy and weights, asked once: the findings and the reports' agreement."""

    cases: tuple[Case, ...] = field(repr=False)
    agreement: Mapping[str, Measured]


def sources(ledger: Ledger, calibre: Calibre = "2017") -> Sources:
    """Run the rules and the reconciliation on a view of a ledger. Raises Misuse for one without a dated record."""
    if ledger.as_of is None:
        raise Misuse("the ledger has no dated record", "load something first")
    return Sources(cases_of_view(ledger), _agreement(ledger, calibre))


def measured(ledger: Ledger, terms: Terms, known: Sources) -> dict[str, dict[str, Measured]]:
    """All parts by division, then part. Cost: the passes over bookings and payments of the overview, once."""
    parts: dict[str, dict[str, Measured]] = defaultdict(dict)
    for row in _ask(ledger, terms, known, _SUMS):
        if row["division_code"]:
            parts[row["division_code"]][row["part"]] = Measured(row["numerator"], row["denominator"])
    for division, agreed in known.agreement.items():
        parts[division]["report"] = agreed
    for division, found in _rectified(known.cases).items():
        parts[division]["rectified"] = found
    return parts


def part_records(
    ledger: Ledger, terms: Terms, division: str, part: str, known: Sources | None = None
) -> list[dict[str, Any]]:
    """Record, numerator, denominator of one part of one division, those that miss most first. Raises Misuse (part)."""
    if part not in PARTS:
        raise Misuse(f'found part "{part}"', f"expected one of {', '.join(PARTS)}")
    if known is None:
        known = sources(ledger, terms.calibre) if part in _OF_RULES else Sources((), {})
    if part == "rectified":
        return [
            {"record": case.id, "numerator": int(_is_rectified(case)), "denominator": 1}
            for case in known.cases
            if case.division_code == division
        ]
    if part == "report":
        agreed = known.agreement.get(division, Measured(0, 0))
        return [{"record": f"division:{division}", "numerator": agreed.numerator, "denominator": agreed.denominator}]
    return _ask(
        ledger,
        terms if part in _OF_MONEY else replace(terms, policy="pro-rata"),
        known,
        f"""
        SELECT record, sum(numerator)::BIGINT AS numerator, sum(denominator)::BIGINT AS denominator FROM rank_line
        WHERE part = '{part}' AND division_code = $division GROUP BY record
        ORDER BY sum(rank_line.denominator - rank_line.numerator) DESC, record""",
        division,
    )


def _ask(ledger: Ledger, terms: Terms, known: Sources, select: str, division: str = "") -> list[dict[str, Any]]:
    """Ask the lines of the ranking; of one division, what was paid is narrowed to it before it is joined."""
    judged = [
        (case.subject, case.rule, case.finding.amount_fen)
        for case in known.cases
        if case.finding is not None and case.rule.startswith(_JUDGED)
    ]
    values = {
        "accused": [one[0] for one in judged],
        "rules": [one[1] for one in judged],
        "accused_fen": [one[2] for one in judged],
        "as_of": ledger.as_of,
        "calibre": terms.calibre,
        "grace_days": terms.weights.rules["grace_days"],
        "booking_days": terms.weights.rules["booking_days"],
        **({"division": division} if division else {}),
    }
    year = fiscal_year(ledger, None)
    with _money(ledger, terms.policy) as money:
        text = _text().format(year=year, money=money, once="NOT MATERIALIZED" if division else "MATERIALIZED")
        before = kept_lines(ledger, year, "line", "booking", "issued", "paid")
        return list(ledger.rows(f"{before} {text} {select}", values))


@contextmanager
def _money(ledger: Ledger, policy: str) -> Iterator[str]:
    """SQL that gives the poverty and the unsourced fen of every record under a policy."""
    if policy == "pro-rata":
        yield _PRO_RATA
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lineage.attribution.passes import origin_classes
    from lineage.graph import tables
    from lineage.graph.arrays import CLASSES

    graph = ledger.graph
    classes, _ = origin_classes(graph, policy)
    unsourced = [name.startswith("unsourced") for name in CLASSES]
    with tempfile.TemporaryDirectory(prefix="lineage-rank-") as folder:
        files: list[str] = []
        for nodes in _spending(graph):
            own = tables.own_classes(graph, classes, nodes)
            money = {
                "record": tables.record_names(graph, nodes),
                "poverty_fen": own[:, tables.POVERTY].sum(axis=1),
                "unsourced_fen": own[:, unsourced].sum(axis=1),
            }
            files.append(f"{folder}/{len(files)}.parquet")
            pq.write_table(pa.table(money), files[-1], compression="none")
        yield f"SELECT * FROM read_parquet({files})"


def _spending(graph: Graph) -> Iterator[Ints]:
    """Nodes that spend, payments and account entries, a piece at a time (the first may be empty)."""
    from lineage.graph.tables import PIECE
    from lineage.schema import NODE_KINDS

    for kind in (NODE_KINDS.index("payment"), NODE_KINDS.index("account_entry")):
        first, last = int(graph.kind_start[kind]), int(graph.kind_start[kind + 1])
        for start in range(first, max(last, first + 1), PIECE):
            yield np.arange(start, min(start + PIECE, last), dtype=np.int64)


@cache
def _text() -> str:
    text = Path(__file__).with_name("rank_lines.sql").read_text(encoding="utf-8")
    return "\n".join(line.partition("--")[0] for line in text.splitlines())


def _agreement(ledger: Ledger, calibre: Calibre) -> dict[str, Measured]:
    """How far report and system agree: of the greater of the two, what is no difference; both measures, tier all."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in reconcile(ledger, calibre=calibre).differences:
        if one.tier == "all":
            greater = max(one.system_fen, one.report_fen, 0)
            sums[one.division_code][0] += max(greater - abs(one.difference_fen), 0)
            sums[one.division_code][1] += greater
    return {division: Measured(*both) for division, both in sums.items()}


def _rectified(cases: tuple[Case, ...]) -> dict[str, Measured]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for case in cases:
        counts[case.division_code][0] += _is_rectified(case)
        counts[case.division_code][1] += 1
    return {division: Measured(*both) for division, both in counts.items()}


def _is_rectified(case: Case) -> bool:
    return case.mended or case.state == "closed"

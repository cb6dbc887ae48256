"""Reconciliation: why the system's figure and a county's daily report differ, cause by cause and record by record.

`difference = system − report = Σ causes + unexplained`, exactly, for every division, measure and tier; a record
counts under one cause. What money paid outside the treasury could be at most stands beside what is unexplained,
never in it. Definitions: docs/measures.md, docs/reconciliation.md; the SQL is in `reconcile.sql`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date as Day
from typing import TYPE_CHECKING, Any

import lineage
from lineage.errors import Misuse
from lineage.money import yuan
from queries.overview_figures import Calibre, checked_calibre
from queries.reconcile_causes import Causes, causes_of
from queries.reconcile_notes import Explanation, explanations
from queries.territory import division_names, subtree

if TYPE_CHECKING:
    from lineage.ledger import Ledger

CAUSES = (
    "time-lag",
    "unreceived",
    "re-entered",
    "bundled",
    "carry-over",
    "excess-label",
    "missing-label",
    "special-account",
    "co-mingled",
)
"""In the order in which a record is given to the first that fits."""


@dataclass(frozen=True, slots=True)
class CauseRecord:
    """What one record does to a difference, in fen; `because` names what a rule accuses its indicator of."""

    record: str
    amount_fen: int
    because: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of a difference with its records, greatest first."""

    name: str
    records: tuple[CauseRecord, ...]

    @property
    def amount_fen(self) -> int:
        """The sum of its records."""
        return sum(record.amount_fen for record in self.records)

    def to_json(self) -> dict[str, Any]:
        """The cause with its records, the amount of each, and why a rule accuses some of them."""
        because = {record.record: record.because for record in self.records if record.because not in (None, self.name)}
        return {
            "cause": self.name,
            "amount": yuan(self.amount_fen),
            "records": [record.record for record in self.records],
            "amounts": {record.record: yuan(record.amount_fen) for record in self.records},
            "because": because,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of one report against the system; amounts in fen."""

    division_code: str
    division_name: str
    measure: str
    tier: str
    system_fen: int
    report_fen: int
    report_date: Day
    cut_off: Day
    causes: tuple[Cause, ...]
    unspent_fen: int
    resolution_fen: int
    explanations: tuple[Explanation, ...] = ()

    @property
    def difference_fen(self) -> int:
        """System less report."""
        return self.system_fen - self.report_fen

    @property
    def unexplained_fen(self) -> int:
        """What no cause explains."""
        return self.difference_fen - sum(cause.amount_fen for cause in self.causes)

    @property
    def outside_treasury_at_most_fen(self) -> int:
        """How much of an unexplained shortfall of expenditure could have been paid outside the treasury."""
        if self.measure != "expenditure" or self.unexplained_fen >= 0:
            return 0
        return min(-self.unexplained_fen, self.unspent_fen)

    @property
    def rounding_at_most_fen(self) -> int:
        """The report's resolution, which is the most that rounding or cutting off can make; 0 for one to the fen."""
        return self.resolution_fen if self.resolution_fen > 1 else 0

    def to_json(self) -> dict[str, Any]:
        """The object of 5-interfaces; causes that come to nothing in sum are left out."""
        return {
            "division_code": self.division_code,
            "name": self.division_name,
            "measure": self.measure,
            "tier": self.tier,
            "report_date": self.report_date.isoformat(),
            "cut_off_date": self.cut_off.isoformat(),
            "system": yuan(self.system_fen),
            "report": yuan(self.report_fen),
            "difference": yuan(self.difference_fen),
            "causes": [cause.to_json() for cause in self.causes if cause.amount_fen],
            "unexplained": yuan(self.unexplained_fen),
            "outside_treasury_at_most": yuan(self.outside_treasury_at_most_fen),
            "rounding_at_most": yuan(self.rounding_at_most_fen),
            "explanations": [said.to_json() for said in self.explanations],
        }


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All differences as of a day, by division, measure and tier. `earlier` is the same of an earlier day, if asked."""

    date: Day
    calibre: Calibre
    version: str
    differences: tuple[Difference, ...]
    unknown_divisions: tuple[str, ...] = ()
    earlier: Reconciliation | None = None

    def to_json(self) -> dict[str, Any]:
        """The reconcile object of 5-interfaces, with the bridge from the earlier day where one was asked."""
        answer: dict[str, Any] = {
            "date": self.date.isoformat(),
            "calibre": self.calibre,
            "version": self.version,
            "divisions": [difference.to_json() for difference in self.differences],
            "unknown_divisions": list(self.unknown_divisions),
        }
        if self.earlier:
            from queries.reconcile_since import bridge

            answer |= {
                "since": self.earlier.date.isoformat(),
                "changes": [change.to_json() for change in bridge(self.earlier, self)],
            }
        return answer


def reconcile(
    ledger: Ledger,
    date: Day | None = None,
    division: str | None = None,
    calibre: str = "2017",
    since: Day | None = None,
) -> Reconciliation:
    """Every difference between the system and the latest daily reports by a day (default: the ledger's as-of).

    The ledger is taken as of that day, and the fiscal year is that day's. `division` narrows to it and those below.
    Raises Misuse (calibre, a `since` that is not earlier), NotFound (division).
    """
    asked = checked_calibre(calibre)
    view = as_of(ledger, date)
    if view.as_of is None:
        raise Misuse("the ledger has no dated record", "load something, or name a day with --date")
    if since is not None and since >= view.as_of:
        raise Misuse(f"found since {since}, not before {view.as_of}", "name an earlier day")
    inside = subtree(view, division) if division else None
    found = _reconciled(view, view.as_of, inside, asked)
    if since is None:
        return found
    return replace(found, earlier=_reconciled(as_of(ledger, since), since, inside, asked))


def as_of(ledger: Ledger, date: Day | None) -> Ledger:
    """The same ledger as of another day."""
    if date is None or date == ledger.as_of:
        return ledger
    return lineage.open(ledger.path, as_of=date, as_known=ledger.as_known, asserted=ledger.asserted)


def _reconciled(view: Ledger, day: Day, inside: frozenset[str] | None, calibre: Calibre) -> Reconciliation:
    found = causes_of(view, day, inside, calibre)
    known = division_names(view)
    said = explanations(view)
    differences = tuple(_difference(report, found, known, said) for report in found.reports)
    unknown = sorted({report["division_code"] for report in found.reports} - set(known))
    return Reconciliation(day, calibre, view.version, differences, tuple(unknown))


def _difference(
    report: Mapping[str, Any], found: Causes, names: Mapping[str, str], said: tuple[Explanation, ...]
) -> Difference:
    division, measure, tier = key = (report["division_code"], report["measure"], report["tier"])
    records: dict[str, list[CauseRecord]] = defaultdict(list)
    for row in found.records.get(key, ()):
        records[row["cause"]].append(CauseRecord(row["record"], row["fen"], row["because"]))
    return Difference(
        division_code=division,
        division_name=names.get(division, ""),
        measure=measure,
        tier=tier,
        system_fen=found.system.get(key, 0),
        report_fen=report["report_fen"],
        report_date=report["report_date"],
        cut_off=report["cut_off"],
        causes=tuple(Cause(name, tuple(records[name])) for name in CAUSES if name in records),
        unspent_fen=found.unspent.get(division, 0),
        resolution_fen=report["resolution_fen"],
        explanations=tuple(one for one in said if one.answers(division, measure, tier)),
    )

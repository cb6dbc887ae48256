"""Overview 总体概览: scale, expenditure and progress of the whole and of every division, in either calibre.

Definitions: docs/measures.md. All figures are sums of the lines in `overview_lines.sql`, so `overview_records`
opens any of them to its records. Amounts are int64 fen; sums first, rounding last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse
from lineage.money import yuan
from queries.overview_figures import Calibre, checked_calibre, parts_of, parts_of_divisions, ratio, tier_of
from queries.overview_groups import Group, groups_by
from queries.overview_lines import SOURCE_TIERS, TIERS, kept_lines
from queries.territory import division_names

if TYPE_CHECKING:
    from lineage.ledger import Ledger

SPENDING_TIERS = ("province", "city", "county")
_SUMS = "SELECT part, division_code, tier, sum(amount_fen)::BIGINT AS fen FROM line GROUP BY ALL"
Sums = Mapping[tuple[str, str | None], int]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one set of records, in fen: of the whole, or of one division."""

    sums: Sums
    calibre: Calibre
    is_division: bool

    def fen(self, figure: str, tier: str | None = None) -> int:
        """A figure in fen, of one tier or of all."""
        wanted = tier_of(figure, tier)
        signs = parts_of(figure, self.calibre, of_division=self.is_division)
        return sum(
            sign * sum(fen for (name, of), fen in self.sums.items() if name == part and wanted in (None, of))
            for part, sign in signs.items()
        )

    @property
    def progress(self) -> str | None:
        """Expenditure over scale with four decimals; None where the scale is nothing."""
        return ratio(self.fen("expenditure"), self.fen("scale"))

    def by_tier(self, figure: str, tiers: Iterable[str]) -> dict[str, str]:
        """A figure's tiers as yuan."""
        return {tier: yuan(self.fen(figure, tier)) for tier in tiers}


@dataclass(frozen=True, slots=True)
class Division:
    """One division with its figures."""

    code: str
    name: str
    figures: Figures

    def to_json(self) -> dict[str, Any]:
        """The object of 5-interfaces, and what was spent of which money beside it."""
        fen = self.figures.fen
        return {
            "division_code": self.code,
            "name": self.name,
            "received": self.figures.by_tier("received", SOURCE_TIERS),
            "own": yuan(fen("own")),
            "booked": yuan(fen("booked")),
            "passed_down": yuan(fen("passed_down")),
            "scale": yuan(fen("scale")),
            "expenditure": yuan(fen("expenditure")),
            "progress": self.figures.progress,
            "spent_of_received": self.figures.by_tier("spent_of_received", SOURCE_TIERS),
            "spent_of_own": yuan(fen("spent_of_own")),
            "relocation_expenditure": yuan(fen("relocation_expenditure")),
        }


@dataclass(frozen=True, slots=True)
class Overview:
    """The answer: figures of the whole, of each division, and of groups where `by` was asked."""

    year: int
    calibre: Calibre
    as_of: date | None
    version: str
    whole: Figures
    divisions: tuple[Division, ...]
    is_partial: bool = False
    by: str | None = None
    groups: tuple[Group, ...] = ()

    @property
    def unplaced_fen(self) -> int | None:
        """What the divisions and what is in transit do not account for; None for a part of the province."""
        return None if self.is_partial else self.whole.fen("unplaced")

    def to_json(self) -> dict[str, Any]:
        """The overview object of 5-interfaces."""
        fen = self.whole.fen
        unplaced = self.unplaced_fen
        answer: dict[str, Any] = {
            "calibre": self.calibre,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "year": str(self.year),
            "version": self.version,
            "scale": self.whole.by_tier("scale", TIERS) | {"total": yuan(fen("scale"))},
            "in_transit": yuan(fen("in_transit")),
            "unplaced": None if unplaced is None else yuan(unplaced),
            "carried_over": {"amount": yuan(fen("carried_over")), "expenditure": yuan(fen("carried_over_expenditure"))},
            "expenditure": self.whole.by_tier("expenditure", SPENDING_TIERS) | {"total": yuan(fen("expenditure"))},
            "relocation_expenditure": yuan(fen("relocation_expenditure")),
            "special_account_difference": yuan(fen("special_account_difference")),
            "progress": self.whole.progress,
            "divisions": [division.to_json() for division in self.divisions],
        }
        if self.by:
            answer |= {"by": self.by, "groups": [group.to_json() for group in self.groups]}
        return answer


def overview(
    ledger: Ledger,
    year: int | None = None,
    calibre: str = "2017",
    by: str | None = None,
    divisions: frozenset[str] | None = None,
) -> Overview:
    """Scale, expenditure and progress of a fiscal year (default: that of the ledger's as-of).

    `by` adds groups: tier, division, agency, project, fund or month. `divisions` restricts everything to some
    divisions. Raises Misuse. Cost: one pass over bookings and payments, once a view and year.
    """
    asked = checked_calibre(calibre)
    wanted_year = fiscal_year(ledger, year)
    lines = kept_lines(ledger, wanted_year, "line")
    rows = ledger.rows(f"{lines} {_SUMS}")
    inside = [row for row in rows if divisions is None or row["division_code"] in divisions]
    by_division: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in inside:
        by_division[row["division_code"]].append(row)
    shown = parts_of_divisions(asked)
    names = _names(ledger, divisions, {row["division_code"] for row in inside if row["part"] in shown})
    return Overview(
        year=wanted_year,
        calibre=asked,
        as_of=ledger.as_of,
        version=ledger.version,
        whole=Figures(_sums(inside), asked, is_division=False),
        divisions=tuple(
            Division(code, name, Figures(_sums(by_division[code]), asked, is_division=True))
            for code, name in names.items()
        ),
        is_partial=divisions is not None,
        by=by,
        groups=groups_by(ledger, lines, by, asked, divisions) if by else (),
    )


def fiscal_year(ledger: Ledger, year: int | None) -> int:
    """The year asked, else that of the ledger's as-of. Raises Misuse for a ledger without a dated record."""
    if year is not None:
        return year
    if ledger.as_of is None:
        raise Misuse("the ledger has no dated record", "load something, or name a year with --year")
    return ledger.as_of.year


def _sums(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str | None], int]:
    sums: dict[tuple[str, str | None], int] = defaultdict(int)
    for row in rows:
        sums[row["part"], row["tier"]] += row["fen"]
    return dict(sums)


def _names(ledger: Ledger, divisions: frozenset[str] | None, met: set[str]) -> dict[str, str]:
    """Names of all divisions asked, by code; empty for one that bears figures but is not among the divisions."""
    listed = division_names(ledger)
    codes = {code for code in {*listed, *met} if divisions is None or code in divisions}
    return {code: listed.get(code, "") for code in sorted(codes)}

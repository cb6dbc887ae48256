"""Drill-down: the records of any figure of the overview, with what each contributes; their sum is the figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse, NotFound
from lineage.money import yuan
from queries.overview import fiscal_year
from queries.overview_figures import FIGURES, checked_calibre, parts_of, tier_of
from queries.overview_groups import GROUP_FIGURES, KEYS
from queries.overview_lines import SOURCE_TIERS, kept_lines
from queries.page import WHOLE, Page

if TYPE_CHECKING:
    from lineage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure to be opened: of the whole, of a tier, of a division, of some, or of a group of the overview.

    `by` and `group` are those of `overview(by=…)`; a group of None holds the records that name none.
    """

    name: str
    tier: str = ""
    division: str = ""
    by: str = ""
    group: str | None = None
    divisions: frozenset[str] | None = None

    @classmethod
    def named(cls, text: str) -> Figure:
        """A figure as written: FIGURE, FIGURE.TIER, FIGURE:DIVISION or FIGURE.TIER:DIVISION."""
        name, _, division = text.partition(":")
        name, _, tier = name.partition(".")
        return cls(name, tier, division)

    def __str__(self) -> str:
        place = (f".{self.tier}" if self.tier else "") + (f":{self.division}" if self.division else "")
        return self.name + place + (f" ({self.by} {self.group or '-'})" if self.by else "")

    def checked(self, ledger: Ledger) -> Figure:
        """Itself. Raises Misuse (figure, group), NotFound (division, tier)."""
        if self.division and not ledger.rows("SELECT 1 FROM divisions WHERE division_code = $1", [self.division]):
            raise NotFound(f"there is no division {self.division}", "lineage overview lists them")
        if self.tier and self.tier not in SOURCE_TIERS:
            raise NotFound(f'found tier "{self.tier}"', f"expected one of {', '.join(SOURCE_TIERS)}", FIGURES)
        if self.by and self.by not in KEYS:
            raise Misuse(f'found by "{self.by}"', f"expected one of {', '.join(KEYS)}")
        if self.by and self.name not in GROUP_FIGURES:
            raise Misuse(f'groups have no figure "{self.name}"', f"expected one of {', '.join(GROUP_FIGURES)}")
        return self

    @property
    def is_part(self) -> bool:
        """Whether its scale is that of a division: received and own less passed down."""
        return bool(self.division) or bool(self.by and self.by != "tier")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one record contributes to a figure, in fen, with where and when."""

    record: str
    division_code: str | None
    date: date | None
    amount_fen: int
    tier: str | None


@dataclass(frozen=True, slots=True)
class FigureRecords:
    """A figure opened to its records, greatest first; `total_fen` is the figure also where fewer are shown."""

    figure: str
    division_code: str | None
    total_fen: int
    count: int
    records: tuple[Contribution, ...]

    def to_json(self) -> dict[str, Any]:
        """The figure, its amount, how many records make it, and those asked for."""
        return {
            "figure": self.figure,
            "division_code": self.division_code,
            "amount": yuan(self.total_fen),
            "total": self.count,
            "records": [
                {
                    "record": row.record,
                    "division_code": row.division_code,
                    "tier": row.tier,
                    "date": row.date.isoformat() if row.date else None,
                    "amount": yuan(row.amount_fen),
                }
                for row in self.records
            ],
        }


def overview_records(
    ledger: Ledger, figure: str | Figure, year: int | None = None, calibre: str = "2017", page: Page = WHOLE
) -> FigureRecords:
    """The records of a figure `FIGURE`, `FIGURE.TIER`, `FIGURE:DIVISION`, `FIGURE.TIER:DIVISION`, or of a group.

    Raises Misuse for a figure there is not, NotFound for an unknown division.
    """
    asked = (figure if isinstance(figure, Figure) else Figure.named(figure)).checked(ledger)
    signs = parts_of(asked.name, checked_calibre(calibre), of_division=asked.is_part)
    sign = " ".join(f"WHEN '{part}' THEN {value}" for part, value in signs.items())
    listed = ", ".join(f"'{part}'" for part in signs)
    group = f"AND {KEYS[asked.by]} IS NOT DISTINCT FROM $group" if asked.by else "AND $group IS NULL"
    rows = ledger.rows(
        f"""
        {kept_lines(ledger, fiscal_year(ledger, year), "line")},
        chosen AS (
            SELECT record, any_value(division_code) AS division_code, any_value(tier) AS tier, min(date) AS date,
                   sum(amount_fen * CASE part {sign} END)::BIGINT AS fen
            FROM line
            WHERE part IN ({listed}) AND ($division = '' OR division_code = $division)
              AND ($tier IS NULL OR tier = $tier) AND ($inside IS NULL OR list_contains($inside, division_code)) {group}
            GROUP BY record HAVING fen <> 0)
        SELECT *, count(*) OVER () AS total, (sum(fen) OVER ())::BIGINT AS total_fen FROM chosen
        ORDER BY abs(fen) DESC, record LIMIT $limit OFFSET $offset""",
        {
            "division": asked.division,
            "tier": tier_of(asked.name, asked.tier or None),
            "inside": None if asked.divisions is None else sorted(asked.divisions),
            "group": asked.group,
            "limit": page.limit,
            "offset": page.offset,
        },
    )
    found = tuple(
        Contribution(row["record"], row["division_code"], row["date"], row["fen"], row["tier"]) for row in rows
    )
    total_fen, total = (rows[0]["total_fen"], rows[0]["total"]) if rows else (0, 0)
    return FigureRecords(str(asked), asked.division or None, total_fen, total, found)

"""The overview by tier, division, agency, project, fund or month: the same lines, grouped otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse
from lineage.money import yuan
from queries.overview_figures import Calibre, parts_of, ratio

if TYPE_CHECKING:
    from lineage.ledger import Ledger

KEYS: Mapping[str, str] = MappingProxyType(
    {
        "tier": "tier",
        "division": "division_code",
        "agency": "agency_code",
        "project": "project_code",
        "fund": "fund_name",
        "month": "strftime(date, '%Y-%m')",
    }
)
_NAMED_IN: Mapping[str, str] = MappingProxyType(
    {
        "division": "SELECT division_code AS code, name FROM divisions",
        "agency": "SELECT agency_code AS code, name FROM agencies",
        "project": "SELECT project_code AS code, name FROM projects",
    }
)
GROUPED_BY = tuple(KEYS)
GROUP_FIGURES = ("received", "own", "passed_down", "scale", "assigned", "expenditure")


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of the records that share a key, in fen; the key is None where the records name none."""

    key: str | None
    name: str
    fen: Mapping[str, int]
    is_agency: bool = False

    @property
    def progress(self) -> str | None:
        """Expenditure over scale, of an agency over what it was assigned; four decimals, None where that is nothing."""
        return ratio(self.fen["expenditure"], self.fen["assigned" if self.is_agency else "scale"])

    def to_json(self) -> dict[str, Any]:
        """The group with its amounts in yuan and its progress."""
        return {
            "key": self.key,
            "name": self.name,
            **{figure: yuan(fen) for figure, fen in self.fen.items()},
            "progress": self.progress,
        }


def groups_by(
    ledger: Ledger, lines: str, by: str, calibre: Calibre, divisions: frozenset[str] | None
) -> tuple[Group, ...]:
    """Groups in the order of their keys, the one without a key last. Raises Misuse for a key there is not.

    A tier's scale is what it arranged, its expenditure what its divisions paid: the two tiers are not the same sets.
    """
    if by not in KEYS:
        raise Misuse(f'found by "{by}"', f"expected one of {', '.join(GROUPED_BY)}")
    rows = ledger.rows(
        f"{lines} SELECT part, division_code, {KEYS[by]} AS key, sum(amount_fen)::BIGINT AS fen FROM line GROUP BY ALL"
    )
    sums: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        if divisions is None or row["division_code"] in divisions:
            sums[row["key"]][row["part"]] += row["fen"]
    names = {row["code"]: row["name"] for row in ledger.rows(_NAMED_IN[by])} if by in _NAMED_IN else {}
    shown = [
        Group(key, names.get(key, key or ""), _figures(found, calibre, by), by == "agency")
        for key, found in sums.items()
    ]
    kept = [group for group in shown if any(group.fen.values())]
    return tuple(sorted(kept, key=lambda group: (group.key is None, group.key or "")))


def _figures(sums: Mapping[str, int], calibre: Calibre, by: str) -> dict[str, int]:
    return {
        figure: sum(
            sign * sums.get(part, 0) for part, sign in parts_of(figure, calibre, of_division=by != "tier").items()
        )
        for figure in GROUP_FIGURES
    }

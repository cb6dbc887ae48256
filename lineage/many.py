"""Traces of many records as one table: a row for each record and source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.attribution import POLICIES
from lineage.errors import Misuse, NotFound
from lineage.exports.plain import write_table
from lineage.exports.rows import Cell, Sheet
from lineage.money import yuan
from lineage.subgraph import Direction
from lineage.trace import checked_policy
from lineage.trail import UNSOURCED, Trail

if TYPE_CHECKING:
    from lineage.ledger import Ledger

EVERY_POLICY = tuple(name for name in POLICIES if name != "poison")
_HEAD, _TAIL = ("record", "state", "pool", "source", "tier", "class"), ("problem",)


@dataclass(frozen=True, slots=True)
class ManyTrails:
    """A row for each record and source or end: record, state, pool, source, tier, class, amounts; yuan as text.

    The amounts stand under `amount`, or under each policy's name; `least`, `most` beside them where bounds were asked.
    A record that cannot be traced has one row that says why under `problem`.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def problems(self) -> int:
        """How many of the records could not be traced."""
        return sum(1 for row in self.rows if row[-1])

    def to_json(self) -> dict[str, Any]:
        """The rows as objects."""
        return {"rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows], "problems": self.problems}

    def write(self, path: Path, form: str = "") -> None:
        """Write CSV, XLSX or JSON, by the file's ending unless a format is named. Raises Misuse for any other."""
        amounts = tuple(name for name in self.columns if name not in (*_HEAD[3:], "record", "state", *_TAIL))
        write_table(path, form, Sheet("traces", self.columns, self.rows, amounts), self.to_json())


def records_in(path: Path) -> tuple[str, ...]:
    """The records a file names, one a line (the first column of a CSV), without blank lines and a heading `record`.

    UTF-8 or GB18030, as everywhere. Raises Misuse for anything else.
    """
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            lines = content.decode(encoding).splitlines()
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Misuse(f"{path} is neither UTF-8 nor GB18030 text", "one record a line")
    if "\0" in "".join(lines[:5]):
        raise Misuse(f"{path} is no text", "one record a line")
    names = tuple(line.split(",")[0].strip().strip('"') for line in lines)
    return tuple(name for name in names if name and name != "record")


def trace_many(
    ledger: Ledger, records: Iterable[str], direction: Direction, policy: str, *, bounds: bool = False
) -> ManyTrails:
    """Trace each record under a policy, or under every one that gives amounts (`all`).

    Raises Misuse for a policy there is none of; a record there is none of becomes a row that says so.
    """
    policies = EVERY_POLICY if policy == "all" else (policy,)
    for name in policies:
        checked_policy(name)
    bounded = bounds and direction == "up"
    amounts = (*(policies if len(policies) > 1 else ("amount",)), *(("least", "most") if bounded else ()))
    rows: list[tuple[Cell, ...]] = []
    for record in records:
        try:
            trails = [ledger.trace(record, direction=direction, policy=name, max_nodes=1, bounds=bounded and not place)
                      for place, name in enumerate(policies)]
        except (NotFound, Misuse) as error:
            rows.append((record, *[None] * (len(_HEAD) - 1 + len(amounts)), str(error)))
        else:
            rows.extend(_rows(trails, len(amounts)))
    return ManyTrails((*_HEAD, *amounts, *_TAIL), tuple(rows))


def _rows(trails: list[Trail], width: int) -> Iterator[tuple[Cell, ...]]:
    """The rows of one record: what it holds of each source under each policy, unsourced money last."""
    first = trails[0]
    found: dict[str, tuple[str | None, str | None]] = {}
    amounts: list[dict[str, int]] = []
    for trail in trails:
        found |= {end.record: (None, None) for end in trail.reached}
        for source in trail.sources:
            found[source.record] = source.tier, "poverty" if source.poverty else "other"
        amounts.append(trail.parts_fen | {UNSOURCED: trail.unsourced_fen})
    if any(trail.unsourced_possible for trail in trails) or not found:
        found[UNSOURCED] = None, None
    for name, kind in found.items():
        cells: list[Cell] = [trail.part_text(part.get(name, 0)) for trail, part in zip(trails, amounts, strict=True)]
        cells += map(yuan, first.bounds_fen.get(name, (0, 0))) if width > len(trails) else ()
        yield first.record, first.state, yuan(first.pool_fen), name, *kind, *cells, None

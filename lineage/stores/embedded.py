"""The graph's first home: the arrays beside the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph import Graph
from lineage.graph.arrays import REASONS
from lineage.stores import Mixed, Part, Stamp
from lineage.stores.seals import Sums, checksum
from lineage.subgraph import Direction
from lineage.trace import named, node_of
from lineage.trail import Break

if TYPE_CHECKING:
    from lineage.ledger import Ledger
    from lineage.stores.columns import Copy


class EmbeddedStore:
    """A ledger's own graph. Never away: what it cannot map it builds. `with_names` matters to the stamp only: whether
    it is that of a copy with the names of payees.
    """

    def __init__(self, ledger: Ledger, *, with_names: bool = False) -> None:
        self._ledger = ledger
        self._with_names = with_names

    def stamp(self) -> Stamp:
        """The ledger's version, date, counts and checksums. Cost: every record; for publishing and comparing only."""
        from lineage.stores.columns import copy_of

        return stamp_of(self._ledger, copy_of(self._ledger, with_names=self._with_names))

    def resolve(self, text: str) -> str:
        """As the ledger resolves it."""
        return named(self._ledger, text)

    def around(self, record: str, direction: Direction, policy: str) -> Part:
        """The whole graph: a trace touches only what it needs of it."""
        ledger = self._ledger
        return Part(ledger.graph, node_of(ledger, record), ledger.version, ledger.as_of)

    def between(self, one: str, other: str) -> Graph:
        """The whole graph."""
        return self._ledger.graph

    def breaks(self, division: str = "") -> tuple[Break, ...]:
        """Broken chains by record and reason."""
        graph, gaps = self._ledger.graph, self._ledger.graph.breaks
        found = []
        for place, node in enumerate(gaps.node.tolist()):
            if not division or graph.division(node) == division:
                found.append(Break(graph.record(node), REASONS[int(gaps.reason[place])], int(gaps.amount[place]),
                                   int(gaps.payments[place]), int(gaps.payments_amount[place])))
        return tuple(sorted(found, key=lambda gap: (gap.record, gap.reason)))

    def mixed(self, division: str = "") -> tuple[Mixed, ...]:
        """Payments that hold both, from the class pass."""
        rows = self._ledger.rows("""
            SELECT record, division_code, amount_fen, amount_poverty_fen AS poverty, amount_other_fen AS other
            FROM nodes WHERE kind = 'payment' AND amount_poverty_fen > 0 AND amount_other_fen > 0
              AND ($division = '' OR division_code = $division) ORDER BY record""", {"division": division})
        return tuple(Mixed(row["record"], row["division_code"], row["amount_fen"], row["poverty"], row["other"])
                     for row in rows)

    def close(self) -> None:
        """Nothing to let go of."""


def stamp_of(ledger: Ledger, copied: Copy) -> Stamp:
    """The stamp of a copy of the ledger's graph."""
    records, movements = copied.sums()
    checksums = {code: checksum((records.get(code, Sums()), movements.get(code, Sums())))
                 for code in sorted(records.keys() | movements.keys())}
    as_of = ledger.as_of.isoformat() if ledger.as_of else ""
    return Stamp(ledger.version, as_of, ledger.graph.node_count, ledger.graph.edge_count,
                 sum(one.fen for one in movements.values()), checksums)

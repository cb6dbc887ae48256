"""What a server's graph has, what a ledger's has, and so what is to be written and removed.

First each side's sums by division, worked out by the server from the values really there; then, in the divisions that
differ only, row by row. Invariant: a row counts as held only if its seal and its values both are those of the ledger,
so what a publish left undone, and what somebody edited, are written again alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineage.graph.text import TextColumn
from lineage.stores.columns import EDGE_WEIGHTS, NODE_WEIGHTS, Copy
from lineage.stores.seals import HALF, PRIME, WEIGHTS, Sealed, Sums, content
from queries.bolt.driver import Connection

PATIENT_SECONDS = 120.0
"""Sums over everything come in one piece at the end: about 5 s a million records."""
ROWS_ASKED = 50_000
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Difference:
    """Places of the copy's records and movements to be written, and what is to be removed: names, and [source, target,
    seal] of movements.
    """

    records: Places
    gone: list[str]
    movements: Places
    gone_movements: list[list[Any]]

    @property
    def nothing(self) -> bool:
        """Whether the server has all of it already."""
        return not (len(self.records) or self.gone or len(self.movements) or self.gone_movements)


def summed(connection: Connection) -> tuple[dict[str, Sums], dict[str, Sums]]:
    """What the server's records, and movements, add up to in each division. Cost: a scan of the graph on the server."""
    return _sums(connection, "sums_records"), _sums(connection, "sums_movements")


def difference(connection: Connection, copied: Copy, *, anew: bool = False) -> Difference:
    """What makes the server's graph the copy; with `anew` every row counts as not held, also what only a text of it was
    changed in, which no sum shows. Raises Unavailable, Misuse.
    """
    there_records, there_movements = summed(connection)
    here_records, here_movements = copied.sums()
    differing = _differing(here_records, {} if anew else there_records, there_records)
    held = _held(connection, "sums_records", there_records, differing)
    records = _lacking_records(copied, _places(copied, copied.nodes, differing),
                               {} if anew else {row[0]: (*_row(row), row[1]) for row in held})
    kept = {row[0] for row in held}
    gone = sorted(name for name in kept if name is not None and copied.graph.find(name) < 0)
    differing = _differing(here_movements, {} if anew else there_movements, there_movements)
    held = _held(connection, "sums_movements", there_movements, differing)
    places = _places(copied, copied.edges, differing)
    sealed: dict[int, list[Any]] = {}
    for row in held:
        sealed.setdefault(_row(row)[0], []).append(row)
    single = {seal: (*_row(rows[0]), *rows[0][0][:2]) for seal, rows in sealed.items() if len(rows) == 1}
    movements = _lacking_movements(copied, places, {} if anew else single)
    return Difference(records, gone, movements, list(_gone_movements(copied, sealed, places, movements)))


def _sums(connection: Connection, name: str) -> dict[str, Sums]:
    rows = connection.asked(name, PATIENT_SECONDS, divisions=None, each=False, **_terms())
    return {row[1]: Sums(*row[2:]) for row in rows}


def _terms() -> dict[str, int]:
    return {"prime": PRIME, "half": HALF, "weights": WEIGHTS}


def _differing(here: Mapping[str, Sums], held: Mapping[str, Sums], there: Mapping[str, Sums]) -> list[str]:
    return sorted(code for code in here.keys() | there.keys() if here.get(code) != held.get(code))


def _held(connection: Connection, name: str, there: Mapping[str, Sums], divisions: list[str]) -> list[list[Any]]:
    """The server's rows of the divisions, a few divisions at a time: it groups them in memory."""
    found: list[list[Any]] = []
    for asked in _few(there, divisions):
        found += connection.asked(name, PATIENT_SECONDS, divisions=asked, each=True, **_terms())
    return found


def _few(there: Mapping[str, Sums], divisions: list[str]) -> Iterator[list[str]]:
    asked: list[str] = []
    for code in divisions:
        if code not in there:
            continue
        if asked and sum(there[one].count for one in asked) + there[code].count > ROWS_ASKED:
            yield asked
            asked = []
        asked.append(code)
    if asked:
        yield asked


def _row(row: list[Any]) -> tuple[int, int]:
    """Seal and content of one row."""
    high, low, values = row[3:6]
    return high * HALF + low, values


def _places(copied: Copy, rows: Sealed, divisions: list[str]) -> Places:
    codes = ["", *copied.division_codes]
    asked = np.zeros(len(codes), np.bool_)
    asked[[codes.index(code) for code in divisions if code in codes]] = True
    return np.flatnonzero(asked[rows.division + 1])


def _lacking_records(copied: Copy, places: Places, held: Mapping[str, tuple[int, int, str]]) -> Places:
    """Of the places those whose record is not there with its seal, its values and in its division."""
    rows, names = copied.nodes, copied.nodes.columns["record"]
    assert isinstance(names, TextColumn)
    if not held:
        return places
    values = content(rows.columns, NODE_WEIGHTS, rows.seal)
    codes = ["", *copied.division_codes]
    return np.array([
        place for place in places.tolist() if held.get(names[place]) !=
        (int(rows.seal[place]), int(values[place]), codes[int(rows.division[place]) + 1])
    ], np.int64)


def _lacking_movements(copied: Copy, places: Places, held: Mapping[int, tuple[int, int, str, str]]) -> Places:
    rows = copied.edges
    if not held:
        return places
    source, target = rows.columns["source"], rows.columns["target"]
    assert isinstance(source, TextColumn)
    assert isinstance(target, TextColumn)
    values = content(rows.columns, EDGE_WEIGHTS, rows.seal)
    return np.array([
        place for place in places.tolist()
        if held.get(int(rows.seal[place])) != (int(rows.seal[place]), int(values[place]), source[place], target[place])
    ], np.int64)


def _gone_movements(copied: Copy, sealed: Mapping[int, list[Any]], places: Places,
                    lacking: Places) -> Iterator[list[Any]]:
    """What the server has of movements and should not, or has otherwise and gets anew."""
    right = set(copied.edges.seal[places].tolist()) - set(copied.edges.seal[lacking].tolist())
    for seal, rows in sealed.items():
        if seal not in right:
            yield from ([*row[0][:2], seal] for row in rows)

"""Which home of the graph a question goes to: the ledger's own arrays, or the server that `--graph` names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.cli.options import Settings
    from lineage.stores import FlowStore
    from lineage.stores.seals import Sums
    from lineage.subgraph import Direction
    from lineage.trail import Trail
    from queries.bolt.store import BoltStore


def home_at(uri: str) -> BoltStore:
    """A published graph. Raises Misuse for an address that is none, or without the driver installed."""
    from lineage.errors import Misuse

    try:
        from queries.bolt.store import BoltStore
    except ModuleNotFoundError as error:
        raise Misuse("the Neo4j driver is not installed", "pip install 'fund-lineage[neo4j]'") from error
    return BoltStore(uri)


@contextmanager
def home_of(settings: Settings) -> Iterator[FlowStore]:
    """The home that the settings name, closed at the end."""
    from lineage.errors import Misuse
    from lineage.stores.embedded import EmbeddedStore

    if settings.graph and not settings.asserted:
        raise Misuse("a published graph holds the accepted links", "leave --graph out to see figures without them")
    home = home_at(settings.graph) if settings.graph else EmbeddedStore(settings.open())
    try:
        yield home
    finally:
        home.close()


def trace_at_home(settings: Settings, record: str, direction: Direction, shown: dict[str, Any]) -> Trail:
    """A trail out of the home that the settings name; titles that a server does not hold come from the ledger."""
    from lineage.stores import titled, trace

    with home_of(settings) as home:
        trail = trace(home, record, direction, settings.policy, **shown)
    return titled(trail, settings.open()) if (settings.ledger / "manifest").is_dir() else trail


def differences(settings: Settings) -> list[str]:
    """How a published graph differs from the ledger: version, date, what each division adds up to there and here.

    Raises Unavailable, Misuse. Cost: a scan of the graph on both sides.
    """
    from lineage.stores.columns import copy_of
    from queries.bolt.difference import summed
    from queries.bolt.driver import connect

    assert settings.graph is not None
    ledger = settings.open()
    home = home_at(settings.graph)
    connection = connect(settings.graph)
    try:
        there = home.stamp()
        copied = copy_of(ledger, with_names=home.with_names)
        records, movements = summed(connection)
    finally:
        home.close()
        connection.close()
    found = []
    as_of = ledger.as_of.isoformat() if ledger.as_of else ""
    for name, published, wanted in (("version", there.version, ledger.version), ("as of", there.as_of, as_of)):
        if published != wanted:
            found.append(f"{name} {published}, the ledger's is {wanted}")
    here_records, here_movements = copied.sums()
    for name, number, own in (("nodes", _counted(records), _counted(here_records)),
                              ("edges", _counted(movements), _counted(here_movements)),
                              ("fen", _fen(movements), _fen(here_movements))):
        if number != own:
            found.append(f"{name} {number}, the ledger's are {own}")
    other = sorted({code for there_sums, here_sums in ((records, here_records), (movements, here_movements))
                    for code in there_sums.keys() | here_sums.keys() if there_sums.get(code) != here_sums.get(code)})
    if other:
        found.append(f"divisions that differ: {', '.join(code or '-' for code in other[:10])}")
    return found


def _counted(sums: dict[str, Sums]) -> int:
    return sum(one.count for one in sums.values())


def _fen(sums: dict[str, Sums]) -> int:
    return sum(one.fen for one in sums.values())

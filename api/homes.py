"""Which home of the graph a question goes to: the ledger's own arrays, or the server that `--graph` names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.cli.options import Settings
    from lineage.stores import FlowStore
    from lineage.subgraph import Direction
    from lineage.trail import Trail


def home_at(uri: str) -> FlowStore:
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
    """A trail out of the home that the settings name."""
    from lineage.stores import trace

    with home_of(settings) as home:
        return trace(home, record, direction, settings.policy, **shown)


def differences(settings: Settings) -> list[str]:
    """How a published graph differs from the ledger: version, counts, divisions. Raises Unavailable, Misuse."""
    from lineage.stores.embedded import EmbeddedStore
    from queries.bolt.store import BoltStore

    assert settings.graph is not None
    home = BoltStore(settings.graph)
    try:
        there, counted = home.stamp(), home.counted()
    finally:
        home.close()
    here = EmbeddedStore(settings.open()).stamp()
    found = []
    if there.version != here.version:
        found.append(f"version {there.version}, the ledger's is {here.version}")
    for name, wanted in (("nodes", there.nodes), ("edges", there.edges), ("fen", there.fen)):
        if counted[name] != wanted:
            found.append(f"{name} {counted[name]}, published {wanted}")
    other = sorted(code for code in there.checksums.keys() | here.checksums.keys()
                   if there.checksums.get(code) != here.checksums.get(code))
    if other:
        found.append(f"divisions that differ: {', '.join(other[:10])}")
    return found

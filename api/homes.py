"""Which home of the graph a question goes to: the ledger's own arrays, or the server that `--graph` names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.cli.options import Settings
    from lineage.stores import FlowStore


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
    from lineage.stores.embedded import EmbeddedStore

    home = home_at(settings.graph) if settings.graph else EmbeddedStore(settings.open())
    try:
        yield home
    finally:
        home.close()

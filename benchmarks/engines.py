"""Graph engines that other people would take, each given the same movements: who lies upstream, and all edges read.

Each is optional: `python -m pip install -e ".[bench]"` brings those that are Python packages; Neo4j is started from its
Maven artifacts where Java 17 and Maven are there. Records are numbers, so that nobody pays for our names.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy
import pyarrow
import pyarrow.parquet

HOPS_MOST = 30


@dataclass(frozen=True, slots=True)
class Movements:
    """The edges all are given: source, target, amount in fen, shapes (m,), over `count` records."""

    count: int
    source: Any
    target: Any
    amount: Any

    def table(self) -> pyarrow.Table:
        """The edges as an Arrow table."""
        return pyarrow.table({"source": self.source, "target": self.target, "amount": self.amount})


class Engine(Protocol):
    """One peer. `payments_most` is how large a province it is asked to take, `traces` how many questions it gets."""

    name: ClassVar[str]
    payments_most: ClassVar[int]
    traces: ClassVar[int]

    def __init__(self, movements: Movements, folder: Path) -> None:
        """Take the movements in; `folder` is empty. Raises ImportError, or RuntimeError where it cannot be had."""

    def upstream(self, record: int) -> int:
        """How many records lie upstream of one, itself counted."""

    def sum_of_edges(self) -> int:
        """The amounts of all edges, each edge with both its ends read out into Python's memory."""

    def close(self) -> None:
        """Let go of everything."""


class Networkx:
    """Dictionaries of dictionaries."""

    name, payments_most, traces = "networkx", 1_000_000, 200

    def __init__(self, movements: Movements, folder: Path) -> None:
        import networkx

        self.ancestors = networkx.ancestors
        self.graph = networkx.MultiDiGraph()
        self.graph.add_nodes_from(range(movements.count))
        rows = zip(movements.source.tolist(), movements.target.tolist(), movements.amount.tolist(), strict=True)
        self.graph.add_weighted_edges_from(rows, weight="amount")

    def upstream(self, record: int) -> int:
        return len(self.ancestors(self.graph, record)) + 1

    def sum_of_edges(self) -> int:
        return sum(amount for _, _, amount in self.graph.edges(data="amount"))

    def close(self) -> None:
        self.graph.clear()


class Rustworkx:
    """petgraph behind Python."""

    name, payments_most, traces = "rustworkx", 10_000_000, 200

    def __init__(self, movements: Movements, folder: Path) -> None:
        import rustworkx

        self.ancestors = rustworkx.ancestors
        self.graph = rustworkx.PyDiGraph()
        self.graph.add_nodes_from(range(movements.count))
        rows = zip(movements.source.tolist(), movements.target.tolist(), movements.amount.tolist(), strict=True)
        self.graph.extend_from_weighted_edge_list(rows)

    def upstream(self, record: int) -> int:
        return len(self.ancestors(self.graph, record)) + 1

    def sum_of_edges(self) -> int:
        return sum(amount for _, _, amount in self.graph.weighted_edge_list())

    def close(self) -> None:
        self.graph.clear()


class DuckDB:
    """A table of edges and a recursive query."""

    name, payments_most, traces = "DuckDB, recursive SQL", 10_000_000, 3
    up = """
        WITH RECURSIVE up(record) AS (SELECT ?::INTEGER UNION SELECT source FROM moved JOIN up ON target = record)
        SELECT count(*) FROM up"""

    def __init__(self, movements: Movements, folder: Path) -> None:
        import duckdb

        self.connection = duckdb.connect()
        self.connection.register("given", movements.table())
        self.connection.execute("CREATE TABLE moved AS FROM given")
        self.connection.unregister("given")

    def upstream(self, record: int) -> int:
        return int(self.connection.execute(self.up, [record]).fetchall()[0][0])

    def sum_of_edges(self) -> int:
        rows = self.connection.execute("FROM moved").to_arrow_table()
        return int(rows["amount"].to_numpy().sum())

    def close(self) -> None:
        self.connection.close()


class Ladybug:
    """An embedded graph database that speaks Cypher."""

    name, payments_most, traces = "Ladybug, Cypher", 10_000_000, 20
    up = f"MATCH (a:Record)-[:Moved* SHORTEST 1..{HOPS_MOST}]->(b:Record) WHERE b.id = $id RETURN count(*)"

    def __init__(self, movements: Movements, folder: Path) -> None:
        import ladybug

        self.database = ladybug.Database(str(folder / "ladybug.db"), buffer_pool_size=2 << 30)
        self.connection = ladybug.Connection(self.database)
        pyarrow.parquet.write_table(pyarrow.table({"id": numpy.arange(movements.count)}), folder / "records.parquet")
        pyarrow.parquet.write_table(movements.table(), folder / "moved.parquet")
        self.connection.execute("CREATE NODE TABLE Record(id INT64, PRIMARY KEY(id))")
        self.connection.execute("CREATE REL TABLE Moved(FROM Record TO Record, amount INT64)")
        self.connection.execute(f"COPY Record FROM '{folder / 'records.parquet'}'")
        self.connection.execute(f"COPY Moved FROM '{folder / 'moved.parquet'}'")

    def upstream(self, record: int) -> int:
        return int(self.connection.execute(self.up, {"id": record}).get_next()[0]) + 1

    def sum_of_edges(self) -> int:
        rows = self.connection.execute("MATCH (a:Record)-[m:Moved]->(b:Record) RETURN a.id, b.id, m.amount")
        return int(rows.get_as_arrow()["m.amount"].to_numpy().sum())

    def close(self) -> None:
        self.connection.close()
        self.database.close()


class Neo4j:
    """A server over Bolt, asked a frontier a hop: variable-length patterns enumerate paths."""

    name, payments_most, traces = "Neo4j, Cypher over Bolt", 1_000_000, 50
    rows_at_once = 20_000

    def __init__(self, movements: Movements, folder: Path) -> None:
        from neo4j import GraphDatabase

        from tools.neo4j.server import start

        self.server = start(folder)
        self.driver = GraphDatabase.driver(self.server.uri, auth=None)
        self.session = self.driver.session()
        try:
            self._fill(movements)
        except BaseException:  # interrupted too: a server left running would be nobody's
            self.close()
            raise

    def _fill(self, movements: Movements) -> None:
        self.session.run("CREATE CONSTRAINT FOR (r:Record) REQUIRE r.id IS UNIQUE").consume()
        for start_at in range(0, movements.count, self.rows_at_once):
            ids = list(range(start_at, min(start_at + self.rows_at_once, movements.count)))
            self.session.run("UNWIND $ids AS id CREATE (:Record {id: id})", ids=ids).consume()
        for start_at in range(0, len(movements.source), self.rows_at_once):
            rows = slice(start_at, start_at + self.rows_at_once)
            columns = (movements.source[rows], movements.target[rows], movements.amount[rows])
            edges = [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]
            self.session.run(
                "UNWIND $edges AS e MATCH (a:Record {id: e[0]}) MATCH (b:Record {id: e[1]}) "
                "CREATE (a)-[:MOVED {amount: e[2]}]->(b)",
                edges=edges,
            ).consume()

    def upstream(self, record: int) -> int:
        seen, frontier = {record}, [record]
        query = "MATCH (a:Record)-[:MOVED]->(b:Record) WHERE b.id IN $ids RETURN DISTINCT a.id"
        while frontier:
            frontier = [row[0] for row in self.session.run(query, ids=frontier) if row[0] not in seen]
            seen.update(frontier)
        return len(seen)

    def sum_of_edges(self) -> int:
        query = "MATCH (a:Record)-[m:MOVED]->(b:Record) RETURN a.id, b.id, m.amount"
        return sum(row[2] for row in self.session.run(query))

    def close(self) -> None:
        from tools.neo4j.server import stop

        self.session.close()
        self.driver.close()
        stop(self.server.pid)


ENGINES: tuple[type[Engine], ...] = (Networkx, Rustworkx, DuckDB, Ladybug, Neo4j)

"""Random tangled ledgers, loaded for real: every trace of the engine equals the oracle's own reading of the rows.

Many worlds lie in one ledger, loaded in three batches (first rows, corrections, nonsense that is withdrawn again), and
are looked at as they are now, as of a day in the middle, as known before the corrections or before the withdrawal, and
with every third proposed link accepted.
`LINEAGE_WORLDS=500 LINEAGE_SEED=7` makes more of them (`make test-long`).
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import lineage
import loaders
from lineage.attribution import POLICIES
from lineage.ledger import Ledger, write
from lineage.links.decisions import accept
from lineage.links.proposals import propose
from tests.differential.test_oracle_on_examples import comparable
from tests.oracle import answers
from tests.oracle.attribution import attribute
from tests.oracle.network import Network, Tables, network_of, tables_of
from tests.oracle.random_ledger import EXAMPLE, MOST_FEN, World, write_bundle
from tests.oracle.view import laid_over, seen_on

AMOUNTS = [policy for policy in POLICIES if policy != "poison"]
WORLDS = int(os.environ.get("LINEAGE_WORLDS", "6"))
LARGE_MOST = 8
"""Worlds whose amounts may be the largest that one record may have."""
SEED = int(os.environ.get("LINEAGE_SEED", "1"))
VIEWS = ("now", "first", "before withdrawal", "middle", "accepted")
MIDDLE, LAST = "2017-02-10", "2199-12-31"
AT = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Made:
    """A ledger, and of each world its first rows, its corrections and its nonsense."""

    path: Path
    worlds: list[tuple[Tables, Tables, Tables]]
    links: list[tuple[str, str]]

    def tables(self, place: int, view: str) -> Tables:
        """The rows of a world that a view shows."""
        first, second, third = self.worlds[place]
        batches = {"first": [first], "before withdrawal": [first, second, third]}.get(view, [first, second])
        tables = laid_over([*batches, {"divisions": tables_of(EXAMPLE)["divisions"]}])
        return seen_on(tables, MIDDLE if view == "middle" else LAST)

    def open(self, view: str) -> Ledger:
        """The ledger in that view."""
        known = {"first": 1, "before withdrawal": 3}.get(view)
        day = datetime.date.fromisoformat(MIDDLE if view == "middle" else LAST)
        return lineage.open(self.path, as_known=known, as_of=day, asserted=view == "accepted")

    def network(self, place: int, view: str) -> Network:
        """The oracle's network of a world in that view."""
        return network_of(self.tables(place, view), self.links if view == "accepted" else [])


def world_of(record: str) -> str:
    """The mark of the world that a record lies in."""
    return record.partition(":")[2].partition("-")[0]


def make(folder: Path, seed: int, count: int) -> Made:
    """A ledger of `count` worlds in three batches, a withdrawal and some accepted links."""
    worlds = []
    for number in range(count):
        most = MOST_FEN if number < LARGE_MOST else MOST_FEN // 1000  # a ledger that adds up to more is refused
        world = World(seed * 100_000 + number, f"w{number}-", most=most)
        worlds.append((world.make(), world.corrected(), world.corrected(0.3)))
    for batch in range(3):
        write_bundle(folder / f"bundle{batch}", [world[batch] for world in worlds], seed)
        result = loaders.load(folder / "ledger", [folder / f"bundle{batch}"])
        assert result.batch == batch + 1
        assert not result.rejected, [list(row.items())[3:] for row in result.rejects[:5]]
    with write(folder / "ledger", who="tests", at=AT) as writer:
        writer.withdraw(3, "nonsense")
    proposed = propose(lineage.open(folder / "ledger"))
    links = [one for one in proposed if world_of(one.source) == world_of(one.target)][::3]
    accept(folder / "ledger", links, "by chance", by="tests", at=AT)
    return Made(folder / "ledger", worlds, [(one.source, one.target) for one in links])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("random"), SEED, WORLDS)


@pytest.mark.parametrize("view", VIEWS)
def test_traces_up_and_down_of_every_record_equal_the_oracles(view: str, made: Made) -> None:
    ledger = made.open(view)
    shown = 0
    for place in range(len(made.worlds)):
        network = made.network(place, view)
        shown += len(network.nodes)
        for record, policy, found, expected in compared(ledger, network):
            assert comparable(found) == comparable(expected), (place, record, policy, found["direction"])
    assert ledger.graph.node_count == shown


def compared(ledger: Ledger, network: Network) -> Iterator[tuple[str, str, dict, dict]]:  # type: ignore[type-arg]
    """Engine and oracle on every record of a world, the policies in turn; bounds of every eighth record."""
    attributed = {policy: attribute(network, policy) for policy in AMOUNTS}
    for place, record in enumerate(sorted(network.nodes)):
        policy = AMOUNTS[place % len(AMOUNTS)]
        bounds = place % 8 == 0
        found = ledger.trace(record, policy=policy, bounds=bounds).to_json()
        yield record, policy, found, answers.upstream(network, attributed[policy], record, bounds)
        if place % 5 == 0:
            policy = AMOUNTS[place // 5 % len(AMOUNTS)]
            found = ledger.trace(record, direction="down", policy=policy).to_json()
            yield record, policy, found, answers.downstream(network, record, policy)

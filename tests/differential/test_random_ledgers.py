"""Random tangled bundles, loaded for real: every trace of the engine equals the oracle's own reading of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

import lineage
import loaders
from lineage.attribution import POLICIES
from tests.differential.test_oracle_on_examples import comparable
from tests.oracle import answers
from tests.oracle.attribution import attribute
from tests.oracle.network import read
from tests.oracle.random_ledger import write_random_bundle

AMOUNTS = [policy for policy in POLICIES if policy != "poison"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_traces_up_and_down_of_every_record_equal_the_oracles(seed: int, tmp_path: Path) -> None:
    write_random_bundle(tmp_path / "bundle", seed)
    network = read(tmp_path / "bundle")
    loaders.load(tmp_path / "ledger", [tmp_path / "bundle"])
    ledger = lineage.open(tmp_path / "ledger")
    assert {ledger.graph.record(node) for node in range(ledger.graph.node_count)} == set(network.nodes)
    attributed = {policy: attribute(network, policy) for policy in AMOUNTS}
    for place, record in enumerate(sorted(network.nodes)):
        policy = AMOUNTS[place % len(AMOUNTS)]
        found = ledger.trace(record, policy=policy).to_json()
        expected = answers.upstream(network, attributed[policy], record, bounds=False)
        assert comparable(found) == comparable(expected), (record, policy)
        if place % 5 == 0:
            policy = AMOUNTS[place // 5 % len(AMOUNTS)]
            found = ledger.trace(record, direction="down", policy=policy).to_json()
            assert comparable(found) == comparable(answers.downstream(network, record, policy)), (record, policy)

"""The ledgers that other tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import lineage


@pytest.mark.parametrize("name", ["sound", "faults", "tangled"])
def test_an_example_is_loaded_whole_and_a_copy_is_the_same_ledger(
    name: str, example_ledger: Callable[[str], Path], fresh_ledger: Callable[[str], Path]
) -> None:
    shared, copied = lineage.open(example_ledger(name)), lineage.open(fresh_ledger(name))
    assert shared.path != copied.path
    assert shared.version == copied.version
    question = "SELECT count(*)::INTEGER AS payments, sum(amount_fen)::BIGINT AS fen FROM payments"
    [counted] = shared.rows(question)
    assert counted["payments"] > 0
    assert copied.rows(question) == [counted]

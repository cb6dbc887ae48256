"""What a division paid by whose money it was: every policy splits the same sum, and pro-rata agrees with the tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import lineage
from queries.paid_money import PAID_POLICIES, paid_by_policy


@pytest.mark.parametrize("division", ["410202000", "411328000", "410302000"])
def test_every_policy_splits_what_was_paid(example_ledger: Callable[[str], Path], division: str) -> None:
    ledger = lineage.open(example_ledger("faults"))
    found = paid_by_policy(ledger, division, 2017)
    paid = ledger.rows(
        "SELECT coalesce(sum(n.amount_fen), 0)::BIGINT AS fen, "
        "coalesce(sum(n.amount_poverty_fen), 0)::BIGINT AS poverty, "
        "coalesce(sum(n.amount_unsourced_poverty), 0)::BIGINT AS unsourced FROM nodes n WHERE n.kind = 'payment' "
        "AND n.division_code = $1 AND year(n.date) = 2017 AND n.pool_fen > 0", [division])[0]
    assert {sum(one.fen[place] for one in found) for place in range(len(PAID_POLICIES))} == {paid["fen"]}
    for kind in found:
        assert kind.least_provable_fen <= kind.least_fen
        assert max(kind.fen) <= kind.most_provable_fen <= paid["fen"]
    assert paid["fen"] > 0
    poverty = next(one for one in found if one.kind == "poverty")
    assert poverty.fen[PAID_POLICIES.index("pro-rata")] == paid["poverty"] - paid["unsourced"]
    assert poverty.fen[PAID_POLICIES.index("poverty-first")] >= poverty.fen[PAID_POLICIES.index("libr")]

"""Nothing is lost in loading, in rows and fen: under row order, chunking over several loads, reloads; and every
earlier state can be asked for again.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage
from lineage.ledger import Outcome, covering, verify, write
from tests.staging import AT, load_rows

Payment = dict[str, Any]
State = dict[str, tuple[int, int]]


def payment(identifier: str, amount_fen: int, day: int, reverses: str | None) -> Payment:
    return {
        "payment_id": identifier,
        "division_code": "410122000",
        "amount_fen": -amount_fen if reverses else amount_fen,
        "pay_date": date(2017, 1, 1) + timedelta(days=day),
        "status": "valid",
        "method": "direct",
        "payee_kind": "village",
        "payee_name": "村",
        "reverses": reverses,
    }


IDS = st.sampled_from([f"P-{number}" for number in range(12)])
ROWS = st.builds(payment, IDS, st.integers(1, 10**13), st.integers(0, 300), st.none() | IDS)
TABLES = st.lists(ROWS, max_size=12, unique_by=lambda row: row["payment_id"])
HISTORIES = st.lists(TABLES, min_size=1, max_size=4)


@pytest.fixture(autouse=True, params=[2, covering.LOOSE_MOST], ids=["checkpoints", "loose"], scope="module")
def loose_most(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every property holds over checkpoints as over loose batches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(covering, "LOOSE_MOST", request.param)
        yield


@contextmanager
def new_ledger() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="lineage-test-"))
    try:
        yield folder / "ledger"
    finally:
        shutil.rmtree(folder)


def seen(ledger: Path, as_known: int | None = None) -> State:
    sql = "SELECT payment_id AS id, amount_fen AS amount, net_fen AS net FROM payments"
    return {row["id"]: (row["amount"], row["net"]) for row in lineage.open(ledger, as_known=as_known).rows(sql)}


class Model:
    """The ledger by plain Python: the versions of every key with their batch, in order."""

    def __init__(self) -> None:
        self.versions: dict[str, list[tuple[int, Payment]]] = {}
        self.withdrawn: set[int] = set()

    def current(self, as_known: int) -> dict[str, Payment]:
        out = {}
        for name, versions in self.versions.items():
            known = [row for batch, row in versions if batch <= as_known and batch not in self.withdrawn]
            if known:
                out[name] = known[-1]
        return out

    def load(self, rows: list[Payment], batch: int) -> None:
        now = self.current(batch)
        for row in rows:
            if now.get(row["payment_id"]) != row:
                self.versions.setdefault(row["payment_id"], []).append((batch, row))

    def state(self, as_known: int) -> State:
        rows = self.current(as_known)
        back: dict[str, int] = {}
        for row in rows.values():
            if row["reverses"]:
                back[row["reverses"]] = back.get(row["reverses"], 0) + row["amount_fen"]
        return {
            name: (row["amount_fen"], 0 if row["reverses"] else max(0, row["amount_fen"] + back.get(name, 0)))
            for name, row in rows.items()
        }


def assert_accounted(outcome: Outcome, rows: list[Payment]) -> None:
    assert outcome.total("read") == len(rows)
    assert outcome.total("read_fen") == sum(row["amount_fen"] for row in rows)
    for unit in ("", "_fen"):
        parts = sum(outcome.total(count + unit) for count in ("loaded", "corrected", "unchanged", "rejected"))
        assert outcome.total("read" + unit) == parts


@given(HISTORIES)
@settings(max_examples=12)
def test_every_load_is_accounted_for_and_every_earlier_state_comes_back(history: list[list[Payment]]) -> None:
    with new_ledger() as ledger:
        model, last = Model(), 0
        for rows in history:
            outcome = load_rows(ledger, {"payments": rows})
            assert_accounted(outcome, rows)
            model.load(rows, outcome.batch)
            again = load_rows(ledger, {"payments": rows})
            assert (again.batch, again.written, again.total("unchanged")) == (outcome.batch, False, len(rows))
            last = outcome.batch
        for batch in range(last + 1):
            assert seen(ledger, batch) == model.state(batch)
        assert verify(ledger).problem is None


@given(TABLES, st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=12)
def test_order_and_chunking_do_not_matter(rows: list[Payment], random: Random, chunks: int) -> None:
    with new_ledger() as whole, new_ledger() as parts:
        load_rows(whole, {"payments": rows})
        shuffled = random.sample(rows, len(rows))
        for start in range(chunks):
            load_rows(parts, {"payments": shuffled[start::chunks]})
        assert seen(whole) == seen(parts)
        assert sum(amount for amount, _ in seen(whole).values()) == sum(row["amount_fen"] for row in rows)


@given(HISTORIES, st.data())
@settings(max_examples=12)
def test_a_withdrawn_batch_is_out_of_force_and_earlier_views_still_have_it(
    history: list[list[Payment]], data: st.DataObject
) -> None:
    with new_ledger() as ledger:
        model = Model()
        last = 0
        for rows in history:
            last = load_rows(ledger, {"payments": rows}).batch
            model.load(rows, last)
        if last == 0:
            return
        taken_back = data.draw(st.integers(1, last))
        before = seen(ledger)
        with write(ledger, who="clerk", at=AT) as writer:
            writer.withdraw(taken_back, "wrong file")
        assert seen(ledger, last) == before
        model.withdrawn.add(taken_back)
        assert seen(ledger) == model.state(last)
        for rows in history:
            model.load(rows, load_rows(ledger, {"payments": rows}).batch)
        assert seen(ledger) == model.state(10**6)

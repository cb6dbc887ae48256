"""Amounts and graphs that nobody sends in good faith: loaded, rejected or a clear error; sums right, memory bounded.

Expected figures are worked out here by plain Python integers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

import lineage
import lineage.errors
import loaders
import queries
from lineage.ledger import verify

AT = datetime(2018, 1, 2)
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
CHILDREN = 1_000_000 if LONG else 30_000
HOPS = 10_000
MEMORY_BYTES = 6 << 30
HEAD = "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,reverses\n"


def payment(number: int, amount: str, reverses: str = "") -> str:
    return f"P-{number},I-1,410122000,{amount},2017-05-01,valid,direct,village,村,{reverses}\n"


AMOUNTS = [
    "92233720368547758.07", "92233720368547758.08", "-92233720368547758.08", "-92233720368547758.09",
    "100000000000000.00", "100000000000000.01", "9" * 40, "-" + "9" * 40, "1e18", "1e400", "NaN", "inf", "-0.00",
    "0.00", "0.001", "0x7f", "٣٫٥", "１２．５０", "1,23", "--5", "+5.00", "5.", ".5", "1_000", "=1+1", "\u202e12",
]  # fmt: skip


def test_amounts_at_and_beyond_every_edge_are_loaded_exactly_or_rejected(tmp_path: Path) -> None:
    file = tmp_path / "payments.csv"
    file.write_text(HEAD + "".join(payment(*row) for row in enumerate(f'"{one}"' for one in AMOUNTS)), encoding="utf-8")
    answer = loaders.load(tmp_path / "ledger", file, at=AT)
    assert answer.to_json()["read"] == len(AMOUNTS)
    view = lineage.open(tmp_path / "ledger")
    kept = {row["payment_id"]: row["amount_fen"] for row in view.rows("SELECT payment_id, amount_fen FROM payments")}
    exact = {"100000000000000.00": 10**16, "0.00": 0, "-0.00": 0, "１２．５０": 1250, "+5.00": 500, "5.": 500, ".5": 50}
    for number, text in enumerate(AMOUNTS):
        found = kept.get(f"P-{number}")
        assert found is None or abs(found) <= 10**16, text
        if found is not None and text in exact:
            assert found == exact[text]
        if text in ("9" * 40, "NaN", "inf", "1e400", "=1+1", "0x7f", "0.001", "1_000", "--5", "92233720368547758.08"):
            assert found is None, text
    assert verify(tmp_path / "ledger").problem is None


def test_many_of_the_greatest_amounts_add_up_without_overflow(tmp_path: Path) -> None:
    rows = 2_000  # 2 × 10^19 fen in all: beyond int64
    file = tmp_path / "payments.csv"
    file.write_text(HEAD + "".join(payment(number, "100000000000000.00") for number in range(rows)), encoding="utf-8")
    try:
        loaders.load(tmp_path / "ledger", file, at=AT)
    except lineage.errors.LineageError:
        return  # a sum that does not fit may be refused, never be wrong
    total = lineage.open(tmp_path / "ledger").rows("SELECT sum(amount_fen) AS fen FROM payments")[0]["fen"]
    assert int(total) == rows * 10**16
    assert verify(tmp_path / "ledger").problem is None


def bundle(folder: Path, hops: int, *, ring: bool) -> Path:
    """A chain of indicators fed by one allocation, 100 yuan through each; with `ring`, the last feeds the first."""
    folder.mkdir()
    (folder / "allocations.csv").write_text(
        "allocation_id,fiscal_year,division_code,source,date,amount,poverty\n"
        "A-1,2017,410000000,province,2017-01-01,100.00,true\n"
    )
    indicators = [f"I-{n},2017,410122000,2017-01-02,100.00,superior\n" for n in range(1, hops + 1)]
    head = "indicator_id,fiscal_year,division_code,date,amount,origin\n"
    (folder / "indicators.csv").write_text(head + "".join(indicators))
    head = "transfer_id,kind,source_id,target_id,to_division_code,issue_date,receive_date,amount\n"
    dated = "410122000,2017-01-02,2017-01-02,100.00\n"
    moves = [f"T-0,issue,allocation:A-1,I-1,{dated}"]
    moves += [f"T-{n},breakdown,indicator:I-{n},I-{n + 1},{dated}" for n in range(1, hops)]
    moves += [f"T-{hops},breakdown,indicator:I-{hops},I-1,{dated}"] if ring else []
    (folder / "transfers.csv").write_text(head + "".join(moves))
    last = payment(1, "100.00").replace("I-1,", f"I-{hops},", 1)
    (folder / "payments.csv").write_text(HEAD + last, encoding="utf-8")
    return folder


def test_a_chain_of_ten_thousand_hops_is_traced_both_ways(tmp_path: Path) -> None:
    loaders.load(tmp_path / "ledger", bundle(tmp_path / "bundle", HOPS, ring=False), at=AT)
    view = lineage.open(tmp_path / "ledger")
    up = view.trace("payment:P-1").to_json()
    assert up["state"] == "complete"
    assert [(one["record"], one["amount"]) for one in up["sources"]] == [("allocation:A-1", "100.00")]
    down = view.trace("allocation:A-1", "down").to_json()
    assert down["record"]["id"] == "A-1" if isinstance(down["record"], dict) else down["record"] == "allocation:A-1"
    assert queries.check(view).findings is not None


def test_a_ring_of_ten_thousand_hops_is_named_and_ends(tmp_path: Path) -> None:
    loaders.load(tmp_path / "ledger", bundle(tmp_path / "bundle", HOPS, ring=True), at=AT)
    view = lineage.open(tmp_path / "ledger")
    assert view.rows("SELECT count(*) AS n FROM rings") == [{"n": 1}]
    for policy in ("pro-rata", "fifo", "lifo"):
        view.trace("payment:P-1", policy=policy).to_json()
    assert any(one.rule.name == "flow/cycle" for one in queries.check(view).findings)


_FAN = """
import resource, sys
from datetime import datetime
from pathlib import Path
resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[2]), int(sys.argv[2])))
import lineage, loaders
folder = Path(sys.argv[1])
loaders.load(folder / "ledger", folder / "bundle", at=datetime(2018, 1, 2))
view = lineage.open(folder / "ledger")
down = view.trace("allocation:A-1", "down").to_json()
up = view.trace("payment:P-7").to_json()
print(up["sources"][0]["record"], up["sources"][0]["amount"])
print(view.rows("SELECT count(*) AS n, sum(flow_fen)::BIGINT AS fen FROM edges WHERE source = 'indicator:I-1'")[0])
"""


def test_very_many_children_of_one_record_stay_within_memory(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "bundle", 1, ring=False)
    with (folder / "payments.csv").open("w", encoding="utf-8") as file:
        file.write(HEAD)
        file.writelines(payment(number, "0.01") for number in range(CHILDREN))
    allocation = (folder / "allocations.csv").read_text().replace("100.00", f"{CHILDREN / 100:.2f}")
    (folder / "allocations.csv").write_text(allocation)
    for name in ("indicators", "transfers"):
        file_ = folder / f"{name}.csv"
        file_.write_text(file_.read_text().replace("100.00", f"{CHILDREN / 100:.2f}"))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", _FAN, str(tmp_path), str(MEMORY_BYTES)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    first, second = done.stdout.strip().splitlines()
    assert first == "allocation:A-1 0.01"
    assert second == f"{{'n': {CHILDREN}, 'fen': {CHILDREN}}}"


@pytest.mark.parametrize("table", ["payments", "transfers", "indicators"])
def test_a_file_of_one_endless_line_is_refused_or_accounted_for(table: str, tmp_path: Path) -> None:
    file = tmp_path / f"{table}.csv"
    file.write_bytes(b"x" * 30_000_000)
    loaded = 0
    with suppress(lineage.errors.LineageError):
        loaded = loaders.load(tmp_path / "ledger", file, at=AT, dry_run=True).to_json()["loaded"]
    assert loaded == 0

"""Amounts and graphs that nobody sends in good faith: loaded, rejected or a clear error; sums right, memory bounded.

Expected figures are worked out here by plain Python integers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import pytest

import lineage
import loaders
import queries
from lineage.errors import LineageError
from lineage.ledger import Ledger, verify
from lineage.money import to_fen, yuan

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
    except LineageError:
        return  # a sum that does not fit may be refused, never be wrong
    total = lineage.open(tmp_path / "ledger").rows("SELECT sum(amount_fen) AS fen FROM payments")[0]["fen"]
    assert int(total) == rows * 10**16
    assert verify(tmp_path / "ledger").problem is None


MOST = 10**16
"""Fen of the greatest amount that one record may have."""


COUNTED = {"payments": 228, "allocations": 114}
"""So many of the greatest amounts and the movements they make stay below 2^62 fen in all, the most that is counted."""


@pytest.mark.parametrize(
    ("table", "records"), [(name, n) for name, most in COUNTED.items() for n in (most, most + 1, 923, 1845)]
)
def test_sums_at_half_of_int64_are_exact_and_beyond_it_refused(records: int, table: str, tmp_path: Path) -> None:
    """923 are beyond int64, 1845 beyond 2^64."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    given, paid = (records, 1) if table == "allocations" else (1, records)
    rows = "".join(f"A-{n},2017,410000000,province,2017-01-01,{yuan(MOST)},true\n" for n in range(given))
    head = "allocation_id,fiscal_year,division_code,source,date,amount,poverty\n"
    (folder / "allocations.csv").write_text(head + rows)
    head = "indicator_id,fiscal_year,division_code,date,amount,origin\n"
    (folder / "indicators.csv").write_text(f"{head}I-1,2017,410122000,2017-01-02,{yuan(MOST)},superior\n")
    dated = f"I-1,410122000,2017-01-02,2017-01-02,{yuan(MOST)}"
    rows = "".join(f"T-{n},issue,allocation:A-{n},{dated}\n" for n in range(given))
    head = "transfer_id,kind,source_id,target_id,to_division_code,issue_date,receive_date,amount\n"
    (folder / "transfers.csv").write_text(head + rows)
    rows = "".join(payment(n, yuan(MOST)) for n in range(paid))
    (folder / "payments.csv").write_text(HEAD + rows, encoding="utf-8")
    ledger = tmp_path / "ledger"
    if records > COUNTED[table]:
        with pytest.raises(LineageError, match="more than is counted"):
            loaders.load(ledger, folder, at=AT)
        view = lineage.open(ledger)
        if view.batch:  # one table's sum was counted, the sums over the graph are not
            for ask in (lambda: view.trace("payment:P-0"), lambda: queries.check(view), lambda: queries.overview(view)):
                with pytest.raises(LineageError, match="more than is counted"):
                    ask()
        assert verify(ledger).problem is None
        return
    loaders.load(ledger, folder, at=AT)
    view = lineage.open(ledger)
    pool = view.rows("SELECT inflow_fen, outflow_fen, unsourced_fen FROM nodes WHERE record = 'indicator:I-1'")
    short = (paid - given) * MOST
    assert pool == [{"inflow_fen": given * MOST, "outflow_fen": paid * MOST, "unsourced_fen": max(0, short)}]
    assert sum(sourced(view, "payment:P-0").values()) == MOST
    over = next(one for one in queries.check(view).rules if one.rule.name == "flow/overpaid")
    assert over.amount_fen == max(0, short)
    assert verify(ledger).problem is None


SOURCES = {"A-1": 200_00, "A-2": 100_00}
"""Fen of the allocations that feed the first indicator, of the province for the poor and of the county for others."""
POLICIES = ("pro-rata", "fifo", "lifo", "rolling", "libr", "poverty-first") if LONG else ("pro-rata",)
RETURNS = [1, 50_00, 200_00] if LONG else [50_00]


def bundle(folder: Path, hops: int, returns: int = 0, sources: Mapping[str, int] = MappingProxyType(SOURCES)) -> Path:
    """A chain of indicators, each passing on one fen less than it got; the last pays all it got to P-1.

    With `returns`, it also gives the first so much.
    """
    folder.mkdir()
    head = "allocation_id,fiscal_year,division_code,source,date,amount,poverty\n"
    of = {"A-1": "2017,410000000,province,2017-01-01,{},true", "A-2": "2017,410122000,county,2017-01-01,{},false"}
    given = [f"{name},{of[name].format(yuan(fen))}\n" for name, fen in sources.items()]
    (folder / "allocations.csv").write_text(head + "".join(given))
    whole = sum(sources.values())
    got = [whole - n for n in range(hops + 1)]
    indicators = [f"I-{n},2017,410122000,2017-01-02,{yuan(got[n - 1])},superior\n" for n in range(1, hops + 1)]
    head = "indicator_id,fiscal_year,division_code,date,amount,origin\n"
    (folder / "indicators.csv").write_text(head + "".join(indicators))
    head = "transfer_id,kind,source_id,target_id,to_division_code,issue_date,receive_date,amount\n"
    dated = "410122000,2017-01-02,2017-01-02"
    moves = [f"T-A{name},issue,allocation:{name},I-1,{dated},{yuan(fen)}\n" for name, fen in sources.items()]
    moves += [f"T-{n},breakdown,indicator:I-{n},I-{n + 1},{dated},{yuan(got[n])}\n" for n in range(1, hops)]
    moves += [f"T-{hops},breakdown,indicator:I-{hops},I-1,{dated},{yuan(returns)}\n"] if returns else []
    (folder / "transfers.csv").write_text(head + "".join(moves))
    last = payment(1, yuan(got[hops - 1])).replace("I-1,", f"I-{hops},", 1)
    (folder / "payments.csv").write_text(HEAD + last, encoding="utf-8")
    return folder


def sourced(view: Ledger, record: str, policy: str = "pro-rata") -> dict[str, int]:
    """Fen of a record by source; "" is what has none."""
    told = view.trace(record, policy=policy).to_json()
    found = {one["record"]: to_fen(one["amount"]) for one in told["sources"]}
    if to_fen(told["unsourced"]):
        found[""] = to_fen(told["unsourced"])
    assert sum(found.values()) == to_fen(told["amount"])
    return found


def conserved(view: Ledger) -> None:
    """Of every record, all that came is what went out and what stayed; every movement and pool is its classes' sum."""
    odd = view.rows(
        "SELECT count(*) AS n FROM nodes n "
        "LEFT JOIN (SELECT target AS record, sum(flow_fen)::BIGINT AS fen, sum(poverty_fen)::BIGINT AS poor "
        "FROM edges GROUP BY 1) i USING (record) "
        "LEFT JOIN (SELECT source AS record, sum(flow_fen)::BIGINT AS fen, sum(poverty_fen)::BIGINT AS poor "
        "FROM edges GROUP BY 1) o USING (record) "
        "WHERE poverty_fen + other_fen <> pool_fen "
        "OR coalesce(o.fen, 0) > pool_fen OR coalesce(o.poor, 0) > poverty_fen "
        "OR coalesce(i.fen, 0) + declared_fen + unsourced_fen + outside_fen <> pool_fen AND kind <> 'allocation'"
    )
    assert odd == [{"n": 0}]
    assert view.rows("SELECT count(*) AS n FROM edges WHERE poverty_fen + other_fen <> flow_fen") == [{"n": 0}]


def passed_on(hops: int) -> list[tuple[int, int]]:
    """Poverty and other fen that each indicator of the chain got, by largest remainder, hop by hop."""
    found = [tuple(SOURCES.values())]
    for _ in range(1, hops):
        poor, other = found[-1]
        whole, out = poor + other, poor + other - 1
        parts = [out * poor // whole, out * other // whole]
        rests = [out * poor % whole, out * other % whole]
        if sum(parts) < out:
            parts[0 if rests[0] >= rests[1] else 1] += 1
        found.append((parts[0], parts[1]))
    return found  # type: ignore[return-value]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("chain")
    loaders.load(folder / "ledger", bundle(folder / "bundle", HOPS), at=AT)
    return lineage.open(folder / "ledger")


def test_a_chain_of_ten_thousand_hops_keeps_every_fen_of_both_sources(chain: Ledger) -> None:
    conserved(chain)
    got = passed_on(HOPS)
    kept = {
        row["record"]: (row["poverty_fen"], row["other_fen"])
        for row in chain.rows("SELECT record, poverty_fen, other_fen FROM nodes WHERE kind = 'indicator'")
    }
    assert kept == {f"indicator:I-{n}": one for n, one in enumerate(got, 1)}
    last = sum(SOURCES.values()) - HOPS + 1
    middle = HOPS // 2
    whole = {"payment:P-1": last, "indicator:I-1": 300_00, f"indicator:I-{middle}": 300_00 - middle + 1}
    for policy in POLICIES:
        for record, fen in whole.items():
            found = sourced(chain, record, policy)
            assert sum(found.values()) == fen, (policy, record)
            assert set(found) <= {f"allocation:{name}" for name in SOURCES}, (policy, record)
    assert chain.trace("payment:P-1").to_json()["state"] == "complete"
    flows = ["flow/overpaid", "flow/cycle"]
    found = queries.check(chain, None if LONG else flows).findings
    assert [one for one in found if one.rule.name in flows] == []


def test_a_chain_of_ten_thousand_hops_down_ends_in_all_that_was_given(chain: Ledger) -> None:
    for name, fen in SOURCES.items():
        down = chain.trace(f"allocation:{name}", "down").to_json()
        assert sum(to_fen(one["amount"]) for one in down["reached"]) == fen


@pytest.mark.parametrize("returns", RETURNS)
def test_a_ring_of_ten_thousand_hops_is_named_and_takes_no_share(returns: int, tmp_path: Path) -> None:
    """What goes round is out of every hop: the last pays the rest of what it got, as much as it gave back unsourced."""
    loaders.load(tmp_path / "ledger", bundle(tmp_path / "bundle", HOPS, returns), at=AT)
    view = lineage.open(tmp_path / "ledger")
    assert view.rows("SELECT count(*) AS n FROM rings") == [{"n": 1}]
    conserved(view)
    round_about = view.rows(
        "SELECT count(*) AS n, min(amount_fen - flow_fen) AS least, max(amount_fen - flow_fen) AS most "
        "FROM edges WHERE source LIKE 'indicator%' AND target LIKE 'transfer%'"
    )
    assert round_about == [{"n": HOPS, "least": returns, "most": returns}]
    paid = sum(SOURCES.values()) - HOPS + 1
    for policy in POLICIES:
        found = sourced(view, "payment:P-1", policy)
        assert found.pop("") == returns, policy
        assert sum(found.values()) == paid - returns, policy
    for name, fen in SOURCES.items() if LONG else ():
        down = view.trace(f"allocation:{name}", "down").to_json()
        assert sum(to_fen(one["amount"]) for one in down["reached"]) == fen
    assert len(queries.check(view, ["flow/cycle"]).findings) == 1


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
    folder = bundle(tmp_path / "bundle", 1, sources={"A-1": CHILDREN})
    with (folder / "payments.csv").open("w", encoding="utf-8") as file:
        file.write(HEAD)
        file.writelines(payment(number, "0.01") for number in range(CHILDREN))
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
    with suppress(LineageError):
        loaded = loaders.load(tmp_path / "ledger", file, at=AT, dry_run=True).to_json()["loaded"]
    assert loaded == 0

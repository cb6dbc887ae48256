"""A sound province: the same from the same seed, of the size asked, with money that is exactly conserved."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from lineage.errors import Misuse
from lineage.schema import TABLES
from loaders.province import make_province


def read(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fen(text: str) -> int:
    whole, _, part = text.partition(".")
    assert len(part) == 2
    return int(whole + part)


def counts(row: dict[str, str]) -> bool:
    return row["status"] == "valid" and row["pay_date"] != ""


@pytest.fixture(scope="module", params=[(200, 1), (3000, 2), (30_000, 3)], ids=lambda pair: f"{pair[0]}")
def province(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    payments, seed = request.param
    folder = tmp_path_factory.mktemp("province")
    make_province(folder, payments, seed)
    return folder, payments


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        make_province(tmp_path / name, 500, seed)
    for table in TABLES:
        assert (tmp_path / f"a/{table.name}.csv").read_bytes() == (tmp_path / f"b/{table.name}.csv").read_bytes()
    assert (tmp_path / "a/payments.csv").read_bytes() != (tmp_path / "c/payments.csv").read_bytes()


def test_every_table_of_the_contract_is_written_with_all_its_columns(province: tuple[Path, int]) -> None:
    for table in TABLES:
        with (province[0] / f"{table.name}.csv").open(encoding="utf-8") as file:
            assert file.readline().strip().split(",") == list(table.names)


def test_it_has_exactly_the_payments_asked_for(province: tuple[Path, int]) -> None:
    assert len(read(province[0], "payments")) == province[1]


@pytest.mark.parametrize("payments", [199, 10_000_001])
def test_a_size_outside_the_limits_is_refused(payments: int, tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="expected 200 to 10,000,000"):
        make_province(tmp_path, payments)


def test_every_bureau_passes_on_exactly_what_it_booked_and_no_agency_spends_more(province: tuple[Path, int]) -> None:
    indicators = {row["indicator_id"]: row for row in read(province[0], "indicators")}
    left: dict[str, int] = defaultdict(int)
    came: dict[str, int] = defaultdict(int)
    for row in read(province[0], "transfers"):
        left[row["source_id"].partition(":")[2]] += fen(row["amount"])
        came[row["target_id"]] += fen(row["amount"])
    for row in indicators.values():
        if row["previous_id"] and row["indicator_id"] not in came:
            came[row["indicator_id"]] = fen(row["amount"])
            left[row["previous_id"]] += fen(row["amount"])
    paid: dict[str, int] = defaultdict(int)
    for row in read(province[0], "payments"):
        if counts(row):
            paid[row["indicator_id"]] += fen(row["amount"])
    for name, row in indicators.items():
        amount = fen(row["amount"])
        assert came.get(name) == amount or (row["origin"] == "own" and name not in came)
        balance = amount - left[name] - paid[name]
        assert balance >= 0
        if not row["agency_code"] or row["fiscal_year"] == "2016":
            assert balance == 0
    for row in read(province[0], "allocations"):
        assert left[row["allocation_id"]] <= fen(row["amount"])


def test_a_batch_pays_out_what_was_paid_in_and_nobody_twice_in_a_month(province: tuple[Path, int]) -> None:
    paid_in = {row["one_card_batch_id"]: fen(row["amount"]) for row in read(province[0], "payments")}
    paid_out: dict[str, list[int]] = defaultdict(list)
    persons = set()
    cards = read(province[0], "one_card_payments")
    for row in cards:
        paid_out[row["batch_id"]].append(fen(row["amount"]))
        persons.add((row["person_id"], row["month"]))
    assert len(persons) == len(cards)
    for row in read(province[0], "one_card_batches"):
        shares = paid_out[row["batch_id"]]
        assert paid_in[row["batch_id"]] == sum(shares) == fen(row["amount"])
        assert len(shares) == int(row["person_count"])


def test_the_reports_state_what_the_system_has(province: tuple[Path, int]) -> None:
    indicators = {row["indicator_id"]: row for row in read(province[0], "indicators")}
    system: dict[tuple[str, str], int] = defaultdict(int)
    for row in indicators.values():
        if row["agency_code"] == "" and row["fiscal_year"] == "2017" and row["poverty"] != "false":
            system[row["division_code"], "scale"] += fen(row["amount"])
    for row in read(province[0], "payments"):
        drawn = indicators[row["indicator_id"]]
        new = drawn["fiscal_year"] == "2017" and drawn["origin"] != "carry_over"
        if counts(row) and new and drawn["poverty"] != "false" and row["division_code"] != "410000000":
            system[row["division_code"], "expenditure"] += fen(row["amount"])
    reports = [row for row in read(province[0], "daily_reports") if row["report_date"] == "2017-12-20"]
    stated = {(row["division_code"], row["measure"]): fen(row["amount"]) for row in reports if row["tier"] == "all"}
    assert {place: amount for place, amount in stated.items() if amount} == dict(system)
    by_tier: dict[str, int] = defaultdict(int)
    for row in reports:
        if row["measure"] == "scale" and row["tier"] != "all":
            by_tier[row["division_code"]] += fen(row["amount"])
    assert all(stated[place, "scale"] == amount for place, amount in by_tier.items())


def test_few_payments_are_large_and_the_largest_transfers_are_larger_still(province: tuple[Path, int]) -> None:
    amounts = sorted(fen(row["amount"]) for row in read(province[0], "payments") if counts(row))
    top = amounts[len(amounts) * 9 // 10 :]
    assert sum(top) > sum(amounts) * 4 // 10
    assert max(fen(row["amount"]) for row in read(province[0], "transfers")) > amounts[-1]

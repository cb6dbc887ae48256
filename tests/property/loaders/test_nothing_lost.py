"""However a file is damaged, every row is accounted for, in rows and in fen, with nothing but clear errors."""

from __future__ import annotations

import csv
import io
import random
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import loaders
from lineage.errors import LineageError
from lineage.money import to_fen

AT = datetime(2018, 1, 2)
ROWS = 40
NASTY = ("", " ", "1,2O0.00", "12.345", "-5.00", "１２３．４５", "999999999999999999999", "2017-02-30", "20170603", "是", "?", "有效",
         "豫财农〔2017〕1号", 'say "so"', "a,b", "two\nlines", "=1+1", "\x07", "1e3", "0", "410122", "#DIV/0!", "６２１７")  # fmt: skip
Table = list[list[str]]
SLOW = settings(max_examples=max(12, settings.default.max_examples // 4))  # type: ignore[union-attr]
"""A load takes a quarter of a second: the long profile still damages 1,000 files and more."""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Table]:
    """A ledger that holds the payments already, and their file's rows, heading first."""
    folder = tmp_path_factory.mktemp("known")
    source = Path(__file__).parents[2] / "examples" / "faults" / "bundle" / "payments.csv"
    table = list(csv.reader(io.StringIO(source.read_text(encoding="utf-8"))))[: ROWS + 1]
    write(folder / "payments.csv", table)
    loaders.load(folder / "ledger", folder / "payments.csv", at=AT, derive=False)
    return folder / "ledger", table


def write(path: Path, table: Table) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(table)
    path.write_bytes(text.getvalue().encode())
    return path.read_bytes()


def account(answer: dict[str, Any]) -> None:
    """The invariant, over all and by table, in rows and in fen."""
    for part in (answer, *answer["tables"]):
        assert part["read"] == part["loaded"] + part["corrected"] + part["unchanged"] + part["rejected"]
    for part in answer["tables"]:
        fen = {
            name: to_fen(part[f"{name}_amount"]) for name in ("read", "loaded", "corrected", "unchanged", "rejected")
        }
        assert fen["read"] == fen["loaded"] + fen["corrected"] + fen["unchanged"] + fen["rejected"]


def fen_of(cell: str) -> int:
    """The fen of a cell by the plain rule, 0 where it is no amount: independent of the loader's SQL."""
    try:
        return to_fen(cell.replace("1e3", "1000"))
    except ValueError:
        return 0


cell_damage = st.tuples(st.integers(1, ROWS), st.integers(0, 16), st.sampled_from(NASTY))


@SLOW
@given(
    damage=st.lists(cell_damage, max_size=12), again=st.lists(st.integers(1, ROWS), max_size=4), seed=st.integers(0, 99)
)
def test_damaged_cells_repeated_rows_and_any_order(
    known: tuple[Path, Table], tmp_path_factory: pytest.TempPathFactory, damage: list[Any], again: list[int], seed: int
) -> None:
    ledger, table = known
    rows = [list(row) for row in table]
    for row, column, cell in damage:
        rows[row][column] = cell
    body = rows[1:] + [list(rows[row]) for row in again]
    random.Random(seed).shuffle(body)
    file = tmp_path_factory.mktemp("damaged") / "payments.csv"
    write(file, [rows[0], *body])
    answer = loaders.load(ledger, file, at=AT, dry_run=True).to_json()
    account(answer)
    assert answer["read"] == len(body)
    (payments,) = answer["tables"]
    assert to_fen(payments["read_amount"]) == sum(fen_of(row[4]) for row in body if abs(fen_of(row[4])) <= 10**16)
    assert {(one["file"], one["row"]) for one in answer["rejects"]} == {
        ("payments.csv", one["row"]) for one in answer["rejects"]
    }
    assert len({one["row"] for one in answer["rejects"]}) == answer["rejected"]


byte_damage = st.tuples(
    st.integers(0, 10**6), st.sampled_from([b"", b'"', b"\n", b"\r", b",", b"\0", b"\xff", b"\xe4", b"x" * 50, b"\n\n"])
)


@SLOW
@given(damage=st.lists(byte_damage, min_size=1, max_size=8), cut=st.integers(0, 400))
def test_damaged_bytes_end_in_an_account_or_a_clear_error(
    known: tuple[Path, Table], tmp_path_factory: pytest.TempPathFactory, damage: list[Any], cut: int
) -> None:
    ledger, table = known
    file = tmp_path_factory.mktemp("damaged") / "payments.csv"
    content = bytearray(write(file, table))
    for place, piece in damage:
        content[place % len(content) : place % len(content) + 1] = piece
    file.write_bytes(bytes(content[: len(content) - cut]))
    with suppress(LineageError):
        account(loaders.load(ledger, file, at=AT, dry_run=True).to_json())


@SLOW
@given(
    content=st.binary(max_size=400),
    name=st.sampled_from(["payments.csv", "payments.xlsx", "payments.parquet", "支付.txt"]),
)
def test_any_bytes_at_all(
    known: tuple[Path, Table], tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    ledger, _ = known
    file = tmp_path_factory.mktemp("any") / name
    file.write_bytes(content)
    with suppress(LineageError):
        account(loaders.load(ledger, file, at=AT, dry_run=True).to_json())

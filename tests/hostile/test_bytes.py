"""Bytes of every input format changed, cut, doubled: the load is accounted for, or refused with a clear error.

15,000 files in the long form (`make test-long`). A traceback, or a sum that does not add up, fails.
"""

from __future__ import annotations

import gzip
import random
import shutil
import sqlite3
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

import loaders
from lineage import engine
from lineage.errors import LineageError
from lineage.ledger import anchor, verify
from lineage.money import to_fen
from tests.hostile.changing import LONG, changed, changed_inside, changed_toml

AT = datetime(2018, 1, 2)
FILES = {
    "csv": 3000, "gb18030": 2500, "parquet": 2500, "xlsx": 1000, "xls": 1000, "xlsb": 1000, "ods": 1000,
    "sqlite": 500, "control": 500, "profile": 1000, "gz": 500, "zip": 500,
}  # fmt: skip
SHORT = 10
TESTS = Path(__file__).parents[1]
SOURCE = TESTS / "examples" / "faults" / "bundle" / "payments.csv"
PROFILES = sorted((Path(loaders.__file__).parent / "profiles").glob("*.toml"))
PACKED = {"xlsx": "xl/worksheets/sheet1.xml", "xlsb": "xl/worksheets/sheet1.bin", "ods": "content.xml"}
"""Formats that are archives, and the part that holds the rows."""
UNOPENED = frozenset({"gz", "zip"})
"""Archives are not looked into: they are refused, whatever is in them."""


def original(kind: str, folder: Path) -> Path:
    """A sound file of payments in a format, or what else a load reads: a profile, a control file."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines(keepends=True)[:41]
    file = folder / "payments.csv"
    file.write_text("".join(lines), encoding="gb18030" if kind == "gb18030" else "utf-8")
    if kind in ("csv", "gb18030"):
        return file
    if kind in ("xls", "xlsb", "ods"):  # as programs wrote them
        return Path(shutil.copy(TESTS / "data" / "workbooks" / f"支付.{kind}", folder))
    target = folder / f"payments.{kind}"
    if kind == "parquet":
        on = engine.connect()
        engine.write_parquet(on, f"SELECT * FROM read_csv({engine.literal(file)}, all_varchar = true)", target)
    elif kind == "gz":
        target.write_bytes(gzip.compress(file.read_bytes()))
    elif kind == "zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(file, "payments.csv")
    elif kind == "control":
        target.write_text("table,division_code,month,rows,amount\npayments,,,40,1000.00\npayments,410103000,2017-05,3,\n")
    elif kind == "sqlite":
        names, *rows = [line.rstrip("\n").split(",") for line in lines]
        with sqlite3.connect(target) as made:
            made.execute(f"CREATE TABLE payments ({', '.join(names)})")
            made.executemany(f"INSERT INTO payments VALUES ({', '.join('?' * len(names))})", rows)
        made.close()
    else:
        from openpyxl import Workbook

        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for line in lines:
            sheet.append(line.rstrip("\n").split(","))
        book.save(target)
    return target


PARTS = ("loaded", "corrected", "unchanged", "rejected")


def account(answer: dict[str, object]) -> None:
    tables = answer["tables"]
    assert isinstance(tables, list)
    for part in tables:
        assert part["read"] == part["loaded"] + part["corrected"] + part["unchanged"] + part["rejected"]
        fen = {name: to_fen(part[f"{name}_amount"]) for name in ("read", *PARTS)}
        assert fen["read"] == sum(fen[name] for name in PARTS)


@pytest.mark.parametrize("kind", FILES)
def test_changed_bytes_end_in_an_account_or_a_clear_error(kind: str, tmp_path: Path) -> None:
    sound = original("csv", tmp_path)
    ledger = tmp_path / "ledger"
    loaders.load(ledger, sound, at=AT, derive=False)
    before = anchor.of(ledger)
    wholes = PROFILES if kind == "profile" else [original(kind, tmp_path)]
    refused = 0
    for number in range(tries := FILES[kind] if LONG else SHORT):
        chance = random.Random(f"{kind} {number}")
        whole = wholes[number % len(wholes)]
        file = tmp_path / f"{number}" / whole.name
        file.parent.mkdir()
        content = whole.read_bytes()
        if kind in PACKED:
            file.write_bytes(changed_inside(content, chance, PACKED[kind]))
        else:
            file.write_bytes((changed_toml if kind == "profile" else changed)(content, chance))
        beside = {kind: file} if kind in ("profile", "control") else {}
        given = f"sqlite:///{file}" if kind == "sqlite" else sound if beside else file
        try:
            account(loaders.load(ledger, given, at=AT, dry_run=True, **beside).to_json())  # type: ignore[arg-type]
        except LineageError:
            refused += 1
        shutil.rmtree(file.parent)
    assert anchor.of(ledger) == before, "a rehearsal writes nothing"
    assert verify(ledger).problem is None
    assert refused < tries or kind in UNOPENED, "nothing was read at all"

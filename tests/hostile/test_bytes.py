"""Bytes of every input format changed, cut, doubled: the load is accounted for, or refused with a clear error.

10,000 files in the long form (`make test-long`). A traceback, or a sum that does not add up, fails.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

import loaders
from lineage import engine
from lineage.errors import LineageError
from lineage.ledger import anchor, verify
from lineage.money import to_fen

AT = datetime(2018, 1, 2)
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
FILES = {"csv": 3000, "gb18030": 2500, "parquet": 2500, "xlsx": 1000, "profile": 1000}
SHORT = 10
SOURCE = Path(__file__).parents[1] / "examples" / "faults" / "bundle" / "payments.csv"
PROFILE = Path(loaders.__file__).parent / "profiles" / "fpmv.toml"


def original(kind: str, folder: Path) -> Path:
    """A sound file of 40 payments in a format, or a profile."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines(keepends=True)[:41]
    file = folder / "payments.csv"
    file.write_text("".join(lines), encoding="gb18030" if kind == "gb18030" else "utf-8")
    if kind in ("csv", "gb18030"):
        return file
    if kind == "profile":
        return Path(shutil.copy(next(PROFILE.parent.glob("*.toml")), folder / "own.toml"))
    if kind == "parquet":
        on, target = engine.connect(), folder / "payments.parquet"
        engine.write_parquet(on, f"SELECT * FROM read_csv({engine.literal(file)}, all_varchar = true)", target)
        return target
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line.rstrip("\n").split(","))
    book.save(folder / "payments.xlsx")
    return folder / "payments.xlsx"


def flip(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def overwrite(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    content[start : start + chance.randrange(1, 9)] = chance.choice([b"\0", b"\xff" * 4, b'"', b"\n", b"9" * 20, b""])


def double(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    content[start:start] = content[start : start + chance.randrange(1, 200)]


def cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]
    content.extend(b"\n" * (not content))


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (flip, flip, overwrite, overwrite, double, cut)


def changed(kind: str, whole: bytes, chance: random.Random) -> bytes:
    """A few changes; of most workbooks to a part inside, packed anew, for the checksums refuse all others."""
    if kind == "xlsx" and chance.random() < 0.7:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(whole)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            names = packed.namelist()
            hit = chance.choice([*names, *["xl/worksheets/sheet1.xml"] * len(names)])
            for name in names:
                made.writestr(name, changed("part", packed.read(name), chance) if name == hit else packed.read(name))
        return out.getvalue()
    content = bytearray(whole)
    for _ in range(chance.randrange(1, 5)):
        chance.choice(CHANGES)(content, chance)
    return bytes(content)


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
    whole = original(kind, tmp_path).read_bytes()
    name = original(kind, tmp_path).name
    ledger = tmp_path / "ledger"
    loaders.load(ledger, original("csv", tmp_path), at=AT, derive=False)
    before = anchor.of(ledger)
    refused = 0
    for number in range(FILES[kind] if LONG else SHORT):
        chance = random.Random(f"{kind} {number}")
        content = changed(kind, whole, chance)
        file = tmp_path / f"{number}" / name
        file.parent.mkdir()
        file.write_bytes(content)
        try:
            if kind == "profile":
                answer = loaders.load(ledger, original("csv", file.parent), at=AT, dry_run=True, profile=file)
            else:
                answer = loaders.load(ledger, file, at=AT, dry_run=True)
            account(answer.to_json())
        except LineageError:
            refused += 1
        shutil.rmtree(file.parent)
    assert anchor.of(ledger) == before, "a rehearsal writes nothing"
    assert verify(ledger).problem is None
    assert refused < (FILES[kind] if LONG else SHORT), "nothing was read at all"

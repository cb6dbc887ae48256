"""One province through several doors: what an office would send says the same as the bundle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import loaders
from loaders.province import make_province, messy

AT = datetime(2018, 1, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make_province(folder, 300, 7, "all")
    return folder


def gb18030(bundle: Path, folder: Path) -> Path:
    messy.write_gb18030(bundle, folder / "files")
    return folder / "files"


def workbook(bundle: Path, folder: Path) -> Path:
    return messy.write_workbook(bundle, folder / "台账.xlsx")


@pytest.mark.parametrize("door", [gb18030, workbook])
def test_what_an_office_sends_loads_as_the_very_same_rows(
    bundle: Path, tmp_path: Path, door: Callable[[Path, Path], Path]
) -> None:
    first = loaders.load(tmp_path / "ledger", bundle, at=AT)
    again = loaders.load(tmp_path / "ledger", door(bundle, tmp_path), at=AT)
    counted: dict[str, Any] = {name: getattr(again, name) for name in ("read", "loaded", "corrected", "rejected")}
    assert counted == {"read": first.read, "loaded": 0, "corrected": 0, "rejected": 0}
    assert again.unchanged == first.loaded


def test_files_for_offices_are_gb18030_with_wan_and_thousands_separators(bundle: Path, tmp_path: Path) -> None:
    folder = gb18030(bundle, tmp_path)
    head, row, *_ = (folder / "资金安排.csv").read_bytes().decode("gb18030").splitlines()
    assert "金额（万元）" in head.split(",")
    amount = row.split(",")[head.split(",").index("金额（万元）")]
    assert len(amount.partition(".")[2]) == 6
    assert "年" in row


@pytest.mark.parametrize(
    ("yuan", "expected"), [("724140.93", "72.414093"), ("0.05", "0.000005"), ("-12.34", "-0.001234")]
)
def test_wan_has_six_decimals_and_loses_no_fen(yuan: str, expected: str) -> None:
    assert messy.wan(yuan) == expected

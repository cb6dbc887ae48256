"""A year's archive: one folder that can be put away and opened in ten years, with this program or without.

`ledger/` is a verified backup; `answers/` what the four modules said at the year's end, as JSON; `tables/` every table
as Parquet and CSV as of that day; `SHA256SUMS` names every file, so that `sha256sum -c` checks it anywhere. The ledger
itself keeps all its batches: they are for ever. Look-up logs older than half a year can be moved here.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import lineage
import queries
from lineage.errors import Misuse, Unavailable
from lineage.exports.tables import write
from lineage.ledger import Ledger, backup, durable, journal
from lineage.schema import TABLES

LOOK_UPS_MOVED = "look-ups-archived"
"""The kind of the journal's entry."""
LOOK_UPS_KEPT_DAYS = 184
"""Six months, the least that the law wants logs kept; younger ones stay with the ledger."""
_README = """fund-lineage archive of {ledger}, fiscal year {year}, as of {as_of}, version {version}
taken {at} by {who}

Check every file:  sha256sum -c SHA256SUMS
Ask it again:      lineage trace RECORD --ledger ledger --as-of {as_of}
Without lineage:   tables/*.csv (yuan, UTF-8), tables/*.parquet (fen), answers/*.json; ledger/ is Parquet too
The key of tokens is not in this folder and must be kept elsewhere.

校验：sha256sum -c SHA256SUMS。查询：lineage trace 记录 --ledger ledger --as-of {as_of}。
不用本程序：tables 下 CSV（元）与 Parquet（分），answers 下 JSON。密钥不在此文件夹中，须另行保存。
"""


@dataclass(frozen=True, slots=True)
class Archive:
    """What was put away."""

    year: int
    as_of: str
    version: str
    files: int
    bytes: int
    look_ups_moved: int


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who puts it away, and when."""

    who: str
    at: datetime


def archive(ledger: Path, folder: Path, year: int, keeper: Keeper, *, look_ups: bool = False) -> Archive:
    """Put a year away into a folder that must be empty. Raises Misuse, NotFound, Unavailable, Damaged."""
    if folder.exists() and any(folder.iterdir()):
        raise Misuse(f"{folder} is not empty", "an archive goes into a folder of its own")
    latest = lineage.open(ledger)
    end = date(year, 12, 31)
    booked = "SELECT 1 FROM {} WHERE fiscal_year = $1"
    if not latest.rows(f"{booked.format('allocations')} UNION {booked.format('indicators')}", (year,)):
        raise Misuse(f"the ledger has nothing of fiscal year {year}", f"its latest date is {latest.as_of}")
    view = lineage.open(ledger, as_of=min(end, latest.as_of or end))
    try:
        backup.back_up(ledger, folder / "ledger", who=keeper.who, at=keeper.at)
        _answers(view, folder / "answers", keeper.at.date())
        _tables(view, folder / "tables")
        moved = _move_look_ups(ledger, folder / "look-ups", keeper) if look_ups else 0
        said = {"ledger": ledger.absolute().name, "year": year, "as_of": str(view.as_of), "version": view.version}
        taken = {"at": keeper.at.isoformat(timespec="seconds"), "who": keeper.who}
        durable.write(folder / "README.txt", _README.format(**said, **taken).encode())
        files, size = _sums(folder)
    except OSError as error:
        raise Unavailable(f"could not write {folder}: {error.strerror}", "free some space, then try again") from error
    return Archive(year, str(view.as_of), view.version, files, size, moved)


def _answers(view: Ledger, folder: Path, today: date) -> None:
    """What the modules say; a question that this ledger cannot answer (no report, nobody to rank) is left out."""
    folder.mkdir(parents=True)
    asked: dict[str, Callable[[], Any]] = {
        "overview-2017": lambda: queries.overview(view).to_json(),
        "overview-next": lambda: queries.overview(view, calibre="next").to_json(),
        "check": lambda: queries.check(view).to_json(),
        "findings": lambda: queries.findings(view, today).to_json(),
        "reconciliation": lambda: queries.reconcile(view).to_json(),
        "ranking": lambda: queries.rank(view).to_json(),
        "cases": lambda: {"cases": [one.to_json() for one in queries.cases(view)]},
    }
    for name, ask in asked.items():
        with suppress(Misuse):
            text = json.dumps(ask(), ensure_ascii=False, indent=1)
            durable.write(folder / f"{name}.json", text.encode() + b"\n")


def _tables(view: Ledger, folder: Path) -> None:
    folder.mkdir(parents=True)
    for table in TABLES:
        for form in ("parquet", "csv"):
            write(view, table.name, folder / f"{table.name}.{form}")


def _move_look_ups(ledger: Path, folder: Path, keeper: Keeper) -> int:
    """Copy old look-up logs, name them in the journal, then remove them: a crash leaves one twice, never none."""
    before = (keeper.at - timedelta(days=LOOK_UPS_KEPT_DAYS)).date().isoformat()
    old = [file for file in sorted((ledger / "audit").glob("*.jsonl")) if file.stem[-10:] < before]
    if not old:
        return 0
    folder.mkdir(parents=True)
    for file in old:
        shutil.copy2(file, folder / file.name)
        durable.sync(folder / file.name)
    named = [{"file": file.name, "sha256": durable.sha256(folder / file.name)} for file in old]
    journal.append(ledger, LOOK_UPS_MOVED, {"files": named}, keeper.who, keeper.at)
    for file in old:
        file.unlink()
    return len(old)


def _sums(folder: Path) -> tuple[int, int]:
    """Write SHA256SUMS in the form that `sha256sum -c` reads; the number of files and their bytes."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    lines = []
    for file in files:
        with file.open("rb") as stream:
            lines.append(
                f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {file.relative_to(folder).as_posix()}\n"
            )
    durable.write(folder / "SHA256SUMS", "".join(lines).encode())
    return len(files), sum(file.stat().st_size for file in files)

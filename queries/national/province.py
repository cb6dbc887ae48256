"""One province's part of a national run: its rows become a ledger of one batch, asked as any ledger is.

Deterministic and safe to repeat: result files are written aside and renamed, so a task that is run twice, or killed and
run again by another worker, leaves the same files.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.ledger import Ledger, durable, manifest
from lineage.ledger.derived import GRAPH_TABLES
from lineage.ledger.manifest import Manifest, StoredFile
from lineage.schema import TABLES

if TYPE_CHECKING:
    import pyarrow

FINDINGS = "findings"
RESULTS = (*GRAPH_TABLES, FINDINGS)
"""The tables of a national run, one file a province: `NAME/province=41/part.parquet`."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What all provinces are asked alike: where their rows lie, where results go, the business date, the journal.

    `rules` are parameters of rules, {rule: {parameter: value}}.
    """

    rows: str
    results: str
    journal: str
    as_of: str
    at: str
    rules: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """One result file: rows, and the fen of its column `amount_fen` (0 without one)."""

    province: str
    table: str
    rows: int
    fen: int
    sha256: str


def work_out(province: str, terms: Terms) -> list[Result]:
    """Graph, attribution and rules of one province; its result files are in place when this returns."""
    from lineage.graph import keep

    with tempfile.TemporaryDirectory(prefix=f"lineage-{province}-") as place:
        folder = Path(place)
        ledger = Ledger(_ledger(folder / "ledger", province, terms), as_of=_day(terms.as_of))
        made = folder / "made"
        made.mkdir()
        keep.derive(ledger, made)
        _write_findings(ledger, made / f"{FINDINGS}.parquet", terms)
        return [_keep(made / f"{table}.parquet", province, table, terms) for table in RESULTS]


def _ledger(folder: Path, province: str, terms: Terms) -> Path:
    """A ledger of one batch around the province's files; the journal is the whole nation's."""
    batch = folder / "batches" / "000001"
    for home in (batch, manifest.folder(folder), folder / "derived"):
        home.mkdir(parents=True)
    files = tuple(
        _linked(batch, file, table.name, number)
        for table in TABLES
        for number, file in enumerate(
            sorted((Path(terms.rows) / table.name / f"province={province}").glob("*.parquet"))
        )
    )
    made = Manifest(1, terms.at, "national", "", manifest.FIRST, files=files, latest_business_date=terms.as_of)
    manifest.file_of(folder, 1).write_bytes(made.to_bytes())
    if terms.journal:
        (folder / "journal.jsonl").symlink_to(terms.journal)
    return folder


def _linked(batch: Path, file: Path, table: str, number: int) -> StoredFile:
    import pyarrow.parquet as pq

    link = batch / f"{table}-{number}.parquet"
    link.symlink_to(file)
    described = pq.read_metadata(file)
    return StoredFile(table, link.name, tuple(described.schema.names), described.num_rows, 0, file.stat().st_size, "")


def _write_findings(ledger: Ledger, file: Path, terms: Terms) -> None:
    import pyarrow.parquet as pq

    from queries.check import check

    pq.write_table(findings_table(check(ledger, parameters=terms.rules or None).findings), file, compression="zstd")


def findings_table(findings: Any) -> pyarrow.Table:
    """Findings as rows: amounts in fen, evidence as a list, the sentence in both languages."""
    import pyarrow

    text = pyarrow.string()
    columns = {
        "id": text, "rule": text, "subject": text, "division_code": text, "severity": text,
        "amount_fen": pyarrow.int64(), "evidence": pyarrow.list_(text), "cause": text, "message_zh": text,
        "message_en": text,
    }  # fmt: skip
    rows = [
        {
            "id": one.id, "rule": one.rule.name, "subject": one.subject, "division_code": one.division_code,
            "severity": one.severity, "amount_fen": one.amount_fen, "evidence": list(one.evidence), "cause": one.cause,
            "message_zh": one.message("zh"), "message_en": one.message("en"),
        }
        for one in findings
    ]  # fmt: skip
    return pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(columns))


def _keep(file: Path, province: str, table: str, terms: Terms) -> Result:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    target = Path(terms.results) / table / f"province={province}" / "part.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{os.getpid()}-{os.urandom(4).hex()}")
    try:
        aside.write_bytes(file.read_bytes())
        durable.sync(aside)
        durable.rename(aside, target)
    finally:
        aside.unlink(missing_ok=True)
    described = pq.read_metadata(target)
    fen = 0
    if "amount_fen" in described.schema.names:
        fen = pc.sum(pq.read_table(target, columns=["amount_fen"], partitioning=None)["amount_fen"]).as_py() or 0
    return Result(province, table, described.num_rows, fen, durable.sha256(target))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None

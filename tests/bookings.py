"""Small ledgers written by hand, one line a record, for tests of the questions."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import lineage
from lineage.ledger import Ledger, derive
from lineage.schema import BY_NAME, ColumnType
from tests.sharing import built_once, kept_ledgers
from tests.staging import load_rows

DIVISIONS = (
    {"division_code": "410000000", "name": "河南省", "level": "province"},
    {"division_code": "410100000", "name": "郑州市", "level": "city", "fiscal_parent": "410000000"},
    {"division_code": "410122000", "name": "中牟县", "level": "county", "fiscal_parent": "410100000"},
    {"division_code": "410181000", "name": "巩义市", "level": "county", "fiscal_parent": "410000000", "direct": True},
)
DEFAULTS: dict[str, dict[str, Any]] = {
    "allocations": {
        "fiscal_year": 2017,
        "division_code": "410000000",
        "source": "province",
        "poverty": True,
        "date": date(2017, 1, 10),
    },
    "transfers": {"kind": "issue", "issue_date": date(2017, 2, 1)},
    "indicators": {
        "fiscal_year": 2017,
        "origin": "superior",
        "entry": "linked",
        "poverty": True,
        "date": date(2017, 2, 5),
    },
    "payments": {
        "status": "valid",
        "method": "direct",
        "payee_kind": "village",
        "payee_name": "村委会",
        "pay_date": date(2017, 3, 1),
    },
    "special_accounts": {"name": "专户", "accounting_enabled": True},
    "account_entries": {"direction": "expenditure", "date": date(2017, 4, 1)},
    "daily_reports": {"report_date": date(2017, 6, 30), "tier": "all"},
}


def ledger_of(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> Ledger:
    """A ledger of the given rows: columns by their input names, money in whole yuan, the rest as DEFAULTS say."""
    rows = {"divisions": list(DIVISIONS), **tables}
    stored = {name: [_stored(name, row) for row in given] for name, given in rows.items()}

    def load(place: Path) -> Path:
        load_rows(place / "ledger", stored)
        derive(place / "ledger")
        return place / "ledger"

    if kept := kept_ledgers():
        digest = hashlib.sha256(repr(stored).encode()).hexdigest()
        shutil.copytree(built_once(kept / digest, load).parent, folder, dirs_exist_ok=True)
    else:
        load(folder)
    return lineage.open(folder / "ledger")


def _stored(table: str, row: dict[str, Any]) -> dict[str, Any]:
    whole = {**DEFAULTS.get(table, {}), **row}
    return {
        BY_NAME[table].column(name).stored: value * 100
        if BY_NAME[table].column(name).type is ColumnType.MONEY
        else value
        for name, value in whole.items()
    }

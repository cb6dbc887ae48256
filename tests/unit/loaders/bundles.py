"""Small bundles on disk for the loaders' tests."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import loaders

AT = datetime(2018, 1, 2, 9, 0)
PAYMENT_HEAD = (
    "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,payee_account,reverses"
)
PAYMENT = "P1,I1,410122,1234.56,2017-06-03,valid,direct,village,大孟镇,6217001234567890123,"


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    """A file of text in an encoding."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def payments(folder: Path, *lines: str, encoding: str = "utf-8", head: str = PAYMENT_HEAD) -> Path:
    """A payments.csv of these lines."""
    return write(folder, "payments.csv", "\n".join((head, *lines)) + "\n", encoding)


def load(folder: Path, *paths: Path, **choices: Any) -> loaders.LoadResult:
    """Load into `folder/ledger`, at a fixed time."""
    return loaders.load(folder / "ledger", paths, **{"at": AT, "who": "clerk", "derive": False} | choices)


def rows(folder: Path, table: str = "payments") -> list[dict[str, Any]]:
    """All current rows of a table, as of no day in particular."""
    import lineage

    return lineage.open(folder / "ledger").query(f"SELECT * FROM {table} ORDER BY ALL").to_pylist()

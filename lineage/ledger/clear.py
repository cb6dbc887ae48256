"""Clear values of tokens, kept only where a site switches it on, in files of their own.

The switch is a folder `NAME.clear` beside the ledger, mode 0700: while it is there, a load leaves the numbers it
tokenised in it, one file a batch and table, mode 0600. No batch, manifest or journal names them, so a site may remove
them at any time and the ledger stays whole.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from lineage import engine
from lineage.errors import Damaged, NotFound
from lineage.ledger import durable, tokens
from lineage.schema import Sensitive, Table


def folder(ledger: Path) -> Path:
    """Where a ledger's clear values lie if it keeps any."""
    place = ledger.absolute()
    return place.with_name(place.name + ".clear")


def is_kept(ledger: Path) -> bool:
    """Whether the site keeps clear values. Raises Damaged when others may read the folder."""
    place = folder(ledger)
    if not place.is_dir():
        return False
    mode = stat.S_IMODE(place.stat().st_mode)
    if mode & 0o077:
        raise Damaged(f"{place}: found mode {mode:04o}, expected 0700", f"chmod 700 {place}")
    return True


def keep(on: engine.Engine, table: Table, relation: str, file: Path, key: bytes) -> None:
    """Write token and clear value of every number in a staged relation, each pair once, synced before it is named."""
    numbers = [engine.name(column.stored) for column in table.columns if column.sensitive is not Sensitive.NO]
    if not numbers:
        return
    given = " UNION ".join(f"SELECT {number} AS clear FROM {relation} WHERE {number} IS NOT NULL" for number in numbers)
    token = tokens.token_sql(tokens.plain_sql("clear"), key)
    aside = file.with_name(f".{file.name}")
    engine.write_parquet(on, f"SELECT {token} AS token, clear FROM ({given}) ORDER BY ALL", aside)
    aside.chmod(0o600)
    durable.sync(aside)
    durable.rename(aside, file)


def file_of(ledger: Path, batch: int, table: str) -> Path:
    """The file of a batch's clear values of one table."""
    return folder(ledger) / f"{batch:06d}-{table}.parquet"


def values(ledger: Path, wanted: Sequence[str]) -> dict[str, str]:
    """Clear values of tokens; a token that is not kept is left out. Raises NotFound where the site keeps none.

    Who calls this must have checked the right to see them, and logs it.
    """
    if not is_kept(ledger):
        raise NotFound("this ledger keeps no clear values", f"a site that may keep them makes {folder(ledger).name}")
    files = sorted(folder(ledger).glob("[0-9]*.parquet"))
    if not files:
        return {}
    on = engine.connect()
    try:
        known = engine.parquet(files)
        sql = f"SELECT token, min(clear) AS clear FROM {known} WHERE token IN (SELECT unnest(?)) GROUP BY token"
        return {row["token"]: row["clear"] for row in engine.rows(on, sql, [list(wanted)])}
    finally:
        on.close()

"""Loading out of databases: a real PostgreSQL, and SQLite for the way that all other drivers take."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import lineage
import loaders.database
from lineage.errors import Misuse, Unavailable
from tests.unit.loaders.bundles import load, rows, write

TABLE = """CREATE TABLE payments (payment_id text primary key, indicator_id text, division_code text, amount numeric(18,2), pay_date date,
  status text, method text, payee_kind text, payee_name text, payee_account text, changed timestamp)"""
INSERT = "INSERT INTO payments VALUES ('{}', 'I1', '410122', {}, '2017-06-03', 'valid', 'direct', 'village', '大孟镇', '6217001234567890123', '{}')"
PROFILE = """
[database]
overlap_hours = 24
[database.queries.payments]
select = "SELECT * FROM payments"
watermark = "changed"
key = "payment_id"
[table.payments.headers]
changed = ""
"""


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[Any]:
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS payments")
        connection.execute(TABLE)
        yield connection
        connection.execute("DROP TABLE IF EXISTS payments")


@pytest.mark.postgres
def test_tables_that_bear_our_names_are_read_whole(postgres: Any, postgres_server: str, tmp_path: Path) -> None:
    postgres.execute(INSERT.format("P1", "1234.56", "2017-06-04 10:00:00"))
    result = load(tmp_path, postgres_server)  # type: ignore[arg-type]
    assert (result.loaded, rows(tmp_path)[0]["amount_fen"]) == (1, 123456)
    source = lineage.open(tmp_path / "ledger").rows("SELECT file FROM payments")
    assert source == [{"file": "payments.csv"}]


@pytest.mark.postgres
def test_the_next_load_starts_at_the_watermark_less_the_overlap(
    postgres: Any, postgres_server: str, tmp_path: Path
) -> None:
    profile = write(tmp_path, "source.toml", PROFILE)
    postgres.execute(INSERT.format("P1", "1.00", "2017-06-01 10:00:00"))
    postgres.execute(INSERT.format("P2", "2.00", "2017-06-04 10:00:00"))
    assert load(tmp_path, postgres_server, profile=profile).loaded == 2  # type: ignore[arg-type]
    postgres.execute(INSERT.format("P3", "3.00", "2017-06-03 11:00:00"))
    second = load(tmp_path, postgres_server, profile=profile)  # type: ignore[arg-type]
    assert (second.read, second.loaded, second.unchanged) == (2, 1, 1)


@pytest.mark.postgres
def test_the_source_is_read_only_and_its_password_is_never_shown(
    postgres: Any, postgres_server: str, tmp_path: Path
) -> None:
    profile = write(
        tmp_path, "bad.toml", PROFILE.replace("SELECT * FROM payments", "DELETE FROM payments RETURNING payment_id")
    )
    postgres.execute(INSERT.format("P1", "1.00", "2017-06-01 10:00:00"))
    with pytest.raises(Unavailable):
        load(tmp_path, postgres_server, profile=profile)  # type: ignore[arg-type]
    assert postgres.execute("SELECT count(*) FROM payments").fetchone() == (1,)
    assert loaders.database.shown("postgresql://clerk:secret@db:5432/pay") == "postgresql://db:5432/pay"


def sqlite(folder: Path, count: int) -> str:
    path = folder / "source.db"
    with sqlite3.connect(path) as connection:
        connection.execute(TABLE.replace("numeric(18,2)", "text").replace("date,", "text,"))
        for number in range(count):
            connection.execute(INSERT.format(f"P{number:04d}", "'1.00'", "2017-06-01 10:00:00"))
    connection.close()
    return f"sqlite:///{path}"  # as one writes PATH after sqlite:///


def test_a_broken_extract_goes_on_after_the_last_whole_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaders.database, "CHUNK_ROWS", 10)
    address, profile = sqlite(tmp_path, 35), write(tmp_path, "source.toml", PROFILE)
    whole, written = loaders.database._chunk, []

    def breaking(heads: list[str], found: Any, query: Any) -> Any:
        if len(written) == 2:
            raise sqlite3.OperationalError("connection lost")
        written.append(len(found))
        return whole(heads, found, query)

    monkeypatch.setattr(loaders.database, "_chunk", breaking)
    with pytest.raises(Unavailable, match="connection lost"):
        load(tmp_path, address, profile=profile)  # type: ignore[arg-type]
    asked: list[int] = []
    monkeypatch.setattr(
        loaders.database, "_chunk", lambda heads, found, query: asked.append(len(found)) or whole(heads, found, query)
    )
    assert load(tmp_path, address, profile=profile).loaded == 35  # type: ignore[arg-type]
    assert asked == [10, 5]
    assert not (tmp_path / "ledger.incoming").exists()


def test_a_source_that_is_not_there_or_of_an_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        load(tmp_path, "postgresql://nobody:secret@127.0.0.1:1/none")  # type: ignore[arg-type]
    with pytest.raises(Misuse, match="the kind ftp"):
        load(tmp_path, "ftp://somewhere/x")  # type: ignore[arg-type]


def test_user_and_password_of_an_address_are_decoded() -> None:
    assert loaders.database.account("mysql://r%40x:ge%3Aheim%401@db/pay") == ("r@x", "ge:heim@1", "pay")


@pytest.mark.parametrize(("scheme", "driver"), [("oracle", "oracledb"), ("dm", "dmPython"), ("mysql", "pymysql")])
def test_a_driver_that_is_not_installed_is_named(scheme: str, driver: str, tmp_path: Path) -> None:
    if find_spec(driver):
        pytest.skip(f"{driver} is installed here")
    with pytest.raises(Unavailable, match=rf"{scheme}://db/x: needs the driver {driver}; pip install {driver}"):
        load(tmp_path, f"{scheme}://clerk:secret@db/x")  # type: ignore[arg-type]

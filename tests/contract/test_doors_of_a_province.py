"""One made province with every fault, through every door: the answers are the same, byte for byte.

Doors that say all (a workbook, GB18030 files, Parquet, a database) are held to the bundle itself; the standard's tables and
the older feed to the bundle cut down to what they can say (`told_forms`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import lineage
import loaders
from lineage import engine
from lineage.schema import TABLES, ColumnType
from loaders.province import make_province, messy, standard
from queries import check, overview
from queries.catalogue import catalogue
from queries.reconcile import reconcile
from tests.contract.told_forms import as_feed_says, as_standard_says

AT = datetime(2018, 1, 3, tzinfo=UTC)
EVERY_RULE = tuple(rule.name for rule in catalogue())
SQL_TYPES = {ColumnType.MONEY: "numeric(18,2)", ColumnType.DATE: "date", ColumnType.FLAG: "boolean", ColumnType.YEAR: "smallint",
             ColumnType.COUNT: "integer"}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the province's bundle; all its ledgers have one key, so that tokens are equal too."""
    folder = tmp_path_factory.mktemp("doors")
    make_province(folder / "bundle", 200, 7, "all")
    (folder / "key").write_bytes(b"k" * 32)
    (folder / "key").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINEAGE_TOKEN_KEY", str(folder / "key"))
        yield folder


@pytest.fixture(scope="module")
def plain(home: Path) -> dict[str, str]:
    """The answers of the bundle itself."""
    return answers(home / "plain", home / "bundle")


def answers(ledger: Path, source: Path | str, profile: str | None = None) -> dict[str, str]:
    """Every question's answer as JSON: overview in both calibres, all rules, all reports, every payment's sources."""
    assert loaders.load(ledger, source, profile=profile, at=AT).rejects == ()
    opened = lineage.open(ledger)
    out = {
        "overview": overview(opened).to_json(),
        "overview next": overview(opened, calibre="next").to_json(),
        "check": check(opened, EVERY_RULE).to_json(),
        "reconcile": reconcile(opened).to_json(),
    }
    for row in opened.rows("SELECT record FROM payments WHERE NOT is_reversal ORDER BY record"):
        out[row["record"]] = opened.trace(row["record"]).to_json()
    for row in opened.rows("SELECT record FROM allocations ORDER BY record LIMIT 30"):
        out[row["record"]] = opened.trace(row["record"], "down").to_json()
    return {question: json.dumps(answer, ensure_ascii=False, sort_keys=True) for question, answer in out.items()}


def assert_alike(one: dict[str, str], other: dict[str, str]) -> None:
    """No question is answered otherwise."""
    assert len(one) > 200
    assert {question for question in one.keys() | other.keys() if one.get(question) != other.get(question)} == set()


def test_a_workbook_answers_as_the_bundle_does(home: Path, plain: dict[str, str]) -> None:
    assert_alike(answers(home / "workbook", messy.write_workbook(home / "bundle", home / "台账.xlsx")), plain)


def test_chinese_files_in_gb18030_answer_as_the_bundle_does(home: Path, plain: dict[str, str]) -> None:
    messy.write_gb18030(home / "bundle", home / "files")
    assert_alike(answers(home / "gb18030", home / "files"), plain)


def test_parquet_files_answer_as_the_bundle_does(home: Path, plain: dict[str, str]) -> None:
    (home / "parquet").mkdir()
    on = engine.connect()
    for table in TABLES:
        source = f"read_csv({engine.literal(home / 'bundle' / f'{table.name}.csv')}, header = true)"
        on.execute(f"COPY (SELECT * FROM {source}) TO {engine.literal(home / 'parquet' / f'{table.name}.parquet')}")
    assert_alike(answers(home / "of parquet", home / "parquet"), plain)


@pytest.mark.postgres
def test_a_database_answers_as_the_bundle_does(home: Path, plain: dict[str, str], postgres_server: str) -> None:
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA doors")
        for table in TABLES:
            file = home / "bundle" / f"{table.name}.csv"
            names = file.read_text(encoding="utf-8").splitlines()[0].split(",")
            columns = ", ".join(f'"{name}" {SQL_TYPES.get(table.column(name).type, "text")}' for name in names)
            connection.execute(f'CREATE TABLE doors."{table.name}" ({columns})')  # type: ignore[call-overload]
            with connection.cursor().copy(f'COPY doors."{table.name}" FROM STDIN (FORMAT csv, HEADER)') as copy:  # type: ignore[call-overload]
                copy.write(file.read_bytes())
    try:
        assert_alike(answers(home / "database", f"{postgres_server}?options=-csearch_path%3Ddoors"), plain)
    finally:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute("DROP SCHEMA doors CASCADE")


def test_the_tables_of_the_national_standard_answer_as_what_they_can_say_does(home: Path) -> None:
    told = answers(home / "standard", standard.write_standard(home / "bundle", home / "BA"), "budget_integration")
    assert_alike(told, answers(home / "as standard", as_standard_says(home / "bundle", home / "cut for BA")))


def test_the_older_feed_answers_as_what_it_can_say_does(home: Path) -> None:
    told = answers(home / "feed", standard.write_feed(home / "bundle", home / "FPMV"), "fpmv")
    assert_alike(told, answers(home / "as feed", as_feed_says(home / "bundle", home / "cut for FPMV")))

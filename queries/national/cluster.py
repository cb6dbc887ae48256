"""The run itself, and the only module that imports pyspark.

Spark reads the ledger's Parquet, finds the rows in force, splits them by province and hands out the provinces; a task
works one out with `province.work_out`. Invariant: what a province's files hold depends on its rows only, so lost
workers and repeated tasks change nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage import ledger as ledgers
from lineage.errors import Misuse, Unavailable
from lineage.ledger import durable, journal, layers
from lineage.ledger.layers import REMOVED, Layer
from lineage.schema import TABLES, Table
from queries.national import placing
from queries.national.province import Result, Terms, work_out

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

REFUSED = "refused_edges"
UNPLACED = "unplaced_rows"
SUMMARY = "national.json"
_ANSWER = "province string, table string, rows long, fen long, sha256 string"


@dataclass(frozen=True, slots=True)
class National:
    """What a run made: its result files, references that were refused, rows whose province is not known."""

    version: str
    as_of: str
    provinces: tuple[str, ...]
    results: tuple[Result, ...]
    refused: int
    refused_fen: int
    unplaced: Mapping[str, int]

    def total(self, table: str) -> tuple[int, int]:
        """Rows and fen of one result table over all provinces."""
        found = [one for one in self.results if one.table == table]
        return sum(one.rows for one in found), sum(one.fen for one in found)


def run(
    ledger: str | Path,
    target: str | Path,
    master: str = "local[*]",
    *,
    as_of: date | None = None,
    rules: Mapping[str, Any] | None = None,
) -> National:
    """Work out every province of a national ledger into `target`, an empty or new folder that all workers see.

    Raises Misuse (something lies there), NotFound (no ledger), Unavailable (no pyspark, no cluster, a task that fails
    again and again).
    """
    place = Path(target).absolute()
    if place.exists() and any(place.iterdir()):
        raise Misuse(f"{target} is not empty", "name a new folder: results of two runs must not mix")
    view = ledgers.open_ledger(Path(ledger).absolute(), as_of)
    place.mkdir(parents=True, exist_ok=True)
    work = place / f".rows-{uuid.uuid4().hex[:8]}"
    spark = connect(master)
    try:
        return _run(spark, view, place, work, rules or {})
    except _engine_errors() as error:
        reason = str(error).strip().splitlines()
        raise Unavailable(
            f"the cluster at {master} did not finish: {reason[0] if reason else error!r}",
            "look at the Spark log of the failed task, then run it again into a new folder",
        ) from error
    finally:
        spark.stop()
        shutil.rmtree(work, ignore_errors=True)


def connect(master: str) -> SparkSession:
    """A session that runs tasks with this very Python and never guesses an address. Raises Unavailable."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Unavailable(
            "a national run needs Spark", "install the extra: pip install 'fund-lineage[spark]'"
        ) from None
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
        "spark.sql.ansi.enabled": "true",
        "spark.task.maxFailures": "8",
        "spark.speculation": "false",
    }
    made = SparkSession.builder.master(master).appName("lineage national")
    for name, value in settings.items():
        made = made.config(name, value)
    try:
        session = made.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        return session
    except _engine_errors() as error:
        raise Unavailable(
            f"no Spark cluster at {master}: {error}", "see that Java 17 is there and the master runs"
        ) from error


def _run(spark: SparkSession, view: ledgers.Ledger, place: Path, work: Path, rules: Mapping[str, Any]) -> National:
    present = [table for table in TABLES if layers.layers(view.history, table.name)]
    provinces = _split(spark, view, work, present)
    refused = f"file://{place / REFUSED}"
    spark.sql(placing.refused_sql([table.name for table in present])).coalesce(1).write.parquet(refused)
    count, fen = spark.sql(f"SELECT count(*), coalesce(sum(amount_fen), 0) FROM parquet.`{refused}`").collect()[0]
    loaded_at = view.history.last.time if view.history.last else ""
    terms = Terms(
        str(work), str(place), _journal(view.path), view.as_of.isoformat() if view.as_of else "", loaded_at, dict(rules)
    )
    results = _work_out(spark, provinces, terms)
    unplaced = _unplaced(spark, present)
    made = National(view.version, terms.as_of, provinces, results, int(count), int(fen), unplaced)
    durable.write(place / SUMMARY, json.dumps(asdict(made), ensure_ascii=False, indent=1).encode() + b"\n")
    return made


def _split(spark: SparkSession, view: ledgers.Ledger, work: Path, present: list[Table]) -> tuple[str, ...]:
    """Rows in force, one file a table and province, each table read and written once.

    Tables with a division of their own come first: the others are placed by their records.
    """
    for table in present:
        _in_force(spark, table, layers.layers(view.history, table.name)).createOrReplaceTempView(table.name)
    codes = [
        f"SELECT {placing.own_sql(table)} AS province FROM {table.name} t"
        for table in present
        if table.name in ("divisions", "payments")
    ]
    found = (
        spark.sql(f"SELECT DISTINCT province FROM ({' UNION ALL '.join(codes)}) ORDER BY 1").collect() if codes else []
    )
    provinces = tuple(row["province"] for row in found if row["province"])
    listed = ", ".join(f"('{one}')" for one in provinces) or "(CAST(NULL AS string))"
    spark.sql(f"SELECT * FROM VALUES {listed} AS p(province)").createOrReplaceTempView("provinces")
    own = [table for table in present if table.name not in placing.LATER]
    later = [table for table in present if table.name in placing.LATER]
    for table in own:
        _write(spark, table, work)
    for table in later:
        _places(spark, [one for one in (*own, *later[: later.index(table)]) if one.kind])
        _write(spark, table, work)
    _places(spark, [table for table in present if table.kind])
    return provinces


def _write(spark: SparkSession, table: Table, work: Path) -> None:
    """Write a table by province; the view `placed_NAME` reads what was written."""
    place = f"file://{work / table.name}"
    rows = spark.sql(placing.province_sql(table)).repartition("province")
    rows.write.partitionBy("province").parquet(place)
    types = f"{_types(table)}, province string"
    spark.read.schema(types).parquet(place).createOrReplaceTempView(f"placed_{table.name}")


def _places(spark: SparkSession, tables: list[Table]) -> None:
    spark.sql(placing.places_sql([table.name for table in tables])).createOrReplaceTempView("places")
    spark.sql(
        "SELECT id, min(province) AS province FROM places GROUP BY id HAVING count(DISTINCT province) = 1"
    ).createOrReplaceTempView("bare_places")


def _in_force(spark: SparkSession, table: Table, parts: tuple[Layer, ...]) -> DataFrame:
    """For every key the row of the last batch in force that speaks of it: `layers.current_sql` in Spark's words."""
    raw = spark.read.schema(_types(table)).parquet(*(f"file://{part.path.absolute()}" for part in parts))
    hidden = sorted(set[int]().union(*(part.hidden for part in parts)))
    if hidden:
        raw = raw.where(f"batch NOT IN ({', '.join(map(str, hidden))})")
    for until in {part.until for part in parts if part.until is not None}:
        raw = raw.where(f"batch <= {until}")
    if len(parts) > 1 or parts[0].merged:
        raw.createOrReplaceTempView("raw_rows")
        key = ", ".join(f"`{name}`" for name in layers.stored_key(table))
        latest = f"row_number() OVER (PARTITION BY {key} ORDER BY batch DESC) AS place_"
        raw = spark.sql(f"SELECT * FROM (SELECT *, {latest} FROM raw_rows) WHERE place_ = 1").drop("place_")
    return raw.where(f"NOT {REMOVED}")


def _types(table: Table) -> str:
    return ", ".join(f"`{name}` {_SPARK_TYPES[type_.strip()]}" for name, type_ in layers.columns(table).items())


_SPARK_TYPES = {
    "SMALLINT": "smallint",
    "BIGINT": "bigint",
    "INTEGER": "int",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "VARCHAR": "string",
}


def _work_out(spark: SparkSession, provinces: tuple[str, ...], terms: Terms) -> tuple[Result, ...]:
    """A task a province, so that a lost worker costs one province's time."""
    if not provinces:
        return ()

    def task(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        import pyarrow

        for batch in batches:
            found = [
                asdict(one) for number in batch.column("id").to_pylist() for one in work_out(provinces[number], terms)
            ]
            if found:
                yield pyarrow.RecordBatch.from_pylist(found)

    numbers = spark.range(0, len(provinces), 1, len(provinces))
    rows = numbers.mapInArrow(task, _ANSWER).collect()
    return tuple(sorted((Result(**row.asDict()) for row in rows), key=lambda one: (one.table, one.province)))


def _unplaced(spark: SparkSession, present: list[Table]) -> dict[str, int]:
    """Rows that belong to no province, by table: their record is not there, or has no division."""
    parts = [
        f"SELECT '{table.name}' AS name, count(*) AS rows FROM placed_{table.name} WHERE province IS NULL"
        for table in present
    ]
    found = spark.sql(" UNION ALL ".join(parts)).collect() if parts else []
    return {row["name"]: int(row["rows"]) for row in found if row["rows"]}


def _journal(ledger: Path) -> str:
    file = journal.file_of(ledger).absolute()
    return str(file) if file.exists() else ""


def _engine_errors() -> tuple[type[Exception], ...]:
    """What Spark and its bridge to Java raise."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException, PySparkRuntimeError

    return (PySparkException, PySparkRuntimeError, Py4JError)

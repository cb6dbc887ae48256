"""What is odd about a load without being wrong: units that look mistaken, unknown codes, dates ahead, totals rows.

Invariant: a warning changes nothing; every row it speaks of is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lineage import engine
from lineage.engine import Engine, name
from lineage.ledger import Writer, layers
from lineage.money import yuan
from lineage.schema import BUSINESS_DATES, BY_NAME, ColumnType, Table
from lineage.words import Language, say
from loaders.check import Checked, totals_rows
from loaders.incoming import Incoming

CODES = ("divisions", "agencies", "projects")
SCALED = ("allocations", "transfers", "indicators", "payments", "account_entries", "daily_reports")
"""Tables whose amounts are large enough for a wrong unit to be seen."""
ROWS_LEAST = 5
SMALL_MEDIAN_FEN, LARGE_MEDIAN_FEN = 1_000 * 100, 10**13 * 100
"""Between a thousand yuan and ten trillion no guess is made from the amounts alone."""
RATIO_LEAST, RATIO_MOST = 2_000, 50_000


def totals(database: Engine, checked: Checked, one: Incoming, source: int, language: Language) -> list[str]:
    """Totals rows that were left out, and whether they agree with the rows above them."""
    found = totals_rows(database, one)
    out = [say("loaders.warning_totals", language, file=one.raw.file, row=row) for row, _ in found]
    if not found or not checked.table.money:
        return out
    above = _sums_above(database, checked, source, [row for row, _ in found])
    for place, (row, stated) in enumerate(found):
        if stated is None:
            continue
        since = [above[place] - start for start in (*above[:place], 0)]  # of a group, of groups of groups, of all above
        if stated not in (*since, above[-1]):
            summed = since[-2] if place else since[-1]
            out.append(
                say(
                    "loaders.warning_totals_differ",
                    language,
                    file=one.raw.file,
                    row=row,
                    stated=yuan(stated),
                    summed=yuan(summed),
                    difference=yuan(stated - summed),
                )
            )
    return out


def _sums_above(database: Engine, checked: Checked, source: int, rows: list[int]) -> list[int]:
    """The fen of all records above each of the given rows, and of all at the end."""
    listed = ", ".join(f"({row})" for row in rows)
    found = database.execute(
        f"SELECT t.row, coalesce(sum(amount_fen), 0)::BIGINT FROM (VALUES {listed}) t(row) LEFT JOIN "
        f"{checked.relation} r ON r._source = {source} AND r._row < t.row GROUP BY 1 ORDER BY 1"
    ).fetchall()
    whole = f"SELECT coalesce(sum(amount_fen), 0)::BIGINT FROM {checked.relation} WHERE _source = {source}"
    return [*(fen for _, fen in found), engine.row(database, whole)[0]]


def all_of(writer: Writer, checked: Mapping[str, Checked], today: date, language: Language) -> list[str]:
    """All warnings about the rows of a load, in the order of the tables."""
    out: list[str] = []
    for one in checked.values():
        out += _deleted(writer.engine, one, language)
        out += _unknown_codes(writer, checked, one, language)
        out += _dates_ahead(writer.engine, one, today, language)
        out += _scale(writer, one, language)
        out += _over_reversal(writer.engine, one, language)
    return out


def _current(writer: Writer, table: Table) -> str:
    """The rows in force before this load."""
    return layers.current_sql(table, layers.layers(writer.history, table.name))


def _has_rows(writer: Writer, table: Table) -> bool:
    return bool(layers.layers(writer.history, table.name))


def _deleted(database: Engine, one: Checked, language: Language) -> list[str]:
    rows = engine.row(database, f"SELECT count(*) FROM {one.relation} WHERE NOT _bad AND _removed")[0]
    return [say("loaders.warning_deleted", language, table=one.table.name, rows=rows)] if rows else []


def _unknown_codes(writer: Writer, checked: Mapping[str, Checked], one: Checked, language: Language) -> list[str]:
    out = []
    for column in one.table.columns:
        if column.references not in CODES or column.name == "successor":  # a successor comes into force later
            continue
        target = BY_NAME[column.references]
        key = name(target.key[0])
        known = []
        if target.name in checked:
            known.append(f"SELECT {key} FROM {checked[target.name].relation} WHERE NOT _bad")
        if _has_rows(writer, target):
            known.append(f"SELECT {key} FROM ({_current(writer, target)})")
        if not known:
            continue
        found = (
            f"SELECT DISTINCT {name(column.name)} AS code FROM {one.relation} WHERE NOT _bad "
            f"AND {name(column.name)} IS NOT NULL"
        )
        missing = f"SELECT code FROM ({found}) WHERE code NOT IN ({' UNION ALL '.join(known)})"
        count, examples = engine.row(
            writer.engine,
            f"SELECT count(*), string_agg(code, ', ' ORDER BY code) "
            f"FILTER (nth <= 5) FROM (SELECT code, row_number() OVER "
            f"(ORDER BY code) AS nth FROM ({missing}))",
        )
        if count:
            out.append(
                say(
                    "loaders.warning_unknown_code",
                    language,
                    table=one.table.name,
                    column=column.name,
                    codes=count,
                    target=target.zh if language == "zh" else target.en,
                    examples=examples,
                )
            )
    return out


def _dates_ahead(database: Engine, one: Checked, today: date, language: Language) -> list[str]:
    """Dates after the day of the load, in columns the ledger itself does not watch (those of business dates)."""
    out = []
    for column in one.table.columns:
        planned = column.name in ("valid_to", "valid_from", BUSINESS_DATES.get(one.table.name))
        if column.type is not ColumnType.DATE or planned:
            continue
        rows, latest = engine.row(
            database,
            f"SELECT count(*), max({name(column.name)}) FROM {one.relation} "
            f"WHERE NOT _bad AND {name(column.name)} > DATE '{today.isoformat()}'",
        )
        if rows:
            out.append(
                say(
                    "loaders.warning_future",
                    language,
                    table=one.table.name,
                    column=column.name,
                    rows=rows,
                    latest=latest,
                    today=today,
                )
            )
    return out


def _scale(writer: Writer, one: Checked, language: Language) -> list[str]:
    """A guess at a wrong unit: by the same records' old amounts, by the ledger's usual amounts, by size alone."""
    table = one.table
    if table.name not in SCALED:
        return []
    rows, median = engine.row(
        writer.engine,
        f"SELECT count(*), median(abs(amount_fen))::BIGINT FROM {one.relation} WHERE NOT _bad AND amount_fen <> 0",
    )
    if rows < ROWS_LEAST:
        return []
    if _has_rows(writer, table):
        return _scale_by_ledger(writer, one, median, language)
    if median < SMALL_MEDIAN_FEN:
        return [say("loaders.warning_scale_small", language, table=table.name, rows=rows, median=yuan(median))]
    if median > LARGE_MEDIAN_FEN:
        return [say("loaders.warning_scale_large", language, table=table.name, rows=rows, median=yuan(median))]
    return []


def _scale_by_ledger(writer: Writer, one: Checked, median: int, language: Language) -> list[str]:
    current = _current(writer, one.table)
    joined = " AND ".join(f"n.{key} IS NOT DISTINCT FROM o.{key}" for key in one.keys.split(", "))
    times = " OR ".join(  # divided, for the product of an amount near the limit and 10,000 is no int64
        f"({large}.amount_fen % 10000 = 0 AND {large}.amount_fen // 10000 = {small}.amount_fen)"
        for large, small in (("n", "o"), ("o", "n"))
    )
    times = f"({times}) AND o.amount_fen <> 0"
    shared, exact = engine.row(
        writer.engine,
        f"SELECT count(*), count(*) FILTER ({times}) FROM {one.relation} n "
        f"JOIN ({current}) o ON {joined} WHERE NOT n._bad",
    )
    if exact and exact * 2 >= shared:
        return [say("loaders.warning_scale_correction", language, table=one.table.name, rows=exact)]
    known = engine.row(writer.engine, f"SELECT median(abs(amount_fen))::BIGINT FROM ({current}) WHERE amount_fen <> 0")[
        0
    ]
    if not known or not median:
        return []
    ratio = max(median, known) // max(1, min(median, known))
    if not RATIO_LEAST <= ratio <= RATIO_MOST:
        return []
    return [say("loaders.warning_scale_ledger", language, table=one.table.name, median=yuan(median), known=yuan(known))]


def _over_reversal(database: Engine, one: Checked, language: Language) -> list[str]:
    """Records that the load's own reversals take back by more than their amount."""
    if "reverses" not in one.table.names:
        return []
    key, kind = name(one.table.key[0]), one.table.kind
    back = (
        f"SELECT CASE WHEN starts_with(reverses, '{kind}:') THEN substr(reverses, {len(kind) + 2}) ELSE reverses END "
        f"AS id, sum(amount_fen) AS fen FROM {one.relation} WHERE NOT _bad AND reverses IS NOT NULL GROUP BY 1"
    )
    count, examples = engine.row(
        database,
        f"SELECT count(*), string_agg(id, ', ' ORDER BY id) FILTER (nth <= 5) FROM (SELECT b.id, row_number() "
        f"OVER (ORDER BY b.id) AS nth FROM ({back}) b JOIN {one.relation} o ON o.{key} = b.id "
        "WHERE NOT o._bad AND o.amount_fen + b.fen < 0)",
    )
    if not count:
        return []
    return [say("loaders.warning_over_reversal", language, table=one.table.name, rows=count, examples=examples)]

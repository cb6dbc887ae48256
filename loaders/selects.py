"""Profiles that join or split: a file becomes a view, and one SQL select a table makes that table's rows from it.

In a view every column is VARCHAR under the file's own header, trimmed, beside `_file`, `_sheet` and `_row`. A select
gives columns by the table's names; it should pass `_row` on, so that rejects can name the row. Invariant: rows of
the file that reach no table are counted and named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatch

from lineage.engine import Engine, EngineError, literal, name, row, rows
from lineage.errors import Misuse
from lineage.words import Language, say
from loaders import cells
from loaders.headers import heading
from loaders.incoming import Incoming, from_select
from loaders.profile import Input, Profile
from loaders.raw import RawTable, Unrecognised


def claim(profile: Profile, raw: RawTable) -> Input | None:
    """The input of the profile that this file is, by its headers or else its name; None where it is none."""
    headers = {heading(header).whole for header in raw.headers}
    for one in profile.inputs:
        named = not one.files or any(
            fnmatch(raw.file.lower(), pattern.lower()) or fnmatch(raw.sheet.lower(), pattern.lower())
            for pattern in one.files
        )
        headed = all(heading(header).whole in headers for header in one.headers)
        if headed and (named or one.headers):
            return one
    return None


def with_overflow(one: Input, raw: RawTable) -> RawTable:
    """The file with its too wide records taken in, where the input names the column that overflows."""
    if not one.overflow or not raw.wider:
        return raw
    kept = tuple(torn for torn in raw.malformed if int(dict(torn.values).get("found", 0)) <= len(raw.headers))  # type: ignore[call-overload]
    return replace(raw, where=f"({raw.where}) OR ({raw.wider})", malformed=kept)


def make_views(engine: Engine, claimed: Mapping[str, Sequence[RawTable]], inputs: Sequence[Input]) -> None:
    """A view an input over the files claimed for it; an input that was not given is empty, with its named headers."""
    for one in inputs:
        raws = claimed.get(one.name, ())
        parts = [*(_view(one, raw) for raw in raws), _nothing(one)]
        engine.execute(f"CREATE OR REPLACE TEMP VIEW {name(one.name)} AS {' UNION ALL BY NAME '.join(parts)}")


def run_selects(engine: Engine, profile: Profile) -> Iterator[Incoming]:
    """The rows that the profile's selects make, table by table. Raises Misuse where a select cannot be run."""
    for table_name in profile.selects:
        said = profile.table(table_name)
        relation = f"made_{table_name}"
        try:
            engine.execute(f"CREATE OR REPLACE TEMP TABLE {relation}_typed AS {said.select.strip().rstrip(';')}")
        except EngineError as error:
            raise Misuse(
                f"profile {profile.name}: table.{table_name}.select cannot be run: {str(error).splitlines()[0][:300]}"
            ) from error
        columns = [str(one[0]) for one in engine.execute(f"DESCRIBE {relation}_typed").fetchall()]
        yield from_select(table_name, _as_text(engine, relation, columns, profile), said)


def own_checks(engine: Engine, profile: Profile, language: Language) -> list[str]:
    """What the profile's own checks find among its inputs."""
    out: list[str] = []
    for one in profile.checks:
        try:
            found = rows(engine, one.select)
        except EngineError as error:
            raise Misuse(
                f"profile {profile.name}: a check cannot be run: {str(error).splitlines()[0][:300]}"
            ) from error
        out += [(one.zh if language == "zh" else one.en).format_map(said) for said in found]
    return out


def unused_rows(engine: Engine, raws: Sequence[RawTable], made: Sequence[Incoming], language: Language) -> list[str]:
    """Warnings about rows of the inputs that no select took up."""
    if not made or not raws:
        return []
    taken = " UNION ALL ".join(f"SELECT _file, _row FROM {one.raw.relation}" for one in made)
    warnings = []
    for raw in raws:
        left = (
            f"SELECT {raw.row_sql} AS _row FROM {raw.relation} WHERE ({raw.where}) AND ({raw.row_sql}) NOT IN "
            f"(SELECT _row FROM ({taken}) WHERE _row IS NOT NULL AND _file = {literal(raw.file)})"
        )
        count, first = row(engine, f"SELECT count(*), min(_row) FROM ({left})")
        if count:
            warnings.append(say("loaders.warning_unused", language, file=raw.file, rows=count, examples=first))
    return warnings


def _view(one: Input, raw: RawTable) -> str:
    seen: set[str] = set()
    columns = []
    for place, header in enumerate(raw.headers):
        label = header.strip()
        if label and label.lower() not in seen:
            seen.add(label.lower())
            cell = f"c{place}"
            if raw.beyond and label == one.overflow:
                cell = f"concat_ws(',', {cell}, {', '.join(raw.beyond)})"
            columns.append(f"{cells.trimmed(cell)} AS {name(label)}")
    provenance = f"{literal(raw.file)} AS _file, {literal(raw.sheet)} AS _sheet, {raw.row_sql} AS _row"
    return f"SELECT {', '.join(columns)}, {provenance} FROM {raw.relation} WHERE {raw.where}"


def _nothing(one: Input) -> str:
    columns = "".join(f"NULL::VARCHAR AS {name(header)}, " for header in (*one.headers, *one.columns))
    return f"SELECT {columns}NULL::VARCHAR AS _file, NULL::VARCHAR AS _sheet, NULL::BIGINT AS _row WHERE false"


def _as_text(engine: Engine, relation: str, columns: Sequence[str], profile: Profile) -> RawTable:
    """The select's answer as a raw table: cells c0 … as text."""
    own = [column for column in columns if column not in ("_file", "_sheet", "_row")]
    if not own:
        raise Unrecognised(f"profile {profile.name}: the select of {relation.removeprefix('made_')} gives no column")
    chosen = [f"{name(column)}::VARCHAR AS c{place}" for place, column in enumerate(own)]
    chosen += [
        f"{column if column in columns else default} AS {column}"
        for column, default in (("_file", literal(profile.name)), ("_sheet", "''"), ("_row", "NULL::BIGINT"))
    ]
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT {', '.join(chosen)} FROM {relation}_typed")
    return RawTable(relation, tuple(own), profile.name, row_sql="_row")

"""Profiles: TOML files that say how somebody's files become the tables of the contract.

A profile maps headers, gives constants, units, date forms, code lists, composed ids and deletion marks by
table, or states one SQL select a table where a file must be joined or split. Invariant: a profile is data;
it is read and judged whole before any row is, and what it cannot mean is misuse with the key's name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lineage.errors import Misuse, NotFound
from lineage.schema import BY_NAME, Table
from loaders.headers import FEN_PER_UNIT

SHIPPED = Path(__file__).parent / "profiles"
_EMPTY: Mapping[str, Any] = MappingProxyType({})
_PROFILE_KEYS = {"title", "inputs", "with", "table", "notes", "checks", "database"}
_TABLE_KEYS = {"headers", "constants", "units", "dates", "codes", "ids", "deleted", "select", "extras"}
_PLAIN = (str, int, float, date, time)
"""What a constant or a code may be written as: it is taken as its text."""
_TEXTS = [str]
_SHAPE = {
    "title": {"*": str},
    "inputs": {"*": {"files": (str, _TEXTS), "headers": _TEXTS, "columns": _TEXTS, "overflow": str, "lookup": bool}},
    "with": _TEXTS,
    "table": {
        "*": {
            "headers": {"*": str},
            "constants": {"*": _PLAIN},
            "units": {"*": str},
            "dates": {"*": (str, _TEXTS)},
            "codes": {"*": {"*": _PLAIN}},
            "ids": {"*": {"prefix": str, "from": _TEXTS, "separator": str}},
            "deleted": {"column": str, "values": [_PLAIN]},
            "select": str,
            "extras": _TEXTS,
        }
    },
    "database": {"overlap_hours": int, "queries": {"*": {"select": str, "watermark": str, "key": str}}},
}
"""Of what kind each part is: a type, some types of which one must fit, a list of one kind, names with their kinds."""
_INPUT_KEYS = {"files", "headers", "columns", "overflow", "lookup"}


@dataclass(frozen=True, slots=True)
class ComposedId:
    """An id that is unique only in its place: `prefix` before it, or `parts` (headers of the file) joined."""

    prefix: str = ""
    parts: tuple[str, ...] = ()
    separator: str = "-"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A deletion mark of the source: rows whose `header` holds one of `values` are left out, and counted."""

    header: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableProfile:
    """What a profile says of one table."""

    headers: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    constants: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    units: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    dates: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _EMPTY)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _EMPTY)
    ids: Mapping[str, ComposedId] = field(default_factory=lambda: _EMPTY)
    deleted: Deleted | None = None
    select: str = ""
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """A file or sheet a select reads: known by its name (a pattern) or by headers that must all be there.

    `columns` may be missing: the view has them all the same, empty. `overflow` names the column of free text that takes
    the cells beyond the heading's (an unquoted delimiter in it); `lookup` says that no table is made of its rows.
    """

    name: str
    files: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    overflow: str = ""
    lookup: bool = False


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """A profile's own check: each row of the select is a warning, its columns filled into the text."""

    zh: str
    en: str
    select: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, read and checked. `beside` are files that are loaded along, by table."""

    name: str
    title_zh: str = ""
    title_en: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    inputs: tuple[Input, ...] = ()
    checks: tuple[OwnCheck, ...] = ()
    tables: Mapping[str, TableProfile] = field(default_factory=lambda: _EMPTY)
    beside: tuple[Path, ...] = ()
    database: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)

    def table(self, name: str) -> TableProfile:
        """What the profile says of a table; nothing where it does not name it."""
        return self.tables.get(name, NOTHING)

    @property
    def selects(self) -> tuple[str, ...]:
        """Names of the tables that are made by a select, in the order of the file."""
        return tuple(name for name, one in self.tables.items() if one.select)


NOTHING = TableProfile()
NO_PROFILE = Profile("")


def shipped() -> tuple[str, ...]:
    """Names of the profiles that come with the engine."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def read_profile(name: str | Path | None) -> Profile:
    """A shipped profile by name, or one of your own by path. Raises NotFound, and Misuse where it makes no sense."""
    if name is None:
        return NO_PROFILE
    path = Path(name)
    if path.suffix != ".toml" and (SHIPPED / f"{name}.toml").is_file():
        path = SHIPPED / f"{name}.toml"
    if not path.is_file():
        raise NotFound(
            f'found no profile "{name}"',
            f"shipped are {', '.join(shipped())}; or give the path of a .toml file",
            near=shipped(),
        )
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Misuse(f"{path.name}: is no TOML: {error}") from error
    try:
        return _profile(path, said)
    except (KeyError, TypeError, AttributeError) as error:
        raise Misuse(f"{path.name}: a part is of another kind than expected: {error}") from error


def _profile(path: Path, said: Mapping[str, Any]) -> Profile:
    _only(path.name, said, _PROFILE_KEYS)
    _fits(path.name, said, _SHAPE)
    if not {"table", "inputs", "database", "with"} & set(said):
        raise Misuse(f"{path.name}: says nothing of any table", "expected [table.NAME], [inputs.NAME] or [database]")
    title = said.get("title", {})
    inputs = tuple(_input(path.name, name, one) for name, one in said.get("inputs", {}).items())
    tables = {name: _table(f"{path.name}: table.{name}", name, one) for name, one in said.get("table", {}).items()}
    beside = tuple((path.parent / one).resolve() for one in said.get("with", ()))
    for one in beside:
        if not one.is_file():
            raise Misuse(f'{path.name}: with: found no file "{one}"')
    for part, keys in (("notes", ("zh", "en")), ("checks", ("zh", "en", "select"))):
        for number, one in enumerate(said.get(part, ()), 1):
            _has(f"{path.name}: {part} {number}", one, keys)
    notes = tuple((one["zh"], one["en"]) for one in said.get("notes", ()))
    return Profile(
        path.stem,
        title.get("zh", path.stem),
        title.get("en", path.stem),
        notes,
        inputs,
        tuple(OwnCheck(one["zh"], one["en"], one["select"]) for one in said.get("checks", ())),
        MappingProxyType(tables),
        beside,
        MappingProxyType(said.get("database", {})),
    )


def _fits(place: str, said: object, shape: Any) -> None:
    """Raises Misuse where a part is of another kind; names that are not in the shape are judged elsewhere."""
    if isinstance(shape, dict):
        if not isinstance(said, Mapping):
            raise Misuse(f"{place}: found {said!r:.80}, expected a table")
        for key, part in said.items():
            if within := shape.get(key, shape.get("*")):
                _fits(f"{place}: {key}", part, within)
    elif not _is(said, shape):
        raise Misuse(f"{place}: found {said!r:.80}, expected {_named(shape)}")


def _is(said: object, shape: Any) -> bool:
    if isinstance(shape, tuple):
        return any(_is(said, one) for one in shape)
    if isinstance(shape, list):
        return isinstance(said, list) and all(_is(one, shape[0]) for one in said)
    return isinstance(said, shape)


def _named(shape: Any) -> str:
    names = {str: "a text", int: "a whole number", bool: "true or false"}
    if isinstance(shape, list):
        return "a list of texts" if shape == _TEXTS else "a list"
    return " or ".join(map(_named, shape)) if isinstance(shape, tuple) else names.get(shape, shape.__name__)


def _input(place: str, name: str, said: Mapping[str, Any]) -> Input:
    _only(f"{place}: inputs.{name}", said, _INPUT_KEYS)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise Misuse(f'{place}: inputs: found the name "{name}", expected letters, digits and _')
    files = said.get("files", ())
    patterns = (files,) if isinstance(files, str) else tuple(files)
    return Input(
        name,
        patterns,
        tuple(said.get("headers", ())),
        tuple(said.get("columns", ())),
        said.get("overflow", ""),
        bool(said.get("lookup", False)),
    )


def _table(place: str, name: str, said: Mapping[str, Any]) -> TableProfile:
    if name not in BY_NAME:
        raise Misuse(f'{place}: found no table "{name}"', f"tables are {', '.join(BY_NAME)}")
    _only(place, said, _TABLE_KEYS)
    table = BY_NAME[name]
    _columns(f"{place}.headers", table, [one for one in said.get("headers", {}).values() if one])
    for part in ("constants", "units", "dates", "codes", "ids"):
        _columns(f"{place}.{part}", table, list(said.get(part, {})))
    return TableProfile(
        headers=MappingProxyType(dict(said.get("headers", {}))),
        constants=MappingProxyType({column: str(value) for column, value in said.get("constants", {}).items()}),
        units=MappingProxyType({column: _unit(place, unit) for column, unit in said.get("units", {}).items()}),
        dates=MappingProxyType(
            {
                column: (form,) if isinstance(form, str) else tuple(form)
                for column, form in said.get("dates", {}).items()
            }
        ),
        codes=MappingProxyType(
            {
                column: MappingProxyType({str(found): str(code) for found, code in listed.items()})
                for column, listed in said.get("codes", {}).items()
            }
        ),
        ids=MappingProxyType(
            {column: _composed(f"{place}.ids.{column}", one) for column, one in said.get("ids", {}).items()}
        ),
        deleted=_deleted(place, said.get("deleted")),
        select=said.get("select", ""),
        extras=tuple(said.get("extras", ())),
    )


def _unit(place: str, unit: str) -> int:
    if unit not in FEN_PER_UNIT:
        raise Misuse(f'{place}.units: found "{unit}", expected one of {", ".join(FEN_PER_UNIT)}')
    return FEN_PER_UNIT[unit]


def _composed(place: str, said: Mapping[str, Any]) -> ComposedId:
    _only(place, said, {"prefix", "from", "separator"})
    return ComposedId(said.get("prefix", ""), tuple(said.get("from", ())), said.get("separator", "-"))


def _deleted(place: str, said: Mapping[str, Any] | None) -> Deleted | None:
    if said is None:
        return None
    _only(f"{place}.deleted", said, {"column", "values"})
    if "column" not in said or not said.get("values"):
        raise Misuse(f"{place}.deleted: expected column and values")
    return Deleted(said["column"], tuple(str(value) for value in said["values"]))


def _only(place: str, said: Mapping[str, Any], known: set[str]) -> None:
    for key in said:
        if key not in known:
            raise Misuse(f'{place}: found the key "{key}", expected {", ".join(sorted(known))}')


def _has(place: str, said: object, keys: tuple[str, ...]) -> None:
    if not isinstance(said, Mapping) or not all(isinstance(said.get(key), str) for key in keys):
        raise Misuse(f"{place}: expected {', '.join(keys)}, each a text")


def _columns(place: str, table: Table, names: list[str]) -> None:
    for name in names:
        if name not in table.names:
            raise Misuse(f'{place}: found no column "{name}" in {table.name}', f"columns are {', '.join(table.names)}")

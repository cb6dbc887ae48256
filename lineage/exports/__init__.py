"""Trails in the formats people take away: JSON, CSV, XLSX, GraphML, PROV-JSON, data frames.

Every format holds the same rows as the answer on the screen. Cells that a spreadsheet would run as a formula are
disarmed. Nothing here computes an amount.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from lineage.errors import Misuse

if TYPE_CHECKING:
    from lineage.trail import Trail

FORMATS = MappingProxyType({
    "json": "lineage.exports.json_text:write",
    "csv": "lineage.exports.csv_text:write",
    "xlsx": "lineage.exports.workbook:write",
    "graphml": "lineage.exports.graphml:write",
    "prov-json": "lineage.exports.prov_json:write",
})


def write(trail: Trail, path: Path, form: str = "") -> None:
    """Write a trail to a file; without a format, by the file's ending. Raises Misuse for a format there is none of."""
    form = form or path.suffix.removeprefix(".").lower()
    must_be_known(form, FORMATS)
    module, _, name = FORMATS[form].partition(":")
    cast(Callable[["Trail", Path], None], getattr(import_module(module), name))(trail, path)


def must_be_known(form: str, known: Collection[str] = (*FORMATS, "html")) -> None:
    """Raises Misuse unless this is the name of a format in which a trail can be had."""
    if form not in known:
        raise Misuse(f'format: found "{form}", expected one of {", ".join((*sorted(FORMATS), "html"))}',
                     "name it with --format, or by the file's ending")

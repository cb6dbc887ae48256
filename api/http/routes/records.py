"""Records, their lineage, movements between them, their graph page and exports."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal
from typing import get_args as choices_of

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from api.access.hiding import trail_json, trail_within
from api.access.scopes import division_of, seen
from api.access.unmasking import unmasked
from api.http import shapes
from api.http.asking import Asker, Viewing, answer, etag_of
from api.http.problems import header_text
from api.http.told import Told
from lineage import stores
from lineage.attribution import POLICIES
from lineage.between import MOST, Links, between, between_records, names_a_side
from lineage.errors import Misuse, NotFound
from lineage.money import yuan
from lineage.schema import BY_KIND, ColumnType, Sensitive
from lineage.subgraph import Direction
from lineage.trail import Trail
from lineage.words import say
from queries.territory import division_names

routes = APIRouter(tags=["records"])
Policy = Literal["pro-rata", "rolling", "fifo", "lifo", "libr", "poverty-first", "poison"]
assert choices_of(Policy) == tuple(POLICIES)
Record = Annotated[
    str, InPath(min_length=1, max_length=400, description="kind:id, percent-encoded", examples=["payment:P-00000376"])
]
Depth = Annotated[int | None, Query(ge=0, le=1_000_000, description="hops shown; all without it")]
FanOut = Annotated[int, Query(ge=1, le=10_000, description="neighbours of one record shown")]
Side = Annotated[str, Query(min_length=1, max_length=400, description="a record, a division or a payee")]
Lang = Literal["zh", "en"]
RECORDS_MOST = 1_000
ALL = 2**62
EXPORTS = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "graphml": "application/xml",
    "prov-json": "application/json",
    "html": "text/html; charset=utf-8",
}
Export = Literal["json", "csv", "xlsx", "graphml", "prov-json", "html"]
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


class ManyRecords(BaseModel):
    """Many records to trace at once."""

    model_config = ConfigDict(extra="forbid", strict=True)
    records: list[Annotated[str, Field(min_length=1, max_length=400)]] = Field(
        min_length=1, max_length=RECORDS_MOST, examples=[["payment:P-00000376"]]
    )
    direction: Literal["up", "down"] = "up"
    policy: Policy = "pro-rata"
    depth: int | None = Field(None, ge=0, le=1_000_000)
    fan_out: int = Field(200, ge=1, le=10_000)
    bounds: bool = False


@routes.get("/records/{record:record}", operation_id="get_record", responses={200: {"model": shapes.Record}})
def record(
    asker: Viewing,
    record: Record,
    unmask: Annotated[bool, Query(description="clear numbers: role unmask, X-Purpose header, logged")] = False,
) -> Response:
    """One record as it stands in its table; identity and account numbers only masked.

    `unmask=true` takes the role `unmask`, an `X-Purpose` header that says why, and a site that keeps clear values.
    """
    if unmask:
        asker.must("unmask")
    name = seen(asker.ledger, asker.scope, record)
    kind = name.partition(":")[0]
    table = BY_KIND[kind]
    row = asker.ledger.rows(f"SELECT * FROM {table.name} WHERE record = $1", (name,))[0]
    shown: dict[str, Any] = {"record": name, "kind": kind}
    for column in table.columns:
        value = row[column.stored]
        if column.sensitive is not Sensitive.NO:
            value = row.get(f"{column.name}_masked")
        elif column.type is ColumnType.MONEY:
            value = None if value is None else yuan(value)
        elif isinstance(value, str) and (column.references or column.name == "reverses"):
            value = _reference(asker, column.references or table.name, value)
        shown[column.name] = value.isoformat() if hasattr(value, "isoformat") else value
    if unmask:
        clear = unmasked(asker.ledger, table, row, header_text(asker.request, "x-purpose"))
        asker.noted(unmasked=name, unmasked_columns=sorted(clear))
        shown |= clear
    node = asker.ledger.graph.find(name)
    shown["state"] = asker.ledger.graph.state(node) if node >= 0 else None
    shown |= {key: row.get(key) for key in ("batch", "file", "sheet", "row")}
    return answer(asker, shown)


def record_fields(asker: Asker, name: str, lang: Literal["zh", "en"]) -> list[tuple[str, str]]:
    """A record's filled columns with their labels, numbers of persons and accounts only masked; and where it was read.

    The record must have been `seen` before.
    """
    table = BY_KIND[name.partition(":")[0]]
    rows = asker.ledger.rows(f"SELECT * FROM {table.name} WHERE record = $1", (name,))
    row = rows[0]
    fields = []
    for column in table.columns:
        value = row[column.stored] if column.sensitive is Sensitive.NO else row.get(f"{column.name}_masked")
        if isinstance(value, str) and (column.references or column.name == "reverses"):
            value = _reference(asker, column.references or table.name, value)
        if value not in (None, ""):
            shown = yuan(value) if column.type is ColumnType.MONEY else str(value)
            fields.append((column.zh if lang == "zh" else column.en, shown))
    place = " · ".join(str(row[key]) for key in ("file", "sheet", "row") if row.get(key))
    return [*fields, (say("viz.file", lang), f"{place} ({say('viz.row', lang)})"), ("batch", str(row.get("batch", "")))]


def _reference(asker: Asker, tables: str, value: str) -> str:
    """What a record names: itself where it lies inside (or nowhere), `hidden` where it lies outside."""
    if asker.scope.divisions is None or "division" in tables:
        return value
    kinds = [table.kind for table in BY_KIND.values() if table.name in tables.split("|")]
    named = [value] if value.partition(":")[0] in BY_KIND else [f"{kind}:{value}" for kind in kinds]
    there = [found for one in named for found in asker.ledger.bearers(one)]
    outside = [found for found in there if not asker.scope.holds(division_of(asker.ledger, found))]
    return "hidden" if outside else value


@routes.get(
    "/records/{record:record}/lineage", operation_id="get_lineage", responses={200: {"model": shapes.TrailAnswer}}
)
def lineage(
    asker: Viewing,
    record: Record,
    direction: Direction = "up",
    depth: Depth = None,
    fan_out: FanOut = 200,
    policy: Policy = "pro-rata",
    bounds: Annotated[bool, Query(description="the provable least and most of each source")] = False,
) -> Response:
    """Trace a record up to its sources or down to its payees, amounts attributed to the fen."""
    trail = _trail(asker, record, direction, policy, depth=depth, fan_out=fan_out, bounds=bounds)
    return answer(asker, trail_json(trail, asker.scope, asker.ledger), version=trail.version)


@routes.post("/lineage", operation_id="post_lineage", responses={200: {"model": shapes.Trails}})
def many(asker: Viewing, asked: ManyRecords) -> Response:
    """Trace many records; each answer as for one, in the order asked. One that is not there stops all, by its name."""
    shown = {"depth": asked.depth, "fan_out": asked.fan_out, "bounds": asked.bounds}
    trails = [_trail(asker, record, asked.direction, asked.policy, **shown) for record in asked.records]
    versions = {trail.version for trail in trails}
    if len(versions) > 1:  # a publish came between; half of each would be no answer
        raise Told(503, "graph_changed")
    body = {"trails": [trail_json(trail, asker.scope, asker.ledger) for trail in trails]}
    return answer(asker, body, version=trails[0].version)


@routes.get("/links", operation_id="get_links", responses={200: {"model": shapes.Links}})
def links(
    asker: Viewing,
    one: Annotated[Side, Query(alias="from", examples=["allocation:A-00000016"])],
    other: Annotated[Side, Query(alias="to", examples=["payment:P-00000376"])],
) -> Response:
    """All movements between two records, divisions or payees; those outside the asker's divisions are left out."""
    ledger = asker.ledger
    if names_a_side(ledger, one) or names_a_side(ledger, other):
        sides = [_side(asker, text) for text in (one, other)]
        found = between(ledger, *sides, most=ALL)
    else:
        ends = [seen(ledger, asker.scope, text) for text in (one, other)]
        found = between_records(asker.service.home(ledger), *ends, most=ALL)
    return answer(asker, _links_within(asker, found).first(MOST).to_json())


def _side(asker: Asker, text: str) -> str:
    """A side as asked, if it is there for this asker. Raises NotFound, alike for outside and nowhere."""
    if asker.scope.divisions is None:
        return text
    ledger, plain = asker.ledger, text.removeprefix("division:").removeprefix("payee:")
    inside = sorted(asker.scope.divisions)
    if not text.startswith("payee:"):
        rows = ledger.rows(
            "SELECT 1 FROM divisions WHERE (division_code = $1 OR name = $1) AND division_code IN (SELECT unnest($2))",
            (plain, inside),
        )
        if rows:
            return text
    if not text.startswith("division:"):
        rows = ledger.rows(
            "SELECT 1 FROM payments WHERE payee_name = $1 AND division_code IN (SELECT unnest($2)) LIMIT 1",
            (plain, inside),
        )
        if rows:
            return f"payee:{plain}"
    if text == plain:
        return seen(ledger, asker.scope, text)
    raise NotFound(f"there is no {text.partition(':')[0]} {plain}", "find it with search")


def _links_within(asker: Asker, found: Links) -> Links:
    """Those movements whose ends both lie inside."""
    if asker.scope.divisions is None:
        return found
    known: dict[str, bool] = {}

    def inside(record: str) -> bool:
        if record not in known:
            known[record] = asker.scope.holds(division_of(asker.ledger, record))
        return known[record]

    kept = tuple(edge for edge in found.movements if inside(edge.source) and inside(edge.target))
    return Links(found.one, found.other, kept, 0)


@routes.get(
    "/graph/{record:record}.html",
    operation_id="get_graph_page",
    response_class=HTMLResponse,
    responses={200: {"description": "one page that fetches nothing"}},
)
def graph_page(
    asker: Viewing,
    record: Record,
    direction: Direction = "up",
    policy: Policy = "pro-rata",
    lang: Lang = "zh",
    bounds: bool = False,
) -> Response:
    """The record's trail as one interactive page that asks the network for nothing."""
    return _page(asker, _trail(asker, record, direction, policy, bounds=bounds), lang)


@routes.get(
    "/export/{record:record}",
    operation_id="export_record",
    response_class=Response,
    responses={
        200: {
            "description": "the trail as a file",
            "content": {media.partition(";")[0]: {"schema": {}} for media in EXPORTS.values()},
        }
    },
)
def export(
    asker: Viewing,
    record: Record,
    form: Annotated[Export, Query(alias="format")] = "json",
    direction: Direction = "up",
    policy: Policy = "pro-rata",
    lang: Lang = "zh",
) -> Response:
    """The trail as a file: json, csv, xlsx, graphml, prov-json, html. Formulas in cells cannot run."""
    from lineage.exports import write

    trail = _trail(asker, record, direction, policy)
    name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in trail.record)
    ending = "prov.json" if form == "prov-json" else form
    if form in ("html", "json"):
        page = _page(asker, trail, lang) if form == "html" else None
        found = page or answer(asker, trail_json(trail, asker.scope, asker.ledger), version=trail.version)
        found.headers["Content-Disposition"] = f'attachment; filename="{_ascii(name)}.{ending}"'
        return found
    with tempfile.NamedTemporaryFile(suffix=f".{ending}", delete=False) as file:
        path = Path(file.name)
    try:
        write(trail_within(trail, asker.scope, asker.ledger), path, form)
    except BaseException:
        path.unlink()
        raise
    headers = {"ETag": etag_of(asker, trail.version), "Cache-Control": "private, no-cache"}
    gone = BackgroundTask(path.unlink)
    return FileResponse(
        path, headers=headers, media_type=EXPORTS[form], filename=f"{name}.{ending}", background=gone
    )


def _ascii(name: str) -> str:
    return name.encode("ascii", "replace").decode().replace("?", "_")


def _page(asker: Asker, trail: Trail, lang: Lang) -> Response:
    from viz import view

    shown = trail_json(trail, asker.scope, asker.ledger)
    codes = {node["division_code"] for node in shown["nodes"]}
    names = {code: name for code, name in division_names(asker.ledger).items() if code in codes}
    headers = {"Content-Security-Policy": PAGE_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    headers |= {"ETag": etag_of(asker, trail.version), "Cache-Control": "private, no-cache"}
    return HTMLResponse(view(shown, lang=lang, divisions=names), headers=headers)


def _trail(asker: Asker, record: str, direction: Direction, policy: str, **shown: Any) -> Trail:
    """A trail out of the graph's home. Errors name nothing outside the asker's divisions."""
    name = seen(asker.ledger, asker.scope, record)
    try:
        return stores.trace(asker.service.home(asker.ledger), name, direction, policy, **shown)
    except NotFound as error:
        if asker.service.is_asked_remotely(asker.ledger):  # in the ledger, not yet in the published graph
            raise Told(503, "not_published", record=name) from error
        raise
    except Misuse as error:
        if asker.scope.divisions is None:
            raise
        raise Misuse(asker.words.text(error.message, "en"), asker.words.text(error.hint, "en")) from error

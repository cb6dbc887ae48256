"""Records, their lineage, movements between them, their graph page and exports."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from api.access.scopes import all_seen, seen, trail_json
from api.http.asking import Asker, Reading, answer
from lineage import stores
from lineage.attribution import POLICIES
from lineage.between import between_records
from lineage.errors import Misuse
from lineage.money import yuan
from lineage.schema import BY_KIND, ColumnType, Sensitive
from lineage.subgraph import Direction
from lineage.trail import Trail
from lineage.words import say
from queries.territory import division_names

routes = APIRouter(tags=["records"])
Policy = Annotated[str, Query(description=f"one of {', '.join(POLICIES)}")]
RECORDS_MOST = 1_000
EXPORTS = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "graphml": "application/xml",
    "prov-json": "application/json",
    "html": "text/html",
}
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


class ManyRecords(BaseModel):
    """Many records to trace at once."""

    model_config = ConfigDict(extra="forbid")
    records: list[str] = Field(min_length=1, max_length=RECORDS_MOST, examples=[["payment:P-00000001"]])
    direction: Literal["up", "down"] = "up"
    policy: str = "pro-rata"


@routes.get("/records/{record}", operation_id="get_record")
def record(asker: Reading, record: str) -> Response:
    """One record as it stands in its table; identity and account numbers only masked."""
    name = seen(asker.ledger, asker.scope, record)
    kind = name.partition(":")[0]
    table = BY_KIND[kind]
    rows = asker.ledger.rows(f"SELECT * FROM {table.name} WHERE record = $1", (name,))
    shown: dict[str, Any] = {"record": name, "kind": kind}
    for column in table.columns:
        value = rows[0][column.stored]
        if column.sensitive is not Sensitive.NO:
            value = rows[0].get(f"{column.name}_masked")
        elif column.type is ColumnType.MONEY:
            value = None if value is None else yuan(value)
        shown[column.name] = value.isoformat() if hasattr(value, "isoformat") else value
    node = asker.ledger.graph.find(name)
    shown["state"] = asker.ledger.graph.state(node) if node >= 0 else None
    shown |= {key: rows[0].get(key) for key in ("batch", "file", "sheet", "row")}
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
        if value not in (None, ""):
            shown = yuan(value) if column.type is ColumnType.MONEY else str(value)
            fields.append((column.zh if lang == "zh" else column.en, shown))
    place = " · ".join(str(row[key]) for key in ("file", "sheet", "row") if row.get(key))
    return [*fields, (say("viz.file", lang), f"{place} ({say('viz.row', lang)})"), ("batch", str(row.get("batch", "")))]


@routes.get("/records/{record}/lineage", operation_id="get_lineage")
def lineage(
    asker: Reading,
    record: str,
    direction: Direction = "up",
    depth: Annotated[int | None, Query(ge=0)] = None,
    fan_out: Annotated[int, Query(ge=1, le=10_000)] = 200,
    policy: Policy = "pro-rata",
    bounds: bool = False,
) -> Response:
    """Trace a record up to its sources or down to its payees, amounts attributed to the fen."""
    trail = _trail(asker, record, direction, policy, depth=depth, fan_out=fan_out, bounds=bounds)
    return answer(asker, trail_json(trail, asker.scope, asker.ledger))


@routes.post("/lineage", operation_id="post_lineage")
def many(asker: Reading, asked: ManyRecords) -> Response:
    """Trace many records; each answer as for one, in the order asked."""
    trails = [_trail(asker, record, asked.direction, asked.policy) for record in asked.records]
    return answer(asker, {"trails": [trail_json(trail, asker.scope, asker.ledger) for trail in trails]})


@routes.get("/links", operation_id="get_links")
def links(
    asker: Reading,
    one: Annotated[str, Query(alias="from", min_length=1)],
    other: Annotated[str, Query(alias="to", min_length=1)],
) -> Response:
    """All movements on the ways between two records; those outside the asker's divisions are left out."""
    ledger = asker.ledger
    ends = [seen(ledger, asker.scope, text) for text in (one, other)]
    found = between_records(asker.service.home(ledger), ends[0], ends[1]).to_json()
    found["movements"] = [
        edge for edge in found["movements"] if all_seen(ledger, asker.scope, edge["from"], edge["to"])
    ]
    found["total"] = len(found["movements"]) + found["more"]
    return answer(asker, found)


@routes.get("/graph/{record}.html", operation_id="get_graph_page", response_class=HTMLResponse)
def graph_page(
    asker: Reading,
    record: str,
    direction: Direction = "up",
    policy: Policy = "pro-rata",
    lang: Literal["zh", "en"] = "zh",
    bounds: bool = False,
) -> Response:
    """The record's trail as one interactive page that asks the network for nothing."""
    from viz import view

    trail = _trail(asker, record, direction, policy, bounds=bounds)
    page = view(trail_json(trail, asker.scope, asker.ledger), lang=lang, divisions=division_names(asker.ledger))
    return HTMLResponse(page, headers={"Content-Security-Policy": PAGE_POLICY, "X-Frame-Options": "SAMEORIGIN"})


@routes.get("/export/{record}", operation_id="export_record")
def export(
    asker: Reading,
    record: str,
    form: Annotated[str, Query(alias="format")] = "json",
    direction: Direction = "up",
    policy: Policy = "pro-rata",
) -> Response:
    """The same trail as a file: json, csv, xlsx, graphml, prov-json, html."""
    from lineage.exports import write

    if form not in EXPORTS:
        raise Misuse(f'format: found "{form}", expected one of {", ".join(EXPORTS)}')
    if asker.scope.divisions is not None and form not in ("json", "html"):
        raise Misuse(f"format {form} is for those who see every division of the trail", "use json or html")
    trail = _trail(asker, record, direction, policy)
    if form == "html":
        return graph_page(asker, record, direction, policy)
    if form == "json":
        return answer(asker, trail_json(trail, asker.scope, asker.ledger))
    ending = "prov.json" if form == "prov-json" else form
    with tempfile.NamedTemporaryFile(suffix=f".{ending}", delete=False) as file:
        path = Path(file.name)
    write(trail, path, form)
    name = trail.record.replace(":", "-")
    return FileResponse(
        path, media_type=EXPORTS[form], filename=f"{name}.{ending}", background=BackgroundTask(path.unlink)
    )


def _trail(asker: Asker, record: str, direction: Direction, policy: str, **shown: Any) -> Trail:
    name = seen(asker.ledger, asker.scope, record)
    return stores.trace(asker.service.home(asker.ledger), name, direction, policy, **shown)

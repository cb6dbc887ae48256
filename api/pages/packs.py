"""Evidence packs as a download: HTML, workbook and checker in one archive."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from api.division_evidence import gather_division
from api.evidence import gather
from api.pages.layout import View, view_of
from api.pages.overview import answer_of, year_of
from api.pages.places import place_of
from api.pages.sights import Looking
from api.pages.trail_asked import asked_of
from lineage.errors import Misuse, NotFound
from lineage.trace import named
from queries.flows import flows
from viz.pack import write_flow_pack, write_pack

routes = APIRouter(include_in_schema=False)


@routes.get("/trace/pack")
def trail_pack(asker: Looking) -> Response:
    """The evidence pack of a record, for those who see every division it may touch."""
    view = view_of(asker)
    _whole_only(view)
    asked = asked_of(view)
    book = asker.ledger
    try:
        name = named(book, asked.record)
    except NotFound as error:
        raise NotFound(view.say("no_record", record=asked.record), view.say("try_search")) from error
    trail = book.trace(
        name, direction=asked.direction, policy=asked.policy, depth=asked.depth, bounds=asked.direction == "up"
    )
    evidence = gather(book, trail, dict(view.names), view.lang)
    return _archive(
        f"pack-{name.replace(':', '-')}", lambda path: write_pack(trail, path, evidence, view.lang)
    )


@routes.get("/division/pack")
def division_pack(asker: Looking, code: str = "", year: str = "") -> Response:
    """The evidence pack of a division's year."""
    view = view_of(asker)
    _whole_only(view)
    place = place_of(view, code)
    if not place:
        raise Misuse(view.say("which_division"))
    wanted = int(answer_of(view, year_of(view, year), "2017", None)["year"])
    rows = [
        (one.source, one.target, one.amount_fen, one.nature) for one in flows(asker.ledger, place, wanted, view.lang)
    ]
    heading = view.say("division_flow", division=view.place(place), year=wanted)
    evidence = gather_division(asker.ledger, place, wanted, view.lang)
    return _archive(
        f"pack-{place}-{wanted}",
        lambda path: write_flow_pack(rows, path, evidence, heading=heading, lang=view.lang),
    )


def _whole_only(view: View) -> None:
    if view.asker.scope.divisions is not None:
        raise Misuse(view.say("whole_only"))


def _archive(name: str, write: Callable[[Path], tuple[Path, ...]]) -> Response:
    packed = io.BytesIO()
    with (
        tempfile.TemporaryDirectory(prefix="lineage-pack-") as folder,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for path in write(Path(folder) / f"{name}.html"):
            archive.write(path, path.name)
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)

"""Lists: pages by keyset cursors, or the whole as a stream whose last line says that it is whole."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.responses import Response, StreamingResponse

from api.http.asking import Asker, answer, etag_of
from lineage.errors import Misuse
from lineage.exports.rows import disarmed

Limit = Annotated[int, Query(ge=1, le=1000, description="rows of one page")]
Cursor = Annotated[str, Query(max_length=400, description="`next` of the page before")]
Form = Annotated[
    Literal["json", "ndjson", "csv"], Query(alias="format", description="json, or all rows as a stream")
]
STREAMED = {
    200: {
        "description": "a page, or the whole list as a stream that ends with a line saying so",
        "content": {"application/x-ndjson": {"schema": {}}, "text/csv": {"schema": {}}},
        "headers": {"ETag": {"schema": {"type": "string"}}},
    }
}


@dataclass(frozen=True, slots=True)
class Turn:
    """Which part of a list is wanted."""

    limit: int
    cursor: str
    form: str = "json"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to be paged: under which name, its rows in order, the columns whose values tell rows apart.

    `is_sorted`: the rows stand in the order of their keys; such a list may be read on after a load between two pages.
    """

    name: str
    rows: Sequence[dict[str, Any]]
    key: tuple[str, ...]
    beside: dict[str, Any] = field(default_factory=dict)
    is_sorted: bool = False

    def key_of(self, row: dict[str, Any]) -> list[str]:
        """The values that tell a row from others."""
        return [str(row[name]) for name in self.key]


def listed(asker: Asker, listing: Listing, turn: Turn) -> Response:
    """One page with `next`, or the whole list as a stream whose last line says that it is whole."""
    if turn.form != "json":
        return _stream(asker, listing, turn.form)
    start = _place(asker, listing, turn.cursor) if turn.cursor else 0
    page = list(listing.rows[start : start + turn.limit])
    more = start + turn.limit < len(listing.rows)
    following = cursor_of(asker, listing.key_of(page[-1])) if page and more else None
    return answer(asker, {**listing.beside, listing.name: page, "next": following})


def cursor_of(asker: Asker, place: list[str]) -> str:
    """The cursor of a place in the list that is asked for: bound to the question, not to the page's length."""
    content = json.dumps([asker.ledger.version, _question(asker), *place])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def place_of(asker: Asker, cursor: str) -> tuple[str, list[str]]:
    """Version and place of a cursor. Raises Misuse for one that was not given for this question."""
    try:
        content = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except ValueError:
        content = None
    if not (isinstance(content, list) and len(content) > 2 and all(isinstance(part, str) for part in content)):
        raise Misuse("cursor: not one this server gave", "take `next` as it is")
    version, question, *place = content
    if question != _question(asker):
        raise Misuse("cursor: of another question", "use `next` with the question it came from")
    return version, place


def must_be_now(asker: Asker, version: str) -> None:
    """Raises Misuse for a cursor of another version, in lists where rows move from version to version."""
    if version != asker.ledger.version:
        raise Misuse(f"cursor: of version {version}, the ledger is now {asker.ledger.version}", "begin again")


def offset_of(asker: Asker, cursor: str) -> int:
    """Where a page begins in a list whose rows have no key; such cursors end with the version. Raises Misuse."""
    if not cursor:
        return 0
    version, place = place_of(asker, cursor)
    must_be_now(asker, version)
    if len(place) != 1 or not place[0].isdecimal():
        raise Misuse("cursor: not one this server gave", "take `next` as it is")
    return int(place[0])


def next_offset(asker: Asker, offset: int, total: int) -> str | None:
    """The cursor of the page that begins there; None where the list has ended."""
    return cursor_of(asker, [str(offset)]) if offset < total else None


def _place(asker: Asker, listing: Listing, cursor: str) -> int:
    version, key = place_of(asker, cursor)
    if len(key) != len(listing.key):
        raise Misuse("cursor: not one this server gave", "take `next` as it is")
    if listing.is_sorted:
        return bisect_right(listing.rows, key, key=listing.key_of)
    must_be_now(asker, version)
    for place, row in enumerate(listing.rows):
        if listing.key_of(row) == key:
            return place + 1
    raise Misuse("cursor: names a row that is not in this list", "use it with the question it came from")


def _question(asker: Asker) -> str:
    """The question without what only says how much of it is wanted."""
    asked = [pair for pair in asker.request.query_params.multi_items() if pair[0] not in ("cursor", "limit", "format")]
    scope = ",".join(asker.divisions if asker.divisions is not None else ("*",))
    text = json.dumps([asker.request.url.path, sorted(asked), scope])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _stream(asker: Asker, listing: Listing, form: str) -> StreamingResponse:
    headers = {"ETag": etag_of(asker), "Cache-Control": "private, no-cache"}
    if form == "ndjson":
        last = {"end": True, "rows": len(listing.rows), "version": asker.ledger.version}
        return StreamingResponse(_ndjson(listing, last), headers=headers, media_type="application/x-ndjson")
    return StreamingResponse(_csv(listing), headers=headers, media_type="text/csv; charset=utf-8")


def _ndjson(listing: Listing, last: dict[str, Any]) -> Iterator[str]:
    for row in listing.rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"
    yield json.dumps(last) + "\n"


def _csv(listing: Listing) -> Iterator[str]:
    """With a byte order mark, without which Excel takes Chinese for Latin; formulas cannot run."""
    columns = list(dict.fromkeys(name for row in listing.rows for name in row)) or list(listing.key)
    buffer = io.StringIO("\ufeff")
    buffer.seek(1)
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in listing.rows:
        writer.writerow([disarmed(_cell(row.get(column))) for column in columns])
        if buffer.tell() > 2**16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    writer.writerow(["end", len(listing.rows)])
    yield buffer.getvalue()


def _cell(value: Any) -> str | int | bool | None:
    if value is None or isinstance(value, str | int | bool):
        return value
    return json.dumps(value, ensure_ascii=False)

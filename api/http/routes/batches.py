"""Loading over HTTP: an upload becomes a batch, followed to its end; rejected rows can be fetched and mended.

A loader bound to divisions loads rows of these only: every other row is rejected, one by one, as any bad row is.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, Request, UploadFile
from fastapi.responses import Response

import loaders
from api.http import PREFIX, answers, drilled
from api.http.asking import Asker, Asking, IdempotencyKey, answer
from api.http.deciding import Reason, decided
from api.http.listing import STREAMED, Cursor, Form, Limit, Listing, Turn, listed
from api.http.problems import responses
from api.http.service import UPLOADS_MOST, Service
from api.http.told import Told, language_of
from lineage.errors import LineageError, Misuse, NotFound
from lineage.ledger import quarantine, write
from lineage.words.errors import told, told_reject

routes = APIRouter(tags=["batches"])
FILES_MOST = 64
NAME_LETTERS_MOST = 100
CHUNK = 2**20
WAIT_SECONDS = 10.0
"""So long a withdrawal waits for a load to end before it is 503."""
SHOWN = ("table", "file", "sheet", "row", "column", "found", "expected", "hint")


async def only_files(request: Request) -> None:
    """A form field that is none of ours is refused, as an unknown parameter is."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Told(415, "multipart")
    unknown = sorted({name for name, _ in (await request.form()).multi_items()} - {"files"})
    if unknown:
        raise Told(422, "no_part", place=f"body.{unknown[0]}")


@routes.post(
    "/batches",
    status_code=202,
    operation_id="post_batch",
    dependencies=[Depends(only_files)],
    responses={202: {"model": answers.Taken}, **responses(415)},
)
def upload(
    asker: Asking,
    files: Annotated[list[UploadFile], File(min_length=1, description="the tables of a bundle, or one file")],
    profile: Annotated[str, Query(pattern="^[a-z0-9_-]*$", max_length=60)] = "",
    dry_run: bool = False,
    strict: bool = False,
    once: IdempotencyKey = "",
) -> Response:
    """Take files for loading; answers at once with a name to follow.

    Rows outside the loader's divisions are rejected one by one.
    """
    asker.must("loader")
    names = [_plain_name(file.filename) for file in files]
    if len(files) > FILES_MOST or len(set(names)) < len(names):
        raise Misuse(f"found {len(files)} files, {len(set(names))} names; expected at most {FILES_MOST}, each once")
    if profile and profile not in loaders.shipped():  # said now, not after the load; a path is no profile here
        raise Misuse(f'profile: found "{profile}", expected one of {", ".join(loaders.shipped())}')
    digests = [hashlib.sha256(b"".join(_parts(file))).hexdigest() for file in files]
    choices = {"profile": profile or None, "dry_run": dry_run, "strict": strict, "divisions": asker.scope.divisions}

    def work() -> tuple[int, dict[str, Any]]:
        if not asker.service.may_wait.acquire(blocking=False):
            raise Told(429, "uploads_waiting", count=UPLOADS_MOST)
        with contextlib.ExitStack() as place:
            place.callback(asker.service.may_wait.release)
            name, folder = asker.service.kept.new_upload(asker.person.name)
            for file, plain in zip(files, names, strict=True):
                with (folder / plain).open("wb") as target:
                    target.writelines(_parts(file))
            loading = asker.service.loading.submit(_load, asker.service, name, asker.person.name, choices)
            place.pop_all()  # from here on the loading gives the place back
        loading.add_done_callback(lambda _: asker.service.may_wait.release())
        return 202, {"batch": name, "state": "waiting", "follow": f"{PREFIX}/batches/{name}"}

    asked = ["upload", names, digests, profile, dry_run, strict]
    status, body, is_repeat = asker.service.kept.once(asker.person.name, once, asked, work)
    response = answer(asker, body, status)
    if is_repeat:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _parts(file: UploadFile) -> Iterator[bytes]:
    file.file.seek(0)
    while part := file.file.read(CHUNK):
        yield part


def _plain_name(given: str | None) -> str:
    """A file's own name. Raises Misuse for one that is a path, hidden or not printable."""
    name = (given or "").replace("\\", "/")
    plain = Path(name).name
    if not plain or plain != name or plain.startswith(".") or len(plain) > NAME_LETTERS_MOST or not plain.isprintable():
        raise Misuse(f"found file name {given!r:.120}, expected a plain name such as payments.csv")
    return plain


def _load(service: Service, name: str, who: str, choices: dict[str, Any]) -> None:
    """Load one upload to its end; its files go whatever comes of it."""
    kept = service.kept
    within = choices["divisions"]
    state: dict[str, Any] = {"by": who, "state": "loading", "result": {}}
    state["divisions"] = None if within is None else sorted(within)
    with kept.loading(name):
        kept.note_upload(name, state)
        try:
            folder = kept.folder_of(name)
            files = sorted(folder.iterdir())
            given = [folder] if len(files) > 1 else files
            result = loaders.load(service.options.ledger, given, at=datetime.now(UTC), who=who, **choices)
            state |= {"state": "done", "result": result.to_json()}
        except LineageError as error:
            state |= {"state": "failed", "result": {"detail": error.message, "hint": error.hint}}
        except Exception as error:  # what is our fault is the upload's end all the same
            state |= {"state": "failed", "result": {"detail": type(error).__name__, "hint": "please report it"}}
            raise
        finally:
            kept.drop_files(name)
            kept.note_upload(name, state)
    service.renew()


@routes.get("/batches/{batch}", operation_id="get_batch", responses={200: {"model": answers.Batch}})
def batch(asker: Asking, batch: str) -> Response:
    """How an upload stands, or what a batch of the ledger brought."""
    asker.must("loader", "investigator")
    if batch.startswith("U-"):
        found = _theirs(asker, batch)
        made = found["result"].get("batch", 0) if found["state"] == "done" else None
        served = made is not None and asker.ledger.batch >= made
        result = found["result"]
        if found["state"] == "failed":
            result = {name: told(text, language_of(asker.request)) for name, text in result.items()}
        body = {"batch": batch, "state": found["state"], "served": served, "result": result}
        return answer(asker, body)
    made_by = asker.ledger.history.at(_number(asker, batch))
    tables = [
        {"table": one.table, **{count: getattr(one, count) for count in loaders.COUNTS}} for one in made_by.outcomes
    ]
    facts = {"at": made_by.time, "who": made_by.who, "profile": made_by.profile, "tables": tables}
    return answer(asker, {"batch": made_by.batch, "state": "done", "served": True, **facts})


@routes.get(
    "/batches/{batch}/rejects",
    operation_id="get_rejects",
    responses={200: {"model": answers.Rejects, **STREAMED[200]}},
)
def rejects(asker: Asking, batch: str, limit: Limit = 1000, cursor: Cursor = "", form: Form = "json") -> Response:
    """The rejected rows of an upload or a batch: file, row, column, what was found, what was expected, a hint."""
    asker.must("loader")
    if batch.startswith("U-"):
        found = _theirs(asker, batch)["result"].get("rejects", [])
    else:
        found = quarantine.read(asker.ledger.path, _number(asker, batch))
    told_found = (told_reject(one, language_of(asker.request)) for one in found)
    rows = [{"number": number, **{name: one.get(name) for name in SHOWN}} for number, one in enumerate(told_found, 1)]
    return listed(asker, Listing("rejects", rows, ("number",), {"batch": batch}), Turn(limit, cursor, form))


@routes.post(
    "/batches/{batch}/withdrawal",
    status_code=201,
    operation_id="withdraw_batch",
    responses={201: {"model": drilled.Withdrawn}, **responses(409)},
)
def withdraw(asker: Asking, batch: str, reason: Reason, once: IdempotencyKey = "") -> Response:
    """Take a batch back by a new one: any by number for loaders of the whole, for others what they loaded themselves.

    What was loaded in other divisions than the loader's of today is not taken back.
    """
    asker.must("loader")

    def work() -> dict[str, Any]:
        number = _their_batch(asker, batch) if batch.startswith("U-") else _number(asker, batch)
        with write(asker.ledger.path, who=asker.person.name, at=datetime.now(UTC), wait=WAIT_SECONDS) as writer:
            if number in writer.history.withdrawn:
                raise Told(409, "withdrawn_already", batch=batch)
            outcome = writer.withdraw(number, reason.why)
        return {"batch": outcome.batch, "withdraws": [number], "why": reason.why.strip()}

    return decided(asker, once, ["withdraw", batch, reason.why], work)


def _their_batch(asker: Asker, name: str) -> int:
    """The batch that an upload of the asker's own made, all of it within today's divisions. Raises NotFound."""
    found = _theirs(asker, name)
    made, loaded_for = found["result"].get("batch"), found.get("divisions")
    inside = asker.scope.divisions
    if not made or (inside is not None and not (loaded_for is not None and set(loaded_for) <= inside)):
        raise NotFound(f"{name} made no batch that you may take back", "follow it at /batches")
    return int(made)


def _theirs(asker: Asker, name: str) -> dict[str, Any]:
    """An upload of the asker's own. Raises NotFound, alike for another's and for none."""
    found = asker.service.kept.upload(name)
    if found["by"] != asker.person.name:
        raise NotFound(f"there is no batch {name}", "its name came with the answer to the upload")
    return found


def _number(asker: Asker, text: str) -> int:
    """A batch's number; a batch is of the whole territory. Raises NotFound."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 10
    if not is_number or not 1 <= int(text) <= asker.ledger.batch or asker.scope.divisions is not None:
        raise NotFound(f"there is no batch {text}", "follow an upload by the name that came with its answer")
    return int(text)

"""Loading over HTTP: an upload becomes a batch, followed to its end; rejected rows can be fetched and mended."""

from __future__ import annotations

import shutil
import tempfile
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, HTTPException, Query, UploadFile
from fastapi.responses import Response

import loaders
from api.http.asking import Asker, Asking, answer
from api.http.service import Service
from lineage.errors import LineageError, Misuse, NotFound

routes = APIRouter(tags=["batches"])
FILES_MOST = 64


@dataclass(slots=True)
class Upload:
    """One upload on its way; mutable: `state` goes waiting, loading, done or failed."""

    by: str
    state: str = "waiting"
    result: dict[str, Any] = field(default_factory=dict)


UPLOADS: dict[str, Upload] = {}
"""Uploads of this process by name; what they brought is in the ledger's manifests."""


@routes.post("/batches", status_code=202, operation_id="post_batch")
def upload(
    asker: Asking,
    files: Annotated[list[UploadFile], File(description="the tables of a bundle, or one file")],
    profile: Annotated[str, Query(pattern="^[a-z0-9_]*$")] = "",
    dry_run: bool = False,
    strict: bool = False,
) -> Response:
    """Take files for loading; answers at once with a name to follow. For loaders of the whole territory."""
    asker.must("loader")
    if asker.scope.divisions is not None:
        raise HTTPException(403, "loading over HTTP is for loaders of every division; others load at the command line")
    if len(files) > FILES_MOST:
        raise Misuse(f"found {len(files)} files, expected at most {FILES_MOST}")
    folder = Path(tempfile.mkdtemp(prefix="lineage-upload-"))
    for file in files:
        name = Path(file.filename or "").name
        if not name or name.startswith("."):
            shutil.rmtree(folder)
            raise Misuse(f'found file name "{file.filename}", expected a plain name such as payments.csv')
        with (folder / name).open("wb") as target:
            shutil.copyfileobj(file.file, target)
    named = f"U-{uuid.uuid4().hex[:16]}"
    UPLOADS[named] = Upload(asker.person.name)
    choices = {"profile": profile or None, "dry_run": dry_run, "strict": strict}
    threading.Thread(target=_load, args=(asker.service, UPLOADS[named], folder, choices), daemon=True).start()
    return answer(asker, {"batch": named, "state": "waiting", "follow": f"/api/v1/batches/{named}"}, 202)


def _load(service: Service, upload: Upload, folder: Path, choices: dict[str, Any]) -> None:
    upload.state = "loading"
    try:
        paths = [folder] if len(list(folder.iterdir())) > 1 else list(folder.iterdir())
        result = loaders.load(service.options.ledger, paths, at=datetime.now(UTC), who=upload.by, **choices)
        upload.result, upload.state = result.to_json(), "done"
        service.renew()
    except LineageError as error:
        upload.result, upload.state = {"detail": error.message, "hint": error.hint}, "failed"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@routes.get("/batches/{batch}", operation_id="get_batch")
def batch(asker: Asking, batch: str) -> Response:
    """How an upload stands, or what a batch of the ledger brought."""
    asker.must("loader", "investigator")
    found = UPLOADS.get(batch)
    if found is not None:
        _theirs(asker, found)
        return answer(asker, {"batch": batch, "state": found.state, "result": found.result})
    made = asker.ledger.history.at(_number(asker, batch))
    return answer(
        asker,
        {
            "batch": made.batch,
            "state": "done",
            "at": made.time,
            "who": made.who,
            "profile": made.profile,
            "tables": [
                {
                    "table": one.table,
                    "read": one.read,
                    "loaded": one.loaded,
                    "corrected": one.corrected,
                    "unchanged": one.unchanged,
                    "rejected": one.rejected,
                }
                for one in made.outcomes
            ],
        },
    )


@routes.get("/batches/{batch}/rejects", operation_id="get_rejects")
def rejects(asker: Asking, batch: str) -> Response:
    """The rejected rows of an upload: file, row, column, what was found, what was expected, a hint."""
    asker.must("loader")
    found = UPLOADS.get(batch)
    if found is None:
        raise NotFound(f"there is no upload {batch} here", "lineage rejects BATCH shows those of every batch")
    _theirs(asker, found)
    return answer(asker, {"batch": batch, "rejects": found.result.get("rejects", [])})


def _theirs(asker: Asker, upload: Upload) -> None:
    if upload.by != asker.person.name:
        raise NotFound("there is no such upload")


def _number(asker: Asker, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= asker.ledger.batch or asker.scope.divisions is not None:
        raise NotFound(f"there is no batch {text}", f"the last batch is {asker.ledger.batch}")
    return int(text)

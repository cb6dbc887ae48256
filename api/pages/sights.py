"""As of which day, as known at which batch, with or without accepted links: chosen on a page, kept in its address."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from api.http.asking import Asker, looking
from api.http.service import Service
from api.http.told import language_of
from api.http.views import Sight
from lineage.errors import Busy, Misuse, NotFound
from lineage.words import say

SIGHT = ("as_of", "as_known", "asserted")
"""The parameters of an address that say how the ledger is looked at."""
NO = ("no", "false", "0")


def sighted(request: Request) -> Asker:
    """An asker of the view that an address names; empty parameters are none. Raises Misuse, NotFound, Busy."""
    given = {key: request.query_params.get(key, "").strip() for key in SIGHT}
    request.state.takes_sight = True
    as_of, batch = _day(request, given["as_of"]), _batch(request, given["as_known"])
    try:
        return looking(request, Sight(as_of, batch, given["asserted"].lower() not in NO))
    except Busy as error:
        raise Busy(say("http.being_made", language_of(request))) from error


Looking = Annotated[Asker, Depends(sighted)]


def kept_sight(request: Request) -> dict[str, str]:
    """The parameters by which an address looks at another view than the one in force: every link keeps them."""
    given = dict(parse_qsl(request.url.query))
    kept = {key: given[key].strip() for key in SIGHT if given.get(key, "").strip()}
    if kept.get("asserted", "no").lower() not in NO:
        del kept["asserted"]
    return kept


def takes_sight(request: Request) -> bool:
    """Whether this page shows the view that its address names; some show the present only."""
    return bool(getattr(request.state, "takes_sight", False))


def _day(request: Request, text: str) -> date | None:
    lang = language_of(request)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        hint = say("pages.such_as", lang, example="2017-09-30")
        raise Misuse(say("pages.not_a_day", lang, found=text), hint) from error


def _batch(request: Request, text: str) -> int | None:
    if not text:
        return None
    lang = language_of(request)
    service: Service = request.app.state.service
    last = service.ledger.batch
    if not text.isdecimal():
        name = say("pages.as_known", lang)
        raise Misuse(say("pages.not_a_number", lang, name=name, found=text))
    if not 1 <= int(text) <= last:
        raise NotFound(say("pages.no_batch", lang, batch=text), say("pages.batches_are", lang, last=last))
    return int(text)

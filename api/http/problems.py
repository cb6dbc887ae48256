"""Errors as RFC 9457 problem+json, all of one shape: type, title, status, detail, hint, instance."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from api.http.told import Told, language_of, unfit
from lineage.errors import Busy, LineageError, Misuse, NotFound, Unavailable
from lineage.words import say
from lineage.words.errors import told

MEDIA = "application/problem+json"
BODIED = frozenset({"POST", "PUT", "PATCH", "DELETE"})
RETRY_SECONDS = "2"
STATUSES = (400, 401, 403, 404, 405, 409, 411, 413, 415, 422, 429, 500, 503)
TITLES = {code: say(f"http.title_{code}", "en") for code in STATUSES}


class Problem(BaseModel):
    """What went wrong and what to do next."""

    model_config = ConfigDict(extra="forbid")
    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["not there"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no record payment:P-1"])
    hint: str = Field(examples=["find it with search"])
    instance: str = Field(examples=["/api/v1/records/payment%3AP-1"])


class NotModified(Exception):
    """The asker has this version of the answer already."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


class RecordName(Convertor[str]):
    """A record's name in a path: one part, in which an encoded slash is a letter like any other."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        """The name itself."""
        return unquote(value) if "%" in value else value

    def to_string(self, value: str) -> str:
        """The name as it stands in a path."""
        return value.replace("%", "%25").replace("/", "%2F")


register_url_convertor("record", RecordName())


def responses(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The errors that a route may answer, for the contract."""
    return {
        code: {
            "description": TITLES[code],
            "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": {"Retry-After": {"schema": {"type": "string"}}}} if code in (429, 503) else {}),
        }
        for code in codes
    }


EVERYWHERE = responses(400, 401, 403, 404, 405, 411, 413, 422, 429, 500, 503)


def problem(request: Request, status: int, detail: str, hint: str = "", headers: Any = None) -> Response:
    """One error answer in the asker's language; to a browser that asked for a page, a page."""
    language = language_of(request)
    if not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
        texts = (told(text, language) for text in (detail, hint))
        page: Response = request.app.state.problem_page(request, status, *texts)
        return page
    sent = dict(headers or {})
    if status in (429, 503):
        sent["Retry-After"] = RETRY_SECONDS
    if status == 401:
        sent["WWW-Authenticate"] = "Bearer"
    body = {
        "type": "about:blank",
        "title": say(f"http.title_{status if status in TITLES else 500}", language),
        "status": status,
        "detail": told(detail, language),
        "hint": told(hint, language),
        "instance": request.url.path,
    }
    return JSONResponse(body, status, sent, media_type=MEDIA)


def status_of(error: LineageError) -> int:
    """404 for what is not there, 422 for misuse, 503 for what is away or busy, 500 for the rest."""
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, Misuse):
        return 422
    return 503 if isinstance(error, (Busy, Unavailable)) else 500


def header_text(request: Request, name: str) -> str:
    """A header's text; senders write UTF-8, the server reads Latin-1."""
    value = request.headers.get(name, "")[:400]
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def install(app: FastAPI) -> None:
    """Give an application these answers for every error."""

    @app.exception_handler(LineageError)
    def known(request: Request, error: LineageError) -> Response:
        return problem(request, status_of(error), error.message, error.hint)

    @app.exception_handler(NotModified)
    def unchanged(request: Request, error: NotModified) -> Response:
        return Response(status_code=304, headers={"ETag": error.etag, "Cache-Control": "private, no-cache"})

    @app.exception_handler(HTTPException)
    def plain(request: Request, error: HTTPException) -> Response:
        language = language_of(request)
        if isinstance(error, Told):
            return problem(request, error.status_code, error.text(language), headers=error.headers)
        key = {404: "no_address", 405: "no_method"}.get(error.status_code)
        text = say(f"http.{key}", language, path=request.url.path, method=request.method) if key else str(error.detail)
        return problem(request, error.status_code, text, say("http.see_contract", language), error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        language = language_of(request)
        return problem(request, 422, unfit(error.errors()[0], language), say("http.see_contract", language))

    @app.exception_handler(Exception)
    def fault(request: Request, error: Exception) -> Response:
        return problem(request, 500, f"{type(error).__name__}", say("http.fault", language_of(request)))

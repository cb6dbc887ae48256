"""The contract: the OpenAPI document with examples, and the same as a plain page, which fetches nothing."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http import PREFIX
from api.http.problems import Problem
from lineage.release import VERSION

LANGUAGES = ("zh", "en")
EXAMPLES = Path(__file__).parent / "examples.json"
_STYLE = (
    "body{font:15px system-ui;margin:2rem;max-width:75rem}"
    "td{border-top:1px solid #ccc;padding:.4rem;vertical-align:top}"
    "table{display:block;overflow:auto}p,td{overflow-wrap:anywhere}"
    "pre{background:#f4f4f4;padding:.6rem;overflow:auto;max-height:24rem}h2{overflow-wrap:anywhere}"
)


def install(app: FastAPI) -> None:
    """Give an application this contract."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def parameters_of(app: FastAPI, operation_id: str) -> tuple[str, ...]:
    """The names of an operation's query parameters, as the contract has them."""
    if not hasattr(app.state, "parameters"):
        app.state.parameters = {
            operation["operationId"]: tuple(
                one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"
            )
            for operations in app.openapi()["paths"].values()
            for operation in operations.values()
        }
    found: tuple[str, ...] = app.state.parameters[operation_id]
    return found


@cache
def examples() -> dict[str, Any]:
    """What each operation answers on the example ledger, by operation id; lists cut to their first rows."""
    return dict(json.loads(EXAMPLES.read_text(encoding="utf-8"))) if EXAMPLES.exists() else {}


def _document(app: FastAPI) -> dict[str, Any]:
    whole = get_openapi(title=app.title, version=VERSION, description=app.description, routes=app.routes)
    schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    whole["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "an API key, or a signed token of the site"}
    }
    for path, operations in whole["paths"].items():
        for operation in operations.values():
            if path.startswith(PREFIX) and not path.endswith("/session"):
                operation["security"] = [{"key": []}]
                _add_language(operation)
            _add_example(operation)
            _add_links(operation)
    return whole


def _add_language(operation: dict[str, Any]) -> None:
    """Every question takes `lang`: those whose answer has no sentence tell their errors in it."""
    named = operation.setdefault("parameters", [])
    if not any(one["name"] == "lang" for one in named):
        schema = {"type": "string", "enum": list(LANGUAGES)}
        described = "language of errors; without it Accept-Language says"
        named.append({"name": "lang", "in": "query", "required": False, "schema": schema, "description": described})


LINKS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "post_batch": (("get_batch", "batch", "/batch"), ("get_rejects", "batch", "/batch")),
    "search": (("get_record", "record", "/hits/0/record"), ("get_lineage", "record", "/hits/0/record")),
    "get_record": (("get_lineage", "record", "/record"),),
    "get_lineage": (("export_record", "record", "/record"), ("get_graph_page", "record", "/record")),
    "list_findings": (
        ("get_finding", "finding", "/findings/0/id"),
        ("post_finding_event", "finding", "/findings/0/id"),
    ),
    "list_repairs": (("accept_repair", "repair", "/repairs/0/id"),),
    "open_case": (("get_case", "case", "/id"), ("post_case_event", "case", "/id")),
}
"""Where an answer leads: an operation, its parameter, and where in the answer its value stands."""


OTHER_FORMS = {
    "application/x-ndjson": '{"…": "…"}\n{"end": true, "rows": 1, "version": "12.3"}\n',
    "text/csv": "\ufeff…\r\n…\r\nend,1\r\n",
    "text/html": "<!doctype html><html lang=zh>…</html>",
    "text/plain": "ok\n",
}
"""What answers that are no JSON look like; a stream's last line says that it is whole."""


def _add_links(operation: dict[str, Any]) -> None:
    links = {
        f"to_{target}": {"operationId": target, "parameters": {parameter: f"$response.body#{place}"}}
        for target, parameter, place in LINKS.get(operation["operationId"], ())
    }
    for status, response in operation["responses"].items():
        if links and status.startswith("2"):
            response["links"] = links


def _add_example(operation: dict[str, Any]) -> None:
    example = examples().get(operation["operationId"])
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if example is not None and status.startswith("2") and content is not None:
            content["example"] = example
        for media, shown in response.get("content", {}).items():
            if media in OTHER_FORMS and status.startswith("2"):
                shown.setdefault("example", OTHER_FORMS[media])


def page(app: FastAPI) -> str:
    """The contract as a plain page: nothing fetched from elsewhere, no script."""
    parts = [
        _operation(path, method, operation)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Fund lineage API</title><style>{_STYLE}</style>"
        f"<main><h1>Fund lineage {VERSION}</h1><p>{escape(app.description)}</p>"
        f"<p>OpenAPI: <a href='{PREFIX}/openapi.json'>{PREFIX}/openapi.json</a></p>{''.join(parts)}</main></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    """One operation: what it does, its parameters, an answer."""
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{one['in']}</td><td>{escape(_kind(one['schema']))}</td>"
        f"<td>{escape(one.get('description', ''))}</td></tr>"
        for one in operation.get("parameters", ())
    )
    shown = examples().get(operation["operationId"])
    text = escape(json.dumps(shown, ensure_ascii=False, indent=1))
    example = "" if shown is None else f"<pre tabindex=0>{text}</pre>"
    return (
        f"<h2 id='{escape(operation['operationId'])}'>{method.upper()} <code>{escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description', ''))}</p><table>{rows}</table>"
        f"{'<details><summary>an answer</summary>' + example + '</details>' if example else ''}"
    )


def _kind(schema: dict[str, Any]) -> str:
    """A parameter's type, choices and default, in a few words."""
    choices = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    kind = " or ".join(
        ", ".join(map(str, part["enum"])) if "enum" in part else str(part.get("type", "")) for part in choices
    )
    default = schema.get("default")
    return f"{kind}; default {default}" if default not in (None, "") else kind

"""`python -m tools.contract`: write the HTTP contract, docs/openapi.json, and the examples of its answers.

The examples are what a server answers on the example ledger with planted faults; lists are cut to their first rows.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent.parent / "docs" / "openapi.json"
BUNDLE = Path(__file__).parent.parent / "tests" / "examples" / "faults" / "bundle"
ROWS_MOST = 2
TEXT_MOST = 400
PAYMENT = "payment%3AP-00000376"
ASKED = {
    "get_record": f"/records/{PAYMENT}",
    "get_lineage": f"/records/{PAYMENT}/lineage?bounds=true",
    "get_links": f"/links?from=allocation%3AA-00000016&to={PAYMENT}",
    "get_overview": "/overview",
    "list_findings": "/findings?lang=en&limit=2",
    "search": "/search?q=P-00000376&limit=2",
    "get_ranking": "/ranking?limit=1",
    "list_rules": "/rules?lang=en&limit=2",
    "get_rule": "/rules/flow/overpaid",
    "get_reconciliation": "/reconciliation?limit=1",
    "list_repairs": "/repairs?limit=1",
    "get_batch": "/batches/1",
    "get_rejects": "/batches/1/rejects",
    "list_cases": "/cases",
    "get_session": "/session",
}


def document() -> str:
    """The contract as it is kept."""
    with tempfile.TemporaryDirectory() as folder:
        app = _app(Path(folder))
        return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"


def _app(folder: Path) -> Any:
    import loaders
    from api.http.app import create_app
    from api.http.service import Options

    loaders.load(folder / "ledger", [BUNDLE], who="example")
    return create_app(Options(folder / "ledger"))


def examples() -> dict[str, Any]:
    """What each question answers, by operation id."""
    from tests.serving import running

    with tempfile.TemporaryDirectory() as folder:
        import loaders

        ledger = Path(folder) / "ledger"
        loaders.load(ledger, [BUNDLE], who="example", at=datetime(2017, 12, 29, 18, tzinfo=UTC))
        with running(ledger, {"wang": (("investigator", "loader"), ("*",))}) as server:
            found = {name: server.get(path, "wang").json() for name, path in ASKED.items()}
            first = found["list_findings"]["findings"][0]["id"]
            found["get_finding"] = server.get(f"/findings/{first}?lang=en", "wang").json()
    return {name: _cut(answer) for name, answer in sorted(found.items())}


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cut(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_cut(one) for one in value[:ROWS_MOST]]
    return value[:TEXT_MOST] if isinstance(value, str) else value


def main() -> None:
    """Write both files."""
    from api.http.contract import EXAMPLES
    from api.http.contract import examples as known

    EXAMPLES.write_text(json.dumps(examples(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    known.cache_clear()
    KEPT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""`python -m tools.contract`: write the HTTP contract, docs/openapi.json, and the examples of its answers.

The examples are what a server answers on the example ledger with planted faults; lists are cut to their first rows.
"""

from __future__ import annotations

import json
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.serving import Running

KEPT = Path(__file__).parent.parent / "docs" / "openapi.json"
BUNDLE = Path(__file__).parent.parent / "tests" / "examples" / "faults" / "bundle"
ROWS_MOST = 2
TEXT_MOST = 400
PAYMENT = "payment%3AP-00000376"
COUNTY = "410103000"
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
    "get_figure": "/figures?figure=expenditure%3A410103000&limit=2",
    "get_ranking_part": "/ranking/410103000/chain?limit=2",
    "draw_sample": "/samples?size=2&seed=7",
    "explain_record": f"/records/{PAYMENT}/explanation?policy=fifo",
    "readyz": "//readyz",
}
PEOPLE = {
    "wang": (("investigator", "loader"), ("*",)),
    "county": (("investigator",), (COUNTY,)),
    "keeper": (("security_admin",), ()),
    "auditor": (("audit_admin",), ()),
}
ROW = (
    b"payment_id,division_code,amount,pay_date,status,method,payee_kind,payee_name\n"
    b"P-NEW,410103000,12.50,2017-09-01,valid,direct,village,Dong\n"
)
VARYING = (
    (re.compile(r"20[2-9]\d-\d\d-\d\dT[\d:.]+(\+00:00|Z)"), "2017-12-29T18:00:00+00:00"),
    (re.compile(r"\b20[2-9]\d-\d\d-\d\d\b"), "2017-12-29"),
    (re.compile(r"\bU-[0-9a-f]{16}\b"), "U-0123456789abcdef"),
    (re.compile(r"\bflk_[\w-]+"), "flk_…"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "0" * 64),
)


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
    """What each question and each change answers, by operation id; what differs from run to run is made alike."""
    from tests.serving import running

    with tempfile.TemporaryDirectory() as folder:
        import loaders

        ledger = Path(folder) / "ledger"
        loaders.load(ledger, [BUNDLE], who="example", at=datetime(2017, 12, 29, 18, tzinfo=UTC))
        with running(ledger, PEOPLE) as server:
            found = {name: server.get(path, "wang").json() for name, path in ASKED.items()}
            first = found["list_findings"]["findings"][0]["id"]
            found["get_finding"] = server.get(f"/findings/{first}?lang=en", "wang").json()
            found |= _changes(server, first) | _administration(server)
    return {name: _steady(_cut(answer)) for name, answer in sorted(found.items())}


def _changes(server: Running, finding: str) -> dict[str, Any]:
    """What decisions, cases and loads answer, each when the version before it is served."""
    from tests.serving import until

    found: dict[str, Any] = {}
    links = server.get("/repairs?limit=1000", "wang").json()["repairs"]
    link = next(one["id"] for one in links if one["sure"] and not one["group"])

    def ask(name: str, path: str, body: dict[str, Any], who: str = "wang") -> dict[str, Any]:
        answer = server.ask("POST", path, who, json=body)
        assert answer.is_success, (name, answer.text)
        found[name] = answer.json()
        made = found[name].get("becomes")
        until(lambda: not made or server.get("//readyz").json()["version"] == made)
        return dict(found[name])

    trails = {"records": [PAYMENT.replace("%3A", ":")], "policy": "fifo"}
    ask("post_lineage", "/lineage", trails)
    ask("post_finding_event", f"/findings/{finding}/events?lang=en", {"event": "review"})
    said = {"division_code": COUNTY, "measure": "expenditure", "amount": "120.50", "why": "drawn up a day earlier"}
    ask("explain_difference", "/reconciliation/explanations", said, "county")
    ask("accept_repair", f"/repairs/{link}/accept", {"why": "same number, same amount"})
    found["list_accepted_links"] = server.get("/repairs/accepted", "wang").json()
    ask("revoke_repair", f"/repairs/{link}/revoke", {"why": "the county named another"})
    case = ask("open_case", "/cases", {"title": "a road"})["id"]
    ask("post_case_event", f"/cases/{case}/events", {"event": "added", "record": trails["records"][0]})
    found["get_case"] = server.get(f"/cases/{case}", "wang").json()
    found["get_case_moved"] = server.get(f"/cases/{case}/moved", "wang").json()
    taken = server.ask("POST", "/batches", "wang", files=[("files", ("payments.csv", ROW))])
    found["post_batch"] = taken.json()
    followed = taken.json()["follow"].removeprefix("/api/v1")
    until(lambda: server.get(followed, "wang").json()["served"])
    ask("withdraw_batch", f"{followed}/withdrawal", {"why": "a wrong file"})
    return found


def _administration(server: Running) -> dict[str, Any]:
    """What administrators are answered, and what begins and ends a session."""
    added = server.ask("POST", "/users", "keeper", json={"name": "li", "roles": ["reader"], "divisions": [COUNTY]})
    changed = server.ask("PATCH", "/users/li", "keeper", json={"roles": ["investigator"]})
    begun = server.ask("POST", "/session", json={"key": added.json()["key"]})
    token = {"X-CSRF-Token": begun.json()["csrf"]}
    ended = server.ask("DELETE", "/session", cookies=dict(begun.cookies), headers=token)
    return {
        "add_user": added.json(),
        "change_user": changed.json(),
        "give_key": server.ask("POST", "/users/li/key", "keeper").json(),
        "list_users": server.get("/users", "keeper").json(),
        "read_audit": server.get("/audit?about=lineage%3Fbounds", "auditor").json(),
        "sign_in": begun.json(),
        "sign_out": ended.json(),
    }


def _steady(value: Any) -> Any:
    """The value with moments, names drawn by chance and hashes made alike, so that a run writes what the last wrote."""
    if isinstance(value, dict):
        return {key: "…" if key in ("csrf", "request") and one else _steady(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_steady(one) for one in value]
    if isinstance(value, str):
        for pattern, instead in VARYING:
            value = pattern.sub(instead, value)
    return value


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

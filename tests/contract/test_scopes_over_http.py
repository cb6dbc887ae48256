"""The matrix of role × division × every route, and that nothing outside a person's divisions is told by any of them.

Generated from the application's own routes: a route that is not in `ADDRESSES` is a failure. What lies outside is read
from the ledger: names, ids and amounts of its records, looked for in every body, header and cursor.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

import lineage
from api.access.scopes import division_of
from lineage.ledger import Ledger
from lineage.money import in_unit, yuan
from lineage.schema import TABLES
from queries import check, subtree
from tests.serving import Running, running

COUNTY, CITY, ELSEWHERE, WHOLE = "410103000", "410100000", "411328000", "*"
DIVISIONS = {"county": (COUNTY,), "city": (CITY,), "elsewhere": (ELSEWHERE,), "nowhere": (), "all": (WHOLE,)}
ROLES = ("reader", "investigator", "loader", "system_admin", "security_admin", "audit_admin", "unmask")
READING = {"reader", "investigator", "loader"}
PEOPLE = {
    f"{role}-{place}": ((role,), divisions) for role in ROLES for place, divisions in DIVISIONS.items()
} | {f"all-{place}": (("investigator", "loader"), divisions) for place, divisions in DIVISIONS.items()}

PAYMENT = "payment:P-00000376"  # of the county; its money comes through the city from the province
FORMS = ("json", "csv", "xlsx", "graphml", "prov-json", "html")
ADDRESSES: dict[str, tuple[str, ...]] = {
    "GET /api/v1/records/{record:record}": ("/records/{r}",),
    "GET /api/v1/records/{record:record}/lineage": (
        "/records/{r}/lineage?bounds=true", "/records/{r}/lineage?direction=down", "/records/{r}/lineage?policy=fifo",
        "/records/{r}/lineage?depth=1",
    ),
    "GET /api/v1/links": ("/links?from={o}&to={r}", "/links?from={r}&to={r}", "/links?from={r}&to=410000000",
                          "/links?from=410000000&to=410100000", "/links?from=河南省&to={r}"),
    "GET /api/v1/graph/{record:record}.html": ("/graph/{r}.html?lang=en", "/graph/{r}.html?direction=down"),
    "GET /api/v1/export/{record:record}": tuple(f"/export/{{r}}?format={form}" for form in FORMS),
    "GET /api/v1/overview": ("/overview", "/overview?by=project", "/overview?by=agency", "/overview?calibre=next",
                             "/overview?as_of=2017-06-30"),
    "GET /api/v1/findings": ("/findings?limit=1000", "/findings?limit=1&lang=en", "/findings?format=csv",
                             "/findings?format=ndjson&lang=en", "/findings?division=410000000"),
    "GET /api/v1/findings/{finding}": ("/findings/{f}",),
    "GET /api/v1/figures": ("/figures?figure=expenditure", "/figures?figure=passed_down:{d}&limit=2",
                            "/figures?figure=expenditure&by=month&group=2017-06", "/figures?figure=scale.city",
                            "/figures?figure=received:410000000", "/figures?figure=in_transit"),
    "GET /api/v1/ranking/{division}/{part}": ("/ranking/{d}/chain", "/ranking/410000000/chain",
                                              "/ranking/{d}/findings?format=csv"),
    "GET /api/v1/samples": ("/samples?size=5", "/samples?kind=transfer&method=money", "/samples?division=410000000"),
    "GET /api/v1/records/{record:record}/explanation": (
        "/records/{r}/explanation", "/records/{r}/explanation?policy=fifo",
        "/records/{r}/explanation?source={o}"),
    "GET /api/v1/repairs/accepted": ("/repairs/accepted", "/repairs/accepted?format=csv"),
    "GET /api/v1/search": ("/search?q={id}", "/search?q=410103000", "/search?q=village&limit=1", "/search?q=省"),
    "GET /api/v1/ranking": ("/ranking", "/ranking?limit=1", "/ranking?format=csv"),
    "GET /api/v1/rules": ("/rules",),
    "GET /api/v1/rules/{area}/{name}": ("/rules/flow/overpaid",),
    "GET /api/v1/reconciliation": ("/reconciliation", "/reconciliation?limit=1", "/reconciliation?division=410000000"),
    "GET /api/v1/repairs": ("/repairs", "/repairs?limit=1", "/repairs?format=ndjson"),
    "GET /api/v1/cases": ("/cases",),
    "GET /api/v1/cases/{case}": ("/cases/C-1",),
    "GET /api/v1/cases/{case}/moved": ("/cases/C-1/moved",),
    "GET /api/v1/batches/{batch}": ("/batches/1", "/batches/U-0000000000000000"),
    "GET /api/v1/batches/{batch}/rejects": ("/batches/1/rejects",),
    "GET /api/v1/session": ("/session",),
    "GET /api/v1/users": ("/users",),
    "GET /api/v1/audit": ("/audit?limit=1",),
    "GET /livez": ("//livez",),
    "GET /readyz": ("//readyz",),
    "GET /metrics": ("//metrics",),
    "GET /": ("//",),
    "GET /overview": ("//overview", "//overview?by=project&lang=en", "//overview?format=csv"),
    "GET /figures": ("//figures?figure=received:{d}", "//figures?figure=own:{d}", "//figures?figure=expenditure"),
    "GET /division": ("//division?code={d}", "//division?code=410000000"),
    "GET /trace": ("//trace?record={r}&lang=en", "//trace?record={r}&direction=down", "//trace?record={id}"),
    "GET /trace/graph": ("//trace/graph?record={r}",),
    "GET /trace/pack": ("//trace/pack?record={r}",),
    "GET /division/pack": ("//division/pack?code={d}",),
    "GET /risk": ("//risk", "//risk?lang=en", "//risk?division=410000000"),
    "GET /findings/{finding}": ("//findings/{f}?lang=en",),
    "GET /rules": ("//rules",),
    "GET /repairs": ("//repairs",),
    "GET /reconciliation": ("//reconciliation", "//reconciliation?division={d}"),
    "GET /ranking": ("//ranking", "//ranking?lang=en"),
    "GET /ranking/part": ("//ranking/part?code={d}&part=chain",),
    "GET /search": ("//search?q={id}", "//search?q=village"),
    "GET /payee": ("//payee?name=village376", "//payee?name={payee}"),
    "GET /cases": ("//cases",),
    "GET /cases/{case}": ("//cases/C-1",),
    "GET /feeds": ("//feeds",),
    "GET /signin": ("//signin",),
    "GET /favicon.ico": ("//favicon.ico",),
    "GET /assets/{name}": ("//assets/site.css",),
    "GET /signin/oidc": ("//signin/oidc",),
    "GET /signin/oidc/callback": ("//signin/oidc/callback?code=x&state=y",),
}
"""What is asked of each route; {r} is a record, {o} another, {id} its bare id, {f} a finding, {d} a division."""
CHANGES: dict[str, tuple[str, dict[str, object], set[str]]] = {
    "POST /api/v1/lineage": ("/lineage", {"records": [PAYMENT]}, READING),
    "POST /api/v1/findings/{finding}/events": ("/findings/{f}/events", {"event": "review"}, {"investigator"}),
    "POST /api/v1/repairs/{repair}/accept": ("/repairs/L-0/accept", {"why": "x"}, {"investigator"}),
    "POST /api/v1/repairs/{repair}/revoke": ("/repairs/L-0/revoke", {"why": "x"}, {"investigator"}),
    "POST /api/v1/cases": ("/cases", {"title": "a case"}, {"investigator"}),
    "POST /api/v1/cases/{case}/events": ("/cases/C-0/events", {"event": "added", "record": "{o}"}, {"investigator"}),
    "POST /api/v1/reconciliation/explanations": (
        "/reconciliation/explanations", {"division_code": "410999999", "measure": "scale", "why": "x"},
        {"investigator"}),
    "POST /api/v1/batches": ("/batches", {}, {"loader"}),
    "POST /api/v1/batches/{batch}/withdrawal": ("/batches/99/withdrawal", {"why": "x"}, {"loader"}),
    "POST /api/v1/users": ("/users", {"name": "reader-all", "roles": ["reader"]}, {"security_admin"}),
    "PATCH /api/v1/users/{name:record}": ("/users/nobody", {"active": False}, {"security_admin"}),
    "POST /api/v1/users/{name:record}/key": ("/users/nobody/key", {}, {"security_admin"}),
    "POST /api/v1/session": ("/session", {"key": "flk_no"}, set()),
    "DELETE /api/v1/session": ("/session", {}, set(ROLES)),
}
OPEN = {"GET /livez", "GET /readyz", "GET /metrics", "GET /", "GET /signin", "GET /favicon.ico", "GET /assets/{name}",
        "GET /signin/oidc", "GET /signin/oidc/callback", "POST /api/v1/session"}
FOR_EVERYBODY = {"GET /api/v1/session", "DELETE /api/v1/session"}
"""Whoever is signed in may ask who that is, and sign out."""
ADMINISTRATORS = {"GET /api/v1/users": {"security_admin", "audit_admin"}, "GET /api/v1/audit": {"audit_admin"}}
"""What administrators read, and nobody else."""


@pytest.fixture(scope="module")
def ledger_path(example_ledger: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    folder = tmp_path_factory.mktemp("scopes") / "copy"
    shutil.copytree(example_ledger("faults").parent, folder)
    return folder / "ledger"


@pytest.fixture(scope="module")
def server(ledger_path: Path) -> Iterator[Running]:
    with running(ledger_path, PEOPLE) as found:
        yield found


@pytest.fixture(scope="module")
def ledger(ledger_path: Path) -> Ledger:
    return lineage.open(ledger_path)


class Outside:
    """Everything of a ledger that somebody with these divisions must not learn."""

    def __init__(self, ledger: Ledger, divisions: tuple[str, ...]) -> None:
        inside = {code for root in divisions for code in subtree(ledger, root)}
        own: set[str] = set()
        foreign: set[str] = set()
        self.amounts: set[str] = set()
        own_amounts: set[int] = set()
        foreign_amounts: set[int] = set()
        self.records: list[str] = []
        for table in TABLES:
            if not table.kind or table.name in ("divisions", "agencies", "projects"):
                continue
            for row in ledger.rows(f"SELECT * FROM {table.name}"):
                record = row["record"]
                sees = division_of(ledger, record) in inside
                words = {row.get(name) for name in ("payee_name", "person_name", "purpose", "title", "voucher_no")}
                (own if sees else foreign).update({record, record.partition(":")[2], *words})
                fen = row.get("amount_fen")
                if fen:
                    (own_amounts if sees else foreign_amounts).add(abs(fen))
                if not sees:
                    self.records.append(record)
        # ids, payees, dated titles; a word without a figure ("资金安排") is everybody's
        self.words = {word for word in foreign - own - {None, ""} if len(word) > 3 and re.search(r"\d", word)}
        for fen in foreign_amounts - own_amounts:
            if fen > 100_000:  # small sums may be equal by chance
                self.amounts |= {yuan(fen), in_unit(fen, "元", 2, grouped=True)}

    def told(self, text: str, *, amounts: bool) -> list[str]:
        """What of it a text tells. Words are met whole: P-1 is not in P-11."""
        met = set(re.findall(r"[\w:.,-]+", text)) | set(re.findall(r"[\w-]+", text))
        met |= {word.strip(".,:") for word in met}
        return sorted((self.words | (self.amounts if amounts else set())) & met)


def all_text(answer: httpx.Response) -> str:
    """Body, headers and what cursors hold; a workbook's or an archive's parts unpacked."""
    import io
    import zipfile

    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "etag", "x-request-id")}
    text = f"{headers}\n"
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            text += "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    else:
        text += answer.text
    for cursor in re.findall(r'"next": ?"([\w-]+)"', text):
        text += base64.urlsafe_b64decode(cursor + "==").decode()
    return text


def test_every_route_is_in_the_matrix(server: Running) -> None:
    known = {
        f"{method} {prefix}{route.path}"
        for prefix, router in server.app.state.routers
        for route in router.routes
        for method in route.methods
    }
    assert known == ADDRESSES.keys() | CHANGES.keys()


def test_without_signing_in_no_route_tells_anything(server: Running, ledger: Ledger) -> None:
    outside = Outside(ledger, ())
    for route, templates in ADDRESSES.items():
        for template in templates:
            answer = server.get(filled(template, PAYMENT))
            assert answer.status_code in ((200, 307, 401, 404, 503) if route in OPEN else (401,)), (route, answer.text)
            assert not outside.told(without_asked(all_text(answer), str(answer.url)), amounts=True), route
    for route, (template, body, _) in CHANGES.items():
        method = route.partition(" ")[0]
        assert server.ask(method, filled(template, PAYMENT), json=body).status_code in (401, 415), route


def test_every_role_may_what_it_may_and_no_more(server: Running) -> None:
    """A role may do what is its own, on every route, whatever its divisions; the rest is 403."""
    for role in ROLES:
        for place in DIVISIONS if role in READING else ("county", "all"):
            who = f"{role}-{place}"
            for route, templates in ADDRESSES.items():
                if route in OPEN:
                    continue
                status = server.get(filled(templates[0], PAYMENT), who).status_code
                may = role in ADMINISTRATORS.get(route, READING) or route in FOR_EVERYBODY
                if "/batches/" in route:
                    may = role == "loader" or (role == "investigator" and "rejects" not in route)
                assert (status != 403) == may, (who, route, status)
                assert status in (200, 403, 404, 422), (who, route, status)
            for route, (template, body, roles) in CHANGES.items():
                method = route.partition(" ")[0]
                sent = {"files": [("files", ("x.csv", b"x"))]} if route.endswith("/batches") else {"json": body}
                if role in roles and route.endswith("/batches"):
                    continue  # loads something: a test of its own
                status = server.ask(method, filled(template, PAYMENT), who, **sent).status_code
                if route not in OPEN:
                    assert (status != 403) == (role in roles), (who, route, status)


@pytest.mark.parametrize("place", ["county", "city", "elsewhere", "nowhere"])
def test_nothing_outside_is_told_by_any_route(server: Running, ledger: Ledger, place: str) -> None:
    who, divisions = f"all-{place}", DIVISIONS[place]
    outside = Outside(ledger, divisions)
    inside = {code for root in divisions for code in subtree(ledger, root)}
    findings = [one for one in check(ledger).findings if one.division_code in inside]
    crossing = [one for one in findings if any(division_of(ledger, r) not in inside for r in one.evidence)]
    records = [PAYMENT, *some(ledger, inside)]
    chosen = [one.id for one in [*crossing, *findings][:4]] or ["F-0"]
    for template in (one for templates in ADDRESSES.values() for one in templates):
        for record in records if "{r}" in template or "{id}" in template else records[:1]:
            for finding in chosen if "{f}" in template else chosen[:1]:
                address = filled(template, record, finding, divisions[0] if divisions else COUNTY)
                answer = server.get(address, who)
                assert answer.status_code < 500, (address, answer.text)
                # hidden records of a trail show their amount: so the contract has it
                is_trail = any(word in template for word in ("lineage", "/graph", "/export", "/trace", "/explanation"))
                told = outside.told(without_asked(all_text(answer), address), amounts=not is_trail)
                assert not told, (who, address, told[:5])


@pytest.mark.parametrize("place", ["county", "city", "elsewhere"])
def test_outside_and_nowhere_answer_alike(server: Running, ledger: Ledger, place: str) -> None:
    """Ids of outside records, near misses of them and ids of nothing get the same answer, the id asked apart."""
    who = f"all-{place}"
    outside = Outside(ledger, DIVISIONS[place])
    paths = ("/records/{r}", "/records/{r}/lineage", "/graph/{r}.html", "/export/{r}?format=csv",
             "/links?from={r}&to={r}")
    for kind in sorted({record.partition(":")[0] for record in outside.records}):
        there = next(record for record in outside.records if record.startswith(kind + ":"))
        nowhere = f"{kind}:NOWHERE"
        for record in (there, there[:-1], there.partition(":")[2]):
            for path in paths:
                answers = [server.get(path.format(r=quote(one, safe="")), who) for one in (record, nowhere)]
                said = [one.text.replace(name, "·").replace(quote(name), "·") for one, name in
                        zip(answers, (record, nowhere), strict=True)]
                assert said[0] == said[1], (record, path)
                assert answers[0].status_code == 404
        answers = [server.ask("POST", "/lineage", who, json={"records": [one]}) for one in (there, nowhere)]
        assert answers[0].text.replace(there, "·") == answers[1].text.replace(nowhere, "·")
    found = server.get(f"/search?q={outside.records[0].partition(':')[2]}", who).json()
    assert found["hits"] == []
    assert found["total"] == 0


def test_sums_are_those_of_the_part(server: Running, ledger: Ledger) -> None:
    """Totals of a list are of what is in it; ranks are among all."""
    for place in ("county", "city", "elsewhere", "nowhere"):
        who = f"all-{place}"
        found = server.get("/findings?limit=1000", who).json()
        counts = {rule["rule"]: rule["findings"] for rule in found["rules"]}
        assert sum(counts.values()) == found["total"] == len(found["findings"])
        assert all(re.fullmatch(r"\d+\.\d\d", rule["amount"]) for rule in found["rules"])
        whole = server.get("/overview", who).json()
        received = [row["expenditure"] for row in whole["divisions"]]
        assert yuan(sum(round(float(one) * 100) for one in received)) == whole["expenditure"]["total"]
        assert {row["division_code"] for row in whole["divisions"]} <= {
            code for root in DIVISIONS[place] for code in subtree(ledger, root)}


def some(ledger: Ledger, inside: set[str]) -> list[str]:
    """A few records of each kind inside, and those whose trail crosses the border."""
    found: list[str] = []
    for table in TABLES:
        if table.kind and table.name not in ("divisions", "agencies", "projects"):
            rows = [row["record"] for row in ledger.rows(f"SELECT record FROM {table.name} ORDER BY record")]
            found += [record for record in rows if division_of(ledger, record) in inside][-1:]
    return found


def filled(template: str, record: str, finding: str = "F-0", division: str = COUNTY) -> str:
    """An address out of a template."""
    parts = {"r": record, "o": "allocation:A-00000016", "id": record.partition(":")[2], "f": finding, "d": division}
    return template.format(**{name: quote(value, safe="") for name, value in parts.items()}, payee="village001")


def without_asked(text: str, address: str) -> str:
    """A text without what was asked: an answer may repeat the question."""
    from urllib.parse import unquote

    asked = unquote(address)
    for word in sorted(set(re.findall(r"[\w:-]+", asked)), key=len, reverse=True):
        if re.search(r"\d", word):
            text = text.replace(word, "·")
    return text

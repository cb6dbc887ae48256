"""Ways in over real HTTP: keys, sessions, tokens of a site, a real OpenID Connect provider, a gateway."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as elliptic
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.access import people as persons
from api.access import tokens
from api.access.sessions import SESSIONS_MOST
from tests.oidc_provider import Provider, provider
from tests.serving import Running, running
from tests.waiting import PATIENCE

PEOPLE = {
    "county": (("reader",), ("410103000",)), "investigator": (("investigator",), ("*",)),
    "王五": (("reader",), ("*",)), "off": (("reader",), ("*",)),
}
SECRET = "a secret of at least thirty-two bytes for HS256"


@pytest.fixture
def ledger(fresh_ledger: Callable[[str], Path]) -> Path:
    return fresh_ledger("sound")


@pytest.fixture
def site(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Running, Provider]]:
    """A server that signs in at a provider, and the provider."""
    monkeypatch.setattr(tokens, "AGAIN_SECONDS", 0.1)
    with provider("fund-lineage", "client secret", "http://lineage.example/signin/oidc/callback") as known:
        monkeypatch.setenv("LINEAGE_OIDC_ISSUER", known.address)
        monkeypatch.setenv("LINEAGE_OIDC_CLIENT", known.client)
        monkeypatch.setenv("LINEAGE_OIDC_SECRET", known.secret)
        monkeypatch.setenv("LINEAGE_OIDC_BACK", known.back)
        with running(ledger, PEOPLE) as server:
            yield server, known


def way_there(server: Running) -> tuple[str, dict[str, str]]:
    """Begin: the provider's address, and the cookie of the way."""
    begun = server.get("//signin/oidc")
    assert begun.status_code == 303
    name, _, value = begun.headers["set-cookie"].split(";")[0].partition("=")
    assert "httponly" in begun.headers["set-cookie"].lower()
    assert "samesite=lax" in begun.headers["set-cookie"].lower()
    return begun.headers["location"], {name: value}


def way_back(server: Running, address: str, cookies: dict[str, str]) -> httpx.Response:
    """The provider agrees and sends the browser back."""
    agreed = httpx.get(address, timeout=PATIENCE)
    back = urlsplit(agreed.headers["location"])
    return server.get(f"/{back.path}?{back.query}", cookies=cookies)


def test_a_person_signs_in_at_the_provider_and_has_a_session(site: tuple[Running, Provider]) -> None:
    server, known = site
    address, cookies = way_there(server)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    done = way_back(server, address, cookies)
    assert done.status_code == 200, done.text
    session = next(one for one in done.headers.get_list("set-cookie") if one.startswith("lineage_session="))
    assert "samesite=strict" in session.lower()
    cookie = {"lineage_session": session.split(";")[0].partition("=")[2]}
    who = server.get("/session", cookies=cookie).json()
    assert (who["name"], who["divisions"]) == ("county", ["410103000"])
    assert who["csrf"]
    again = way_back(server, way_there(server)[0], cookies)
    assert again.status_code == 401  # another way's state
    with pytest.raises(KeyError):
        httpx.get(address, timeout=PATIENCE).headers["set-cookie"]
    known.person = "stranger"
    assert way_back(server, *way_there(server)).status_code == 401


def test_what_a_provider_must_not_say_opens_nothing(site: tuple[Running, Provider]) -> None:
    server, known = site
    for bent in ({"iss": "https://evil.example"}, {"aud": "another client"}, {"exp": int(time.time()) - 300},
                 {"nonce": "of another way"}, {"nonce": None}, {"exp": None}, {"sub": None},
                 {"aud": [known.client, "other"], "azp": "other"}):
        known.claims = bent
        assert way_back(server, *way_there(server)).status_code == 401, bent
    known.claims = {}
    address, cookies = way_there(server)
    assert server.get("//signin/oidc/callback?code=guess&state=guess", cookies=cookies).status_code == 401
    assert server.get("//signin/oidc/callback?error=access_denied", cookies=cookies).status_code == 401
    assert server.get("//signin/oidc/callback?code=x&state=x").status_code == 401
    assert way_back(server, address, cookies).status_code == 200


def test_tokens_of_the_provider_and_forged_ones(site: tuple[Running, Provider]) -> None:
    server, known = site
    base = {"iss": known.address, "aud": known.client, "sub": "county", "exp": int(time.time()) + 300}
    [kid] = known.keys

    def status(token: str) -> int:
        shown = f"Bearer {token}".encode("latin-1")
        return server.get("/rules", headers={"Authorization": shown}).status_code

    assert status(known.token()) == 200
    other = generate_private_key(65537, 2048)
    pem = known.public_pem
    body = jwt.utils.base64url_encode
    header = body(f'{{"alg":"HS256","typ":"JWT","kid":"{kid}"}}'.encode())
    claims = body(json.dumps(base).encode())
    signed = header + b"." + claims
    confused = (signed + b"." + body(hmac.new(pem, signed, hashlib.sha256).digest())).decode()
    forged = [
        jwt.encode(base, None, "none", headers={"kid": kid}),
        confused,  # HS256 with the public key as its secret
        jwt.encode(base, other, "RS256", headers={"kid": kid}),
        jwt.encode(base, other, "RS256", headers={"kid": "unknown"}),
        jwt.encode(base, other, "RS256"),
        jwt.encode(base, SECRET, "HS256", headers={"kid": kid}),
        known.token(iss="https://evil.example"), known.token(aud="another"), known.token(aud=None),
        known.token(exp=int(time.time()) - 300), known.token(exp=None), known.token(sub="stranger"),
        known.token()[:-4], "a.b.c", "é.b.c",
    ]
    for token in forged:
        assert status(token) == 401, token


def test_keys_that_the_provider_changes_are_fetched_again_but_not_for_every_guess(
    site: tuple[Running, Provider],
) -> None:
    server, known = site
    old = known.token()
    assert server.get("/rules", headers={"Authorization": f"Bearer {old}"}).status_code == 200
    known.rotate()
    time.sleep(0.15)
    assert server.get("/rules", headers={"Authorization": f"Bearer {known.token()}"}).status_code == 200
    assert server.get("/rules", headers={"Authorization": f"Bearer {old}"}).status_code == 401
    before = known.fetched_keys
    server.service.doorkeeper.provider.keys._fetched = time.monotonic() + 60  # type: ignore[union-attr]
    for number in range(20):
        guess = jwt.encode({"sub": "x"}, SECRET, "HS256", headers={"kid": f"guess-{number}"})
        assert server.get("/rules", headers={"Authorization": f"Bearer {guess}"}).status_code == 401
    assert known.fetched_keys == before


def test_a_provider_that_is_away_or_another_is_503(
    site: tuple[Running, Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, known = site
    known.issuer_said = "https://evil.example"
    away = server.get("//signin/oidc")
    assert (away.status_code, away.headers["retry-after"]) == (503, "2")
    assert server.get("/rules", headers={"Authorization": f"Bearer {known.token()}"}).status_code == 503
    assert server.get("/rules", "county").status_code == 200  # keys of our own go on


def test_a_new_key_ends_the_old_one_and_its_sessions_and_off_is_at_once(ledger: Path) -> None:
    with running(ledger, PEOPLE) as server:
        begun = server.ask("POST", "/session", json={"key": server.keys["county"]})
        cookie = {"lineage_session": begun.cookies["lineage_session"]}
        assert server.get("/rules", cookies=cookie).status_code == 200
        file = persons.users_file(ledger)
        with persons.changing(file) as people:
            changed, key = persons.with_new_key(people, "county")
            persons.write_people(file, changed)
        assert file.stat().st_mode & 0o777 == 0o600
        assert server.get("/rules", "county").status_code == 401
        assert server.get("/rules", cookies=cookie).status_code == 401
        server.keys["county"] = key
        assert server.get("/rules", "county").status_code == 200
        with persons.changing(file) as people:
            persons.write_people(file, persons.switched(people, "off", active=False))
        assert server.get("/rules", "off").status_code == 401
        file.write_text("{")  # nobody comes in by a file that cannot be read
        assert server.get("/rules", "county").status_code == 503


def test_signing_out_ends_the_session_on_the_server_in_every_worker_and_after_a_restart(ledger: Path) -> None:
    with running(ledger, PEOPLE) as one, running(ledger, {}) as other:
        begun = one.ask("POST", "/session", json={"key": one.keys["county"]})
        second = one.ask("POST", "/session", json={"key": one.keys["county"]})
        stolen, kept = ({"lineage_session": answer.cookies["lineage_session"]} for answer in (begun, second))
        assert [server.get("/rules", cookies=stolen).status_code for server in (one, other)] == [200, 200]
        assert other.ask("DELETE", "/session", cookies=stolen).status_code == 401  # without its token
        out = other.ask("DELETE", "/session", cookies=stolen, headers={"X-CSRF-Token": begun.json()["csrf"]})
        assert out.status_code == 200
        assert [server.get("/rules", cookies=stolen).status_code for server in (one, other)] == [401, 401]
        assert [server.get("/rules", cookies=kept).status_code for server in (one, other)] == [200, 200]
        folder = one.service.kept.sessions
        files = list(folder.glob("*/*"))
        assert len(files) == 1
        assert files[0].stat().st_mode & 0o777 == 0o600
        secret = kept["lineage_session"].partition(".")[2]
        assert secret not in str(files) + files[0].read_text()  # who reads the folder holds no session
        for bent in ("../../ledger.users.json", "0" * 16 + "." + "A" * 43, f"{files[0].parent.name}/{files[0].name}"):
            assert one.get("/rules", cookies={"lineage_session": bent}).status_code == 401
    with running(ledger, {}) as again:
        assert again.get("/rules", cookies=kept).status_code == 200
        assert again.get("/rules", cookies=stolen).status_code == 401
        late = json.loads(files[0].read_text())
        files[0].write_text(json.dumps({**late, "begun": time.time() - 8 * 3600 - 1}))
        assert again.get("/rules", cookies=kept).status_code == 401


def test_of_one_person_the_newest_sessions_are_kept(ledger: Path) -> None:
    with running(ledger, PEOPLE) as server:
        begun = [server.ask("POST", "/session", json={"key": server.keys["county"]}) for _ in range(SESSIONS_MOST + 2)]
        known = [server.get("/rules", cookies={"lineage_session": one.cookies["lineage_session"]}).status_code
                 for one in begun]
        assert known[-1] == 200
        assert sorted(known) == [200] * SESSIONS_MOST + [401] * 2


def test_switched_off_and_on_again_nothing_of_before_opens(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_JWT_SECRET", SECRET)
    with running(ledger, PEOPLE) as server:
        now = int(time.time())

        def token(**claims: int) -> str:
            return jwt.encode({"sub": "county", "exp": now + 600, **claims}, SECRET, "HS256")

        def known(shown: str) -> int:
            return server.get("/rules", headers={"Authorization": f"Bearer {shown}"}).status_code

        old = token(iat=now)
        cookies = [{"lineage_session": server.ask("POST", "/session", json={"key": key}).cookies["lineage_session"]}
                   for key in (server.keys["county"], old)]
        assert [server.get("/rules", cookies=one).status_code for one in cookies] == [200, 200]
        assert known(old) == known(token()) == 200
        file = persons.users_file(ledger)
        for active, status in ((False, 401), (True, 401)):
            with persons.changing(file) as people:
                persons.write_people(file, persons.switched(people, "county", active=active))
            assert [server.get("/rules", cookies=one).status_code for one in cookies] == [status] * 2, active
            assert [known(old), known(token()), server.get("/rules", "county").status_code] == [status] * 3, active
        assert known(token(iat=int(time.time()) + 1)) == 200
        fresh = server.ask("POST", "/session", json={"key": token(iat=int(time.time()) + 1)})
        assert server.get("/rules", cookies={"lineage_session": fresh.cookies["lineage_session"]}).status_code == 200


def test_a_session_changes_things_only_with_its_token_and_from_its_own_pages(ledger: Path) -> None:
    with running(ledger, PEOPLE) as server:
        begun = server.ask("POST", "/session", json={"key": server.keys["investigator"]})
        cookie, csrf = {"lineage_session": begun.cookies["lineage_session"]}, begun.json()["csrf"]

        def status(**headers: str) -> int:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return server.ask("POST", "/cases", json={"title": "x"}, cookies=cookie, headers=named).status_code

        assert status() == 401
        assert status(X_CSRF_Token="guess") == 401
        assert status(X_CSRF_Token=csrf, Origin="http://evil.example") == 401
        assert status(X_CSRF_Token=csrf, Sec_Fetch_Site="cross-site") == 401
        assert status(X_CSRF_Token=csrf, Origin=f"http://127.0.0.1:{server.port}") == 201
        forged = jwt.encode({"sub": "investigator", "csrf": "x", "key": "", "aud": "session",
                             "exp": int(time.time()) + 60}, SECRET, "HS256")
        assert server.get("/rules", cookies={"lineage_session": forged}).status_code == 401
        way = server.service.doorkeeper.way({"state": "s", "nonce": "n", "verifier": "v", "sub": "investigator"})
        assert server.get("/rules", cookies={"lineage_session": way}).status_code == 401
        assert server.ask("POST", "/session", json={"key": server.keys["county"]},
                          headers={"Origin": "http://evil.example"}).status_code == 401


def test_a_gateway_is_believed_from_its_own_address_only(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_PROXY_ADDRESS", "127.0.0.1")
    with running(ledger, PEOPLE) as server:
        assert server.get("/session", headers={"X-Remote-User": "county"}).json()["name"] == "county"
        named = {"X-Remote-User": "王五".encode()}
        assert server.get("/session", headers=named).json()["name"] == "王五"
        assert server.get("/session", headers={"X-Remote-User": "stranger"}).status_code == 401
        assert server.get("/session").status_code == 401
        crossed = {"X-Remote-User": "investigator", "Sec-Fetch-Site": "cross-site"}
        assert server.ask("POST", "/cases", json={"title": "x"}, headers=crossed).status_code == 401
    monkeypatch.setenv("LINEAGE_PROXY_ADDRESS", "192.0.2.1")
    with running(ledger, {}) as server:
        assert server.get("/session", headers={"X-Remote-User": "county"}).status_code == 401


def test_tokens_by_a_shared_secret_and_by_a_public_key(ledger: Path, monkeypatch: pytest.MonkeyPatch,
                                                       tmp_path: Path) -> None:
    key = elliptic(SECP256R1())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "site.pem").write_bytes(public)
    monkeypatch.setenv("LINEAGE_JWT_KEY_FILE", str(tmp_path / "site.pem"))
    monkeypatch.setenv("LINEAGE_CLAIM", "upn")
    with running(ledger, PEOPLE) as server:
        claims = {"sub": "0815", "upn": "county", "exp": int(time.time()) + 60}

        def status(token: str) -> int:
            return server.get("/rules", headers={"Authorization": f"Bearer {token}"}).status_code

        assert status(jwt.encode(claims, key, "ES256")) == 200
        assert status(jwt.encode({**claims, "upn": 7}, key, "ES256")) == 401
        assert status(jwt.encode(claims, None, "none")) == 401
        assert status(jwt.encode(claims, SECRET, "HS256")) == 401
        assert server.get("/rules", headers={"Authorization": "Basic Y291bnR5Og=="}).status_code == 401

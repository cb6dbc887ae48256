"""`lineage doctor`: the machine, the versions, the ledger's files, and whether Neo4j is reachable."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from api.cli.options import Settings, options
from api.cli.output import DONE, FOUND, print_json, print_table
from lineage.errors import LineageError
from lineage.release import VERSION
from lineage.words import Language, area_words, say
from lineage.words.errors import told, told_error

LIBRARIES = ("duckdb", "numpy", "numba", "pandas", "pyarrow", "networkx", "pyvis", "typer")
EXTRAS = {"neo4j": ("neo4j",), "api": ("fastapi", "uvicorn", "PyJWT", "cryptography"), "db": ("psycopg",)}
FREE_BYTES_MIN = 2 * 10**9
MONTHS_MIN = 3
BOLT_HELLO = bytes.fromhex("6060b017") + bytes.fromhex("00040405 00020404 00000000 00000000")


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing looked at: `state` is ok, absent (may be wanted) or wrong; `found` says what is there."""

    what: str
    state: str
    found: str


@options("ledger", "json", "graph")
def doctor_command(settings: Settings) -> int:
    """Look at everything and say what was found; 1 when something is wrong."""
    signs = [*machine(settings), *libraries(settings.lang), *ledger(settings), *graph(settings)]
    if settings.json:
        print_json({"release": VERSION, "signs": [asdict(sign) for sign in signs]})
    else:
        heads = [say(f"doctor.head_{name}", settings.lang) for name in ("what", "state", "found")]
        states = {state: say(f"doctor.{state}", settings.lang) for state in ("ok", "absent", "wrong")}
        print_table(heads, [(named(sign.what, settings.lang), states[sign.state], sign.found) for sign in signs])
    return FOUND if any(sign.state == "wrong" for sign in signs) else DONE


def named(what: str, language: Language) -> str:
    """What was looked at, as a person reads it; libraries by their own names."""
    known = area_words("doctor").get(f"what_{what}")
    return known[language] if known else what


def machine(settings: Settings) -> Iterator[Sign]:
    """Python, system, cores, free space, and whether compiled kernels can be kept."""
    yield Sign("lineage", "ok", VERSION)
    python = sys.version_info
    yield Sign("python", "ok" if python >= (3, 11) else "wrong", platform.python_version())
    machine = {"system": platform.system(), "release": platform.release(), "cores": os.cpu_count()}
    found = say("doctor.system", settings.lang, **machine)
    yield Sign("system", "ok", found)
    folder = next(part for part in (settings.ledger.absolute(), *settings.ledger.absolute().parents) if part.exists())
    free = shutil.disk_usage(folder).free
    found = say("doctor.disk", settings.lang, free=f"{free / 1e9:.1f}", folder=folder)
    yield Sign("disk", "ok" if free >= FREE_BYTES_MIN else "wrong", found)
    encoding = (sys.stdout.encoding or "").lower()
    readable = encoding.replace("-", "") in ("utf8", "gb18030", "gbk")
    yield Sign("terminal", "ok" if readable else "wrong", encoding or say("doctor.no_encoding", settings.lang))
    kept = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parent)
    writable = os.access(kept, os.W_OK)
    found = say("doctor.kernels_kept" if writable else "doctor.kernels_not_kept", settings.lang, folder=kept)
    yield Sign("kernels", "ok" if writable else "wrong", found)


def libraries(language: Language) -> Iterator[Sign]:
    """The libraries of the base, and each extra as a whole."""
    for name in LIBRARIES:
        found = installed(name)
        yield Sign(name, "ok" if found else "wrong", found or say("doctor.not_installed", language))
    if installed("duckdb") == "2.0.0":
        yield Sign("duckdb", "wrong", say("doctor.duckdb_2_0_0", language))
    for extra, names in EXTRAS.items():
        missing = [name for name in names if not installed(name)]
        hint = f"pip install 'fund-lineage[{extra}]'"
        found = ", ".join(f"{name} {installed(name)}" for name in names)
        yield Sign(f"[{extra}]", "absent" if missing else "ok", hint if missing else found)


def installed(name: str) -> str:
    """The version of a distribution, empty when it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def ledger(settings: Settings) -> Iterator[Sign]:
    """Whether the ledger opens and its key is there and private; `verify` looks deeper."""
    if not settings.ledger.exists():
        yield Sign("ledger", "absent", say("doctor.no_ledger", settings.lang, folder=settings.ledger))
        return
    from lineage.ledger.tokens import read_key

    try:
        opened = settings.open()
        found = say("doctor.ledger", settings.lang, batches=opened.batch, latest=opened.latest_business_date)
        yield Sign("ledger", "ok", found)
        read_key(settings.ledger)
        yield Sign("key", "ok", say("doctor.key", settings.lang))
        yield room(settings)
    except LineageError as error:
        yield Sign("ledger", "wrong", told_error(error, settings.lang))


def room(settings: Settings) -> Sign:
    """How much room the ledger takes and how long what is free lasts; wrong below three months."""
    from lineage.ledger.growth import growth

    found = growth(settings.ledger, datetime.now(UTC))
    left = found.months_left(shutil.disk_usage(settings.ledger).free)
    told = say(
        "doctor.growth_young" if left is None else "doctor.growth",
        settings.lang,
        batches=_megabytes(found.batches_bytes),
        derived=_megabytes(found.derived_bytes),
        audit=_megabytes(found.audit_bytes),
        monthly=_megabytes(found.monthly_bytes or 0),
        months=left,
    )
    return Sign("room", "wrong" if left is not None and left < MONTHS_MIN else "ok", told)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def graph(settings: Settings) -> Iterator[Sign]:
    """Whether something that speaks Bolt answers at --graph, by its handshake: no driver, no sign-in."""
    if settings.graph is None:
        yield Sign("graph", "ok", say("doctor.embedded", settings.lang))
        return
    parts = urlsplit(settings.graph)
    try:
        with socket.create_connection((parts.hostname or "localhost", parts.port or 7687), timeout=3) as connection:
            connection.sendall(BOLT_HELLO)
            answer = connection.recv(4)
    except (OSError, ValueError) as error:
        yield Sign("graph", "wrong", f"{settings.graph}: {error}")
        return
    spoken = len(answer) == 4 and any(answer)
    found = f"Bolt {answer[3]}.{answer[2]}" if spoken else say("doctor.not_bolt", settings.lang)
    yield Sign("graph", "ok" if spoken else "wrong", f"{settings.graph}: {found}")
    if spoken and installed("neo4j") and settings.ledger.exists():
        yield published(settings)


def published(settings: Settings) -> Sign:
    """Whether the published graph is the ledger's, by counts and checksums."""
    from api.homes import differences

    try:
        found = differences(settings)
    except LineageError as error:
        return Sign("published", "wrong", told_error(error, settings.lang))
    different = told("; ".join(found), settings.lang)
    return Sign("published", "wrong" if found else "ok", different or say("doctor.published", settings.lang))

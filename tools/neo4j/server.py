"""Fetch, start and stop one Neo4j server. The version is the one in pom.xml beside this module."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

POM = Path(__file__).parent / "pom.xml"
JAVA_FLAGS = (
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-XX:+UseSerialGC",  # one collector thread: two cores are shared with the client
    "-XX:TieredStopAtLevel={tier}",
)
QUICK, THOROUGH = 1, 4
"""How far the Java machine compiles: tests gain by starting quickly, work by hand by running fast."""
SETTINGS = """\
server.bolt.listen_address=127.0.0.1:{bolt}
server.bolt.advertised_address=127.0.0.1:{bolt}
server.http.listen_address=127.0.0.1:{http}
server.http.advertised_address=127.0.0.1:{http}
server.https.enabled=false
dbms.security.auth_enabled={signed_in}
dbms.usage_report.enabled=false
server.memory.pagecache.size=256m
{more}
"""


CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
"""The servers that this very process started, to be waited for when they are stopped."""


class NotToBeHad(RuntimeError):
    """This machine cannot run the server; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a server is run: heap, whether one must sign in (neo4j, neo4j at first), more lines of neo4j.conf, how far it
    compiles.
    """

    heap: str = "1g"
    signed_in: bool = False
    more: str = ""
    tier: int = THOROUGH


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it answers, its process, and its home folder."""

    bolt: int
    http: int
    pid: int
    home: Path

    @property
    def uri(self) -> str:
        """The Bolt address for the driver; no user and no password."""
        return f"bolt://127.0.0.1:{self.bolt}"


def cache_folder() -> Path:
    """Where the server's jars are kept between runs: beside the user's other caches."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    fingerprint = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    return Path(base) / "fund-lineage" / f"neo4j-{fingerprint}"


def jars() -> Path:
    """The folder of the server's jars, fetched on the first call (about a minute, 125 MB)."""
    folder = cache_folder()
    if (folder / "complete").exists():
        return folder / "lib"
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise NotToBeHad(f"{tool} is not installed; Neo4j needs Java 17 and Maven")
    partial = folder.with_name(f"{folder.name}.{os.getpid()}")
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
    done = subprocess.run(
        [*command, f"-DoutputDirectory={partial / 'lib'}"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NotToBeHad(f"Maven could not fetch Neo4j: {(done.stdout + done.stderr).strip()[-600:]}")
    (partial / "complete").touch()
    with suppress(OSError):  # another process was first: its copy is as good
        partial.rename(folder)
    shutil.rmtree(partial, ignore_errors=True)
    return folder / "lib"


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(home: Path, *, bolt: int = 0, http: int = 0, terms: Terms = Terms(), wait_seconds: float = 120) -> Server:
    """Start a server with its data in `home` and return when it answers on Bolt (about 15 s)."""
    library = jars()
    bolt, http = bolt or free_port(), http or free_port()
    (home / "conf").mkdir(parents=True, exist_ok=True)
    (home / "logs").mkdir(exist_ok=True)
    text = SETTINGS.format(bolt=bolt, http=http, signed_in=str(terms.signed_in).lower(), more=terms.more)
    (home / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")
    flags = [flag.format(tier=terms.tier) for flag in JAVA_FLAGS]
    command = ["java", f"-Xmx{terms.heap}", *flags, "-cp", f"{library}/*", "org.neo4j.server.CommunityEntryPoint"]
    with (home / "logs" / "console.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, f"--home-dir={home}", f"--config-dir={home / 'conf'}"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    CHILDREN[process.pid] = process
    server = Server(bolt, http, process.pid, home)
    deadline = time.monotonic() + wait_seconds
    while not answers(server):
        if process.poll() is not None or time.monotonic() > deadline:
            stop(server.pid)
            tail = (home / "logs" / "console.log").read_text(encoding="utf-8", errors="replace")[-1500:]
            raise NotToBeHad(f"Neo4j did not start within {wait_seconds:.0f} s; its log ends with:\n{tail}")
        time.sleep(0.3)
    return server


def answers(server: Server) -> bool:
    """Whether a query comes back over Bolt."""
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError, DriverError, Neo4jError

    try:
        with GraphDatabase.driver(server.uri, connection_timeout=2, max_transaction_retry_time=0) as driver:
            driver.execute_query("RETURN 1")
    except AuthError:
        return True  # it answers, and wants to know who asks
    except (DriverError, Neo4jError, OSError):
        return False
    return True


def stop(pid: int, *, wait_seconds: float = 20) -> None:
    """Ask the server to end, and end it if it does not."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        if not alive(pid):
            break
        os.kill(pid, sent)
        deadline = time.monotonic() + wait_seconds
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.1)
    CHILDREN.pop(pid, None)


def alive(pid: int) -> bool:
    """Whether this process runs and is a Neo4j: a number noted long ago may be another program's by now."""
    child = CHILDREN.get(pid)
    if child is not None:
        return child.poll() is None
    try:
        return b"org.neo4j" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False

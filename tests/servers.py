"""Real servers for tests: Neo4j, PostgreSQL and Chromium, started once a run on loopback, stopped at its end."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1400,1000",
    # every name but loopback is unknown: a page that wants the network must show it
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def missing(suite: str, reason: str) -> NoReturn:
    """A suite's server is not to be had: a failure in CI, a loud skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{suite} is needed in CI: {reason}", pytrace=False)
    pytest.skip(f"SUITE NOT RUN: {suite}: {reason}")


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder for server data that another system user may enter, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lineage-servers-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def neo4j_server(server_folder: Path) -> Iterator[str]:
    """The Bolt address of an empty Neo4j server without sign-in; tests clear what they write."""
    from tools.neo4j import server

    try:
        running = server.start(server_folder / "neo4j", terms=server.Terms(tier=server.QUICK))
    except server.NotToBeHad as problem:
        missing("Neo4j", str(problem))
    yield running.uri
    server.stop(running.pid)


@pytest.fixture(scope="session")
def postgres_server(server_folder: Path) -> Iterator[str]:
    """A connection string to an empty PostgreSQL database; the server runs as an ordinary user, as it insists on."""
    from tools.neo4j.server import free_port

    programs = postgres_programs()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    user = "postgres" if as_user else getpass.getuser()
    data, port = server_folder / "postgres", free_port()
    data.mkdir()
    if as_user:
        shutil.chown(data, user)
    run([*as_user, str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", user, "-E", "UTF8", "--no-sync"])
    settings = f"-p {port} -k {data} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-w"]
    run([*control, "-l", str(data / "server.log"), "-o", settings, "start"])
    yield f"postgresql://{user}@127.0.0.1:{port}/postgres"
    run([*control, "-m", "immediate", "stop"])


def postgres_programs() -> Path:
    """The folder of PostgreSQL's server programs: Debian keeps it off the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3]))
    found = str(folders[-1]) if folders else shutil.which("initdb")
    if found is None:
        missing("PostgreSQL", "its server programs are not installed (Debian: postgresql)")
    return Path(found).parent


def run(command: list[str]) -> None:
    """Run a server program away from any folder its user may not enter; what it said is in the error."""
    done = subprocess.run(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chrome]:
    """A headless Chromium that knows no name but loopback."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        missing("Chromium", "chromium and chromedriver are not installed (Debian: chromium chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    profile = tempfile.mkdtemp(prefix="lineage-chromium-")
    for flag in (*CHROMIUM_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    session = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield session
    session.quit()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture
def browser(chromium: Chrome) -> Chrome:
    """The running Chromium on an empty page, with its logs emptied."""
    chromium.get("about:blank")
    for kind in ("performance", "browser"):
        chromium.get_log(kind)
    return chromium

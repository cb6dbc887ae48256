"""The handbook: every command runs as it is written, in order, and shows what the page says; every page is served.

Each hour is worked on a copy of what `make demo` makes. Lines of set-up (make, export, pip) are what the fixture does.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api import cli
from tests.sharing import built_once
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted((ROOT / "docs" / "handbook").glob("*/*.md"))
NAMES = [f"{page.parent.name}/{page.stem}" for page in PAGES]
BLOCKS = re.compile(r"```(sh|toml|python)\n(.*?)```", re.DOTALL)
SET_UP = ("make ", "export ", ".venv/bin/pip ")
SERVED = re.compile(r"<http://127\.0\.0\.1:8765([^>]*)>")


@pytest.fixture(scope="module")
def demo(shared_folder: Path) -> Path:
    def build(folder: Path) -> Path:
        assert cli.run(["demo", str(folder / "demo"), "--payments", "2000", "--json"]) == 0
        return folder

    return built_once(shared_folder / "readme", build)


@pytest.fixture
def desk(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody works: a copy of the demo, the files that the project ships, nothing else."""
    shutil.copytree(demo / "demo", tmp_path / "demo")
    shutil.copytree(ROOT / "loaders" / "reference", tmp_path / "loaders" / "reference")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINEAGE_LEDGER", "demo/ledger")
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_an_hour_runs_as_it_is_written(
    page: Path, desk: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    language = page.parent.name
    ran = 0
    for kind, block in BLOCKS.findall(page.read_text(encoding="utf-8")):
        if kind == "toml":
            (desk / "watch.toml").write_text(block, encoding="utf-8")
        elif kind == "python":
            exec(compile(block, str(page), "exec"), {})
        for line in block.splitlines() if kind == "sh" else ():
            if line.startswith(SET_UP) or line == "lineage serve":
                continue
            command, _, shows = line.partition(" # → ")
            said = run(command, language, capfd)
            assert shows in said, f"{page.name}: {command.strip()}\nshould show {shows!r}, shows:\n{said}"
            ran += 1
    assert ran > 5


def run(command: str, language: str, capfd: pytest.CaptureFixture[str]) -> str:
    """One line as a shell would run it; what it says on both streams."""
    words = shlex.split(command)
    capfd.readouterr()
    if words[0] == "python3":
        done = subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, check=True)
        return done.stdout + done.stderr
    arguments = words[1:] if words[1] == "rules" else [*words[1:], "--lang", language]
    code = cli.run(arguments)
    shown = capfd.readouterr()
    assert code in (0, 1), shown.err
    return shown.out + shown.err


@pytest.fixture(scope="module")
def address(demo: Path) -> Iterator[str]:
    import uvicorn

    from api.http.app import create_app
    from api.http.service import Options
    from tools.neo4j.server import free_port

    port = free_port()
    app = create_app(Options(demo / "demo" / "ledger"))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(PATIENCE)


def test_every_page_of_the_handbook_is_served(address: str) -> None:
    paths = {path for page in PAGES for path in SERVED.findall(page.read_text(encoding="utf-8"))}
    assert len(paths) > 5
    for path in sorted(paths):
        assert httpx.get(address + path, timeout=PATIENCE).status_code == 200, path


def test_every_link_and_picture_of_the_handbook_is_there() -> None:
    for page in [*PAGES, ROOT / "docs" / "handbook" / "README.md"]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"

"""The README's tour runs as it is written, on the ledger that `make demo` makes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from api import cli
from tests.sharing import built_once

README = Path(__file__).parent.parent.parent / "README.md"
TOUR = re.search(r"```sh\n(export LINEAGE_LEDGER.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
assert TOUR is not None
LINES = [line for line in TOUR[1].splitlines() if line.startswith("lineage ")]
PYTHON = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def demo(shared_folder: Path) -> Path:
    """The folder that holds `demo/`, made once for the run."""

    def build(folder: Path) -> Path:
        assert cli.run(["demo", str(folder / "demo"), "--payments", "2000", "--json"]) == 0
        return folder

    return built_once(shared_folder / "readme", build)


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_tour_answers(
    line: str, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINEAGE_LEDGER", str(demo / "demo" / "ledger"))
    arguments = shlex.split(line, comments=True)[1:]
    code = cli.run(arguments)
    captured = capsys.readouterr()
    assert code in (0, 1), captured.err
    said = captured.out + captured.err
    assert len(said.splitlines()) > 1 or "trail.html" in said


def test_the_python_of_the_readme_runs(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PYTHON is not None
    monkeypatch.chdir(demo)
    names: dict[str, object] = {}
    exec(compile(PYTHON[1], "README.md", "exec"), names)
    trail = names["trail"]
    assert trail.to_networkx().number_of_edges() > 0  # type: ignore[attr-defined]


def test_the_demo_names_the_payment_of_the_tour(demo: Path) -> None:
    import json

    key = json.loads((demo / "demo" / "bundle" / "answer_key.json").read_text(encoding="utf-8"))
    assert any(key["showcase"] in line for line in LINES)

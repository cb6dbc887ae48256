"""The tree keeps the house style, and the check that says so sees each kind of fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli import available_commands
from tools import style

ROOT = Path(__file__).parent.parent.parent

FAULTS = {
    "lineage/long.py": ('"""Long."""\n' + "x = 1\n" * 400, "401 lines, use at most 400"),
    "lineage/wide.py": ('"""Wide."""\ndef f(a, b, c, d, e, *, g):\n    """F."""\n', "f has 6 parameters"),
    "lineage/deep.py": ('"""D."""\ndef f():\n    """F."""\n' + "    x = 1\n" * 71, "f has 71 lines"),
    "lineage/tax_utils.py": ('"""Tax."""\n', 'module name with "utils"'),
    "queries/names.py": ('"""N."""\nclass RowManager:\n    """R."""\n', 'RowManager: "manager"'),
    "queries/silent.py": ("x = 1\n", "no module docstring"),
    "queries/mute.py": ('"""M."""\ndef f():\n    return 1\n', "f has no docstring"),
    "loaders/loose.py": ('"""L."""\n@dataclass\nclass A:\n    """A."""\n', "@dataclass, use frozen=True, slots=True"),
    "lineage/typed.py": ('"""T."""\namount_fen: float = 0\n', "amount_fen is a float"),
    "lineage/given.py": ('"""G."""\ndef f(paid_fen: float):\n    """F."""\n', "paid_fen is a float"),
    "lineage/cast.py": ('"""C."""\nx = float(row.amount_fen)\n', "float(row.amount_fen), use int fen"),
    "lineage/divided.py": ('"""D."""\nx = paid_fen / 100\n', "paid_fen / 100, use //"),
    "queries/a.sql": ("SELECT sum(amount_fen)::DOUBLE\n", "an amount becomes DOUBLE"),
    "docs/where.md": ("See /root/notes.\n", "/root/, use a relative path"),
    "docs/from.md": ("pip install --index-url x\n", "--index-url, use"),
    "api/later.py": ('"""L."""\n# TODO finish\n', "TODO, use an issue"),
    "viz/banner.py": ('"""B."""\n# ------------ drawing\n', "a banner"),
    "viz/loud.py": ('"""L."""\nprint(1)\n', "print below api"),
    "queries/now.py": ('"""N."""\nx = datetime.date.today()\n', "datetime.date.today() below api"),
    "loaders/log.py": ('"""L."""\nimport logging\n', "logging below api"),
}


def test_the_tree_keeps_the_house_style() -> None:
    found = style.problems(style.tree_sources(ROOT))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("path", FAULTS)
def test_the_check_sees_the_fault_and_says_what_to_use(path: str) -> None:
    text, said = FAULTS[path]
    [found] = style.problems([style.read(path, text)])
    assert found.startswith(f"{path}:")
    assert said in found


def test_the_check_sees_a_library_imported_in_two_modules() -> None:
    engine = style.read("lineage/engine.py", '"""E."""\nimport duckdb\n')
    rival = style.read("queries/rival.py", '"""R."""\nfrom duckdb import connect\n')
    assert style.problems([engine]) == []
    assert "queries/rival.py:2: imports duckdb, use one module for it" in "\n".join(style.problems([engine, rival]))


def test_every_command_is_documented() -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "README.md", *ROOT.glob("docs/**/*.md")))
    assert [name for name in available_commands() if f"lineage {name}" not in pages] == []


def test_the_pages_that_come_from_the_code_are_as_the_code_is() -> None:
    command = [sys.executable, "-m", "tools.docs", "--check"]
    environment = {**os.environ, "LINEAGE_LANG": "en"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr + "write them anew with: make docs"


def test_every_module_of_the_tools_and_tests_parses_and_is_seen() -> None:
    seen = {source.path for source in style.tree_sources(ROOT)}
    assert {"lineage/schema.py", "tools/style.py", "Makefile", ".ci/run", "README.md"} <= seen

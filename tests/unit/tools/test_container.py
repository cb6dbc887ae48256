"""The recipe of the image, held against the tree: no linter of such recipes is at hand without a registry."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
KNOWN = ["FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"]


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """The instructions in order, continued lines joined, comments left out."""
    text = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).strip().splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def said(steps: list[tuple[str, str]], name: str) -> list[str]:
    return [rest for step, rest in steps if step == name]


def test_every_instruction_is_one_there_is_and_stands_in_its_place(steps: list[tuple[str, str]]) -> None:
    names = [name for name, _ in steps]
    assert set(names) <= set(KNOWN)
    assert names[0] == "FROM"
    for once in ("FROM", "ENTRYPOINT", "CMD", "HEALTHCHECK", "WORKDIR"):
        assert names.count(once) == 1
    assert re.fullmatch(r"python:3\.\d+-slim", said(steps, "FROM")[0]), "a version is named"


def test_it_does_not_run_as_root(steps: list[tuple[str, str]]) -> None:
    names = [name for name, _ in steps]
    (user,) = said(steps, "USER")
    assert user != "root"
    assert f"useradd --create-home {user}" in said(steps, "RUN")[0]
    assert max(place for place, name in enumerate(names) if name == "RUN") < names.index("USER") < names.index("CMD")


def test_it_asks_no_network_and_installs_by_hash_what_the_build_needs_too(steps: list[tuple[str, str]]) -> None:
    installs = [part for run in said(steps, "RUN") for part in run.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert all("--no-index" in one and "--no-cache-dir" in one for one in installs)
    (lock,) = re.findall(r"--require-hashes -r (\S+)", installs[0])
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    locked = (ROOT / lock).read_text(encoding="utf-8")
    for need in needs:
        assert re.search(rf"^{re.split('[<>=]', need)[0]}==", locked, re.MULTILINE), f"{need} is not in {lock}"


def test_what_it_starts_listens_where_it_says_and_answers_the_health_check(steps: list[tuple[str, str]]) -> None:
    entry, command = json.loads(said(steps, "ENTRYPOINT")[0]), json.loads(said(steps, "CMD")[0])
    assert entry == ["lineage"]
    assert "lineage" in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    port = command[command.index("--port") + 1]
    assert said(steps, "EXPOSE") == [port]
    address = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", said(steps, "HEALTHCHECK")[0])
    assert address
    assert address[1] == port
    contract = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    assert address[2] in contract["paths"]


def test_no_ledger_key_or_history_is_copied_into_it(steps: list[tuple[str, str]]) -> None:
    assert said(steps, "COPY") == [". ."]
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".venv", "ledger", "*.key", "*.clear", "*.serve", "demo"} <= set(left_out)
    assert not {"wheels", "requirements", "lineage", "api", "README.md", "LICENSE"} & set(left_out)

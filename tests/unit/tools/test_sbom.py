"""The licences of the runtime are ones an office may use, and the bill of materials names every package of the lock."""

from __future__ import annotations

import importlib.metadata
import re

import pytest

from tools.sbom import LOCK, Locked, bill, licence, locked

ALLOWED = ("MIT", "BSD", "Apache", "PSF", "Python Software Foundation", "ISC", "Zlib", "0BSD", "CC0", "Unlicense")
REFUSED = re.compile(r"\b(A?GPL|GNU|LGPL|SSPL|EPL|CC-BY-NC|Commercial|Proprietary)\b", re.IGNORECASE)
RUNTIME = locked(LOCK.read_text(encoding="utf-8"))
MPL = ("certifi",)
"""File-level copyleft, unchanged and not linked: allowed by name."""


@pytest.mark.parametrize("package", RUNTIME, ids=lambda one: one.name)
def test_a_package_of_the_runtime_has_a_permissive_licence(package: Locked) -> None:
    said = licence(package.name)
    if not said:
        with pytest.raises(importlib.metadata.PackageNotFoundError):
            importlib.metadata.metadata(package.name)
        return  # for another platform: it is looked at where it is installed
    assert not REFUSED.search(said), f"{package.name}: {said}"
    assert package.name in MPL or any(one.lower() in said.lower() for one in ALLOWED), f"{package.name}: {said}"


def test_what_may_not_be_used_is_seen() -> None:
    assert REFUSED.search("GNU General Public License v3 (GPLv3)")
    assert REFUSED.search("LGPL-3.0-only")
    assert not REFUSED.search("MIT AND BSD-3-Clause")


def test_the_bill_of_materials_names_every_package_with_its_hashes() -> None:
    made = bill(RUNTIME)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    named = {(one["name"], one["version"]) for one in made["components"]}
    assert named == {(one.name, one.version) for one in RUNTIME}
    assert {"duckdb", "numpy", "pyarrow", "typer"} <= {name for name, _ in named}
    assert all(one["properties"] for one in made["components"]), "every package is locked by hash"
    references = [one["bom-ref"] for one in made["components"]]
    assert len(set(references)) == len(references)
    assert made["dependencies"][0]["dependsOn"] == references
    assert bill(RUNTIME) == made


def test_a_lock_is_read_with_markers_and_continued_lines() -> None:
    text = (
        f"a-b==1.2 ; sys_platform == 'linux' \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\n"
        f"c==3 \\\n    --hash=sha256:{'2' * 64}\n# x\n"
    )
    assert locked(text) == [Locked("a-b", "1.2", ("0" * 64, "1" * 64)), Locked("c", "3", ("2" * 64,))]

"""`python -m tools.sbom [FILE]`: what a running installation is made of, as CycloneDX 1.6 JSON (`make sbom`).

Components are those of the base lock, with version, licence, package URL and the lock's hashes. Deterministic: the same
lock and the same installed metadata give the same bytes, so that two releases can be compared line by line.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage.release import VERSION

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "base.txt"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """One line of the lock: name, version, hashes of its files."""

    name: str
    version: str
    hashes: tuple[str, ...]


def locked(text: str) -> list[Locked]:
    """The packages of a lock file, in its order."""
    out = []
    for block in re.split(r"\n(?=\S)", text):
        if found := _PINNED.match(block):
            out.append(Locked(found[1], found[2], tuple(_HASH.findall(block))))
    return out


def licence(name: str) -> str:
    """What a package says its licence is: the SPDX expression, else the classifier, else its first line of text.

    "" where it is not installed here (a package for another platform).
    """
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    if expression := said.get("License-Expression"):
        return str(expression)
    classes = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier", []) if one.startswith("License ::")]
    text = str(said.get("License") or "").strip().split("\n")[0]
    return " AND ".join(one for one in classes if one != "OSI Approved") or text


def bill(packages: list[Locked]) -> dict[str, Any]:
    """The CycloneDX document."""
    serial = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(f"{one.name}=={one.version}" for one in packages))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "fund-lineage",
                "name": "fund-lineage",
                "version": VERSION,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [_component(one) for one in packages],
        "dependencies": [{"ref": "fund-lineage", "dependsOn": [_reference(one) for one in packages]}],
    }


def _component(one: Locked) -> dict[str, Any]:
    said = licence(one.name)
    return {
        "type": "library",
        "bom-ref": _reference(one),
        "name": one.name,
        "version": one.version,
        "purl": _reference(one),
        "licenses": [{"license": {"name": said}}] if said else [],
        "properties": [{"name": "lock:sha256", "value": value} for value in one.hashes],
    }


def _reference(one: Locked) -> str:
    return f"pkg:pypi/{re.sub('[-_.]+', '-', one.name).lower()}@{one.version}"


def main() -> None:
    """Write the file named, else print."""
    text = json.dumps(bill(locked(LOCK.read_text(encoding="utf-8"))), indent=1, ensure_ascii=False) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()

"""A trail as PROV-JSON (W3C member submission, 2013): records are entities, movements derivations.

What money came from is a `wasDerivedFrom` with amount, date and evidence; the engine that found the trail is an agent.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lineage.money import yuan

if TYPE_CHECKING:
    from lineage.trail import Trail

PREFIX = "fund"
NAMESPACE = "urn:fund-lineage:"
ENGINE = {f"{PREFIX}:engine": {"prov:type": {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}}}


def write(trail: Trail, path: Path) -> None:
    """Write the trail as UTF-8 PROV-JSON."""
    path.write_text(json.dumps(document(trail), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def document(trail: Trail) -> dict[str, Any]:
    """The PROV document of a trail."""
    entities = {
        name_of(node.record): entity(node.kind, node.amount_fen, node.state, node.division_code, node.title)
        for node in trail.nodes
    }
    derived = {
        f"_:d{place}": derivation(edge.source, edge.target, edge.amount_fen, edge.evidence, edge.date)
        for place, edge in enumerate(trail.edges)
    }
    attributed = {"prov:entity": name_of(trail.record), "prov:agent": f"{PREFIX}:engine",
                  f"{PREFIX}:policy": trail.policy, f"{PREFIX}:version": trail.version}
    return {
        "prefix": {PREFIX: NAMESPACE},
        "entity": entities,
        "agent": ENGINE,
        "wasDerivedFrom": derived,
        "wasAttributedTo": {"_:a0": attributed},
    }


def entity(kind: str, amount_fen: int, state: str, division_code: str | None, title: str | None) -> dict[str, Any]:
    """A record."""
    return {
        "prov:type": {"$": f"{PREFIX}:{kind}", "type": "prov:QUALIFIED_NAME"},
        f"{PREFIX}:amount": _decimal(amount_fen), f"{PREFIX}:state": state,
        **({f"{PREFIX}:division_code": division_code} if division_code else {}),
        **({"prov:label": title} if title else {}),
    }


def derivation(source: str, target: str, amount_fen: int, evidence: str, day: date | None) -> dict[str, Any]:
    """A movement: what was given came from what was used."""
    return {
        "prov:generatedEntity": name_of(target), "prov:usedEntity": name_of(source),
        f"{PREFIX}:amount": _decimal(amount_fen), f"{PREFIX}:evidence": evidence,
        **({f"{PREFIX}:date": day.isoformat()} if day else {}),
    }


def name_of(record: str) -> str:
    """A record as a qualified name."""
    return f"{PREFIX}:{quote(record, safe='')}"


def _decimal(fen: int) -> dict[str, str]:
    return {"$": yuan(fen), "type": "xsd:decimal"}

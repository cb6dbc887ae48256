"""A trail as PROV-JSON (W3C member submission, 2013): records are entities, movements derivations.

What money came from is a `wasDerivedFrom` with amount, date and evidence; the engine that found the trail is an agent.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lineage.money import yuan

if TYPE_CHECKING:
    from lineage.trail import Trail

PREFIX = "fund"
NAMESPACE = "urn:fund-lineage:"


def write(trail: Trail, path: Path) -> None:
    """Write the trail as UTF-8 PROV-JSON."""
    path.write_text(json.dumps(document(trail), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def document(trail: Trail) -> dict[str, Any]:
    """The PROV document of a trail."""
    entities = {
        _name(node.record): {
            "prov:type": {"$": f"{PREFIX}:{node.kind}", "type": "prov:QUALIFIED_NAME"},
            f"{PREFIX}:amount": _decimal(node.amount_fen), f"{PREFIX}:state": node.state,
            **({f"{PREFIX}:division_code": node.division_code} if node.division_code else {}),
            **({"prov:label": node.title} if node.title else {}),
        }
        for node in trail.nodes
    }
    derived = {
        f"_:d{place}": {
            "prov:generatedEntity": _name(edge.target), "prov:usedEntity": _name(edge.source),
            f"{PREFIX}:amount": _decimal(edge.amount_fen), f"{PREFIX}:evidence": edge.evidence,
            **({f"{PREFIX}:date": edge.date.isoformat()} if edge.date else {}),
        }
        for place, edge in enumerate(trail.edges)
    }
    attributed = {"prov:entity": _name(trail.record), "prov:agent": f"{PREFIX}:engine",
                  f"{PREFIX}:policy": trail.policy, f"{PREFIX}:version": trail.version}
    return {
        "prefix": {PREFIX: NAMESPACE},
        "entity": entities,
        "agent": {f"{PREFIX}:engine": {"prov:type": {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}}},
        "wasDerivedFrom": derived,
        "wasAttributedTo": {"_:a0": attributed},
    }


def _name(record: str) -> str:
    return f"{PREFIX}:{quote(record, safe='')}"


def _decimal(fen: int) -> dict[str, str]:
    return {"$": yuan(fen), "type": "xsd:decimal"}

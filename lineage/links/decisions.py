"""Accepting and revoking proposed links: entries in the journal, by name, with who, when and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lineage.errors import Misuse, NotFound
from lineage.ledger import journal
from lineage.ledger.reader import Ledger
from lineage.links.proposals import Proposal, propose


def chosen(ledger: Ledger, names: Sequence[str] = (), least_score: float | None = None) -> list[Proposal]:
    """The proposals of these names (a bundle comes whole), or all sure ones from a score on. Raises NotFound."""
    proposals = propose(ledger)
    if least_score is not None:
        return [one for one in proposals if one.sure and one.score >= least_score]
    by_name = {one.id: one for one in proposals}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise NotFound(f"there is no proposed link {', '.join(missing)}", "list them with lineage repair")
    groups = {by_name[name].group for name in names} - {""}
    return [one for one in proposals if one.id in names or one.group in groups]


def accept(path: Path, proposals: Sequence[Proposal], why: str, *, by: str, at: datetime) -> list[journal.Entry]:
    """Write accepted links to the journal, all or none. Raises Misuse without a reason."""
    _reasoned(why)
    bodies = [
        (journal.LINK_ACCEPTED, {
            "from": one.source, "to": one.target, "kind": one.kind, "amount_fen": one.amount_fen, "why": why,
            "proposal": one.id, "score": round(one.score, 2),
        })
        for one in proposals
    ]
    return journal.append_all(path, bodies, by, at) if bodies else []


def revoke(ledger: Ledger, name: str, why: str, *, by: str, at: datetime) -> journal.Entry:
    """Take an accepted link back, named as it was proposed or by its journal entry. Raises NotFound, Misuse."""
    _reasoned(why)
    for entry in ledger.links_in_force:
        if name in (str(entry.number), entry.body.get("proposal")):
            return journal.append(ledger.path, journal.LINK_REVOKED, {"entry": entry.number, "why": why}, by, at)
    raise NotFound(f"there is no accepted link {name}", "list them with lineage repair --accepted")


def _reasoned(why: str) -> None:
    if not why.strip():
        raise Misuse("a link needs a reason", "say it with --why")

"""Anchors: the head of a ledger's chain, written down elsewhere; later it proves that the ledger still contains it.

Whoever can write the ledger's folder can rewrite its whole chain; who holds an anchor outside (another office, a
printed page, a timestamping service) sees that. An anchor names the last batch with its manifest's SHA-256 and the
journal's length with its last line's SHA-256; both chains hold everything before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import Damaged, NotFound
from lineage.ledger import durable, journal, manifest
from lineage.ledger.manifest import FIRST

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Anchor:
    """A chain head: batch and hash of its manifest, number of decisions and hash of the last one's line."""

    batch: int
    manifest_sha256: str
    decisions: int
    journal_sha256: str
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        """The file's content: one line of JSON."""
        return durable.to_json(self) + b"\n"


def of(ledger: Path) -> Anchor:
    """The head of a ledger as it is now. Raises NotFound, Damaged."""
    batch = manifest.count(ledger)
    decisions, last = journal.head(ledger)
    return Anchor(batch, manifest.hash_of(manifest.file_of(ledger, batch)) if batch else FIRST, decisions, last)


def read(file: Path) -> Anchor:
    """An anchor from its file. Raises NotFound, Damaged when it is none or of a newer format."""
    try:
        value = json.loads(file.read_bytes())
        if value["format"] != FORMAT:
            raise Damaged(f"{file}: found anchor format {value['format']}, this release reads format {FORMAT}")
        found = Anchor(**value)
        if any(type(value[name]) is not int or value[name] < 0 for name in ("batch", "decisions")):
            raise ValueError("batch and decisions are whole numbers")
    except OSError as error:
        raise NotFound(f"could not read the anchor {file}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Damaged(f"{file}: no anchor ({error})", "lineage verify --export-anchor FILE writes one") from error
    return found

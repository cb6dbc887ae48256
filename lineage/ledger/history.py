"""What is known of the batches: checkpoints over the old ones, a manifest each for those after.

Invariant: a history answers as the manifests alone would; checkpoints only make it flat in the number of batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lineage import engine
from lineage.ledger import checkpoint, manifest
from lineage.ledger.checkpoint import Checkpoint
from lineage.ledger.manifest import Manifest


@dataclass(frozen=True, slots=True)
class History:
    """The batches of one view: `batch` is the last one it knows, `tail` the manifests that no checkpoint covers.

    The last checkpoint may reach beyond `batch`: what it says of later batches is left out here and by `layers`.
    """

    ledger: Path
    batch: int
    checkpoints: tuple[Checkpoint, ...]
    tail: tuple[Manifest, ...]

    def __len__(self) -> int:
        return self.batch

    def __iter__(self) -> Iterator[Manifest]:
        """Every manifest in order: cost grows with the number of batches."""
        return (self.at(number) for number in range(1, self.batch + 1))

    @property
    def last(self) -> Manifest | None:
        """The manifest of the last batch; None in an empty ledger."""
        return self.at(self.batch) if self.batch else None

    def at(self, batch: int) -> Manifest:
        """The manifest of one batch, 1 being the first."""
        covered = self.batch - len(self.tail)
        if batch > covered:
            return self.tail[batch - covered - 1]
        return manifest.parse(manifest.file_of(self.ledger, batch))

    @property
    def bytes(self) -> int:
        """Size of the Parquet files that hold its rows."""
        files = [stored for made in self.tail for stored in made.files]
        files += [stored for one in self.checkpoints for _, stored in one.alone]
        return sum(stored.bytes for stored in files) + sum(one.bytes for one in self.checkpoints)

    @property
    def withdrawals(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """Batches that take others back, with those they name, oldest first."""
        old = (pair for one in self.checkpoints for pair in one.withdrawals if pair[0] <= self.batch)
        return (*old, *((made.batch, made.withdraws) for made in self.tail if made.withdraws))

    @property
    def withdrawn(self) -> frozenset[int]:
        """Batches that are not in force."""
        return manifest.withdrawn(self.withdrawals)

    def loaded_on_sql(self) -> str:
        """A query for the day each batch was loaded: columns `batch`, `day`; it may go beyond the view."""
        parts = [one.days_sql(self.ledger) for one in self.checkpoints]
        days = [f"({made.batch}, DATE '{datetime.fromisoformat(made.time).date()}')" for made in self.tail]
        if days:
            parts.append(f"SELECT * FROM (VALUES {', '.join(days)}) d(batch, day)")
        return " UNION ALL ".join(parts) or "SELECT 0 AS batch, DATE '0001-01-01' AS day WHERE false"

    def sources_sql(self) -> str:
        """A query for the files that were loaded: columns `batch`, `name`, `sha256`."""
        parts = [f"{one.sources_sql(self.ledger)} WHERE batch <= {self.batch}" for one in self.checkpoints]
        parts += [_sources_sql(made) for made in self.tail if made.sources]
        return " UNION ALL ".join(parts) or "SELECT 0 AS batch, '' AS name, '' AS sha256 WHERE false"

    def followed_by(self, made: Manifest) -> History:
        """The history with one batch more."""
        return replace(self, batch=self.batch + 1, tail=(*self.tail, made))

    def covered(self) -> History:
        """The same of a whole ledger after a checkpoint was made: batches it covers are no longer read one by one."""
        used = checkpoint.in_force(self.ledger, self.batch)
        loose = self.batch - (used[-1].last if used else 0)
        return replace(self, checkpoints=used, tail=self.tail[len(self.tail) - loose :])


def read(ledger: Path, up_to: int | None = None) -> History:
    """The history of a ledger, or up to a batch. Raises NotFound (no ledger, no such batch), Damaged."""
    last = checkpoint.last_batch(ledger)
    batch = manifest.within(last, up_to)
    used = [one for one in checkpoint.in_force(ledger, last) if one.first <= batch]
    covered = min(used[-1].last, batch) if used else 0
    tail = tuple(manifest.parse(manifest.file_of(ledger, number)) for number in range(covered + 1, batch + 1))
    return History(ledger, batch, tuple(used), tail)


def _sources_sql(made: Manifest) -> str:
    rows = (f"({made.batch}, {engine.literal(one.name)}, {engine.literal(one.sha256)})" for one in made.sources)
    return f"SELECT * FROM (VALUES {', '.join(rows)}) s(batch, name, sha256)"

"""How much room a ledger takes, and how long the free room lasts at the pace of its last year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from lineage.ledger import manifest

LOOK_BACK = timedelta(days=365)
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Growth:
    """Bytes of what counts, of what is derived, of look-up logs; bytes a month, None without a month to tell by.

    A derived set is written beside the old one, so the room for one more is kept back in `months_left`.
    """

    batches_bytes: int
    derived_bytes: int
    audit_bytes: int
    monthly_bytes: int | None

    def months_left(self, free_bytes: int) -> int | None:
        """Whole months until the disk is full; None where that cannot be told, or nothing grows."""
        if not self.monthly_bytes:
            return None
        return max(0, (free_bytes - self.derived_bytes) // self.monthly_bytes)


def growth(ledger: Path, now: datetime) -> Growth:
    """Measure a ledger. Cost: reads the manifests of the last year, and asks the size of every derived file.

    Times without an offset, as a caller of `load` may give them, are by this machine's clock.
    What a batch adds is counted twice: the derived set grows by about as much as the batch.
    """
    last = manifest.count(ledger)
    now = oldest = now.astimezone()
    added = 0
    for batch in range(last, 0, -1):
        made = manifest.parse(manifest.file_of(ledger, batch))
        at = datetime.fromisoformat(made.time).astimezone()
        if now - at > LOOK_BACK:
            break
        oldest = min(oldest, at)
        added += sum(stored.bytes for stored in made.files)
    span = now - oldest
    monthly = int(2 * added * (MONTH / span)) if span >= MONTH else None
    return Growth(_size(ledger / "batches"), _size(ledger / "derived"), _size(ledger / "audit"), monthly)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else 0

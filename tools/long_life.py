"""`python -m tools.long_life FOLDER [BATCHES…]`: what opening, loading and verifying cost over very many small batches.

The first batch and the measured ones are real loads. Those between are written as a load writes them (same columns,
hashes, chain), but without syncing, for 10^5 loads would take hours; covering them with checkpoints is real and timed.
Prints one line of a table a size; each figure is the median of five in new processes, whole `verify` once. The routine
`verify` begins at an anchor 100 batches back and reads 64 of those before.
"""

from __future__ import annotations

import hashlib
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lineage.ledger import anchor, durable, history, layers, manifest
from tests.staging import load_rows

SIZES = (1_000, 10_000, 30_000, 100_000)
BACK = 100
TRIES = 5
_RUN = "import sys, time; from pathlib import Path; ledger = Path(sys.argv[1]); began = time.perf_counter()\n"
_QUESTIONS = {
    "open": "import lineage; lineage.open(ledger).version",
    "ask": "import lineage; lineage.open(ledger).rows('SELECT sum(amount_fen) FROM payments')",
    "load": "from tests.staging import load_rows; from tools.long_life import payment\n"
    "load_rows(ledger, {'payments': [payment(int(time.time_ns()))]})",
    "since": "from lineage.ledger import anchor, verify; from lineage.ledger.extent import Since\n"
    "found = verify(ledger, since=Since(anchor.read(ledger.parent / 'head.json'), time.time_ns()))\n"
    "assert found.problem is None and found.unread",
    "verify": "from lineage.ledger import verify; assert verify(ledger).problem is None",
}


def payment(number: int) -> dict[str, Any]:
    """A payment of one yuan and some fen."""
    return {
        "payment_id": f"P-{number}",
        "division_code": "410122000",
        "amount_fen": 100 + number % 100,
        "pay_date": date(2017, 1, 1) + timedelta(days=number % 300),
        "status": "valid",
        "method": "direct",
        "payee_kind": "village",
        "payee_name": "村",
    }


def grow(ledger: Path, batches: int) -> None:
    """Bring a ledger to so many batches of one payment each."""
    if not ledger.exists():
        load_rows(ledger, {"payments": [payment(0)]})
    known = history.read(ledger)
    first = manifest.parse(manifest.file_of(ledger, 1))
    row = pq.read_table(layers.batch_folder(ledger, 1) / first.files[0].name)
    previous = manifest.hash_of(manifest.file_of(ledger, known.batch))
    for batch in range(known.batch + 1, batches + 1):
        made = _batch(ledger, batch, row, replace(first, batch=batch, previous=previous))
        manifest.file_of(ledger, batch).write_bytes(made.to_bytes())
        previous = hashlib.sha256(made.to_bytes()).hexdigest()


def _batch(ledger: Path, batch: int, row: pa.Table, made: manifest.Manifest) -> manifest.Manifest:
    rows = row.to_pylist()
    rows[0].update(payment(batch), batch=batch)
    folder = layers.batch_folder(ledger, batch)
    folder.mkdir()
    file = folder / made.files[0].name
    pq.write_table(pa.Table.from_pylist(rows, row.schema), file, compression="zstd")
    fen = rows[0]["amount_fen"]
    stored = replace(made.files[0], fen=fen, bytes=file.stat().st_size, sha256=durable.sha256(file))
    outcome = replace(made.outcomes[0], read_fen=fen, loaded_fen=fen)
    return replace(made, files=(stored,), outcomes=(outcome,), latest_business_date="2017-10-27")


def seconds(ledger: Path, question: str, tries: int) -> float:
    """Median of the seconds that a question takes in a new process, interpreter start apart."""
    program = f"{_RUN}{_QUESTIONS[question]}\nprint(time.perf_counter() - began)"
    command = [sys.executable, "-c", program, str(ledger)]
    found = (subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(tries))
    return statistics.median(map(float, found))


def main() -> None:
    """Grow the ledger from size to size and measure at each."""
    ledger = Path(sys.argv[1]) / "ledger"
    print("| batches | covering s | open s | one question s | one load s | routine verify s | whole verify s |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for size in map(int, sys.argv[2:] or SIZES):
        grow(ledger, size)
        began = time.perf_counter()
        load_rows(ledger, {"payments": [payment(10**9 + size)]})
        covering = time.perf_counter() - began
        there = size - BACK
        (ledger.parent / "head.json").write_bytes(
            anchor.Anchor(there, manifest.hash_of(manifest.file_of(ledger, there)), 0, manifest.FIRST).to_bytes()
        )
        taken = [covering, *(seconds(ledger, question, TRIES) for question in ("open", "ask", "load", "since"))]
        whole = seconds(ledger, "verify", 1)
        print(f"| {size:,} | {' | '.join(f'{one:.2f}' for one in taken)} | {whole:.1f} |", flush=True)


if __name__ == "__main__":
    main()

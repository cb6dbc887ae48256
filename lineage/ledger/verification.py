"""Everything that was written, recomputed: the chain, every file's hash, rows, fen, the load invariants, the journal.

The work stops at the first thing that is not as it was written and names it. Derived sets are not part of the
record: they are compared only in that the pointer names a set of a known batch.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lineage import engine
from lineage.errors import Damaged, LineageError, NotFound, Problem
from lineage.ledger import durable, journal, layers, manifest, quarantine, tokens
from lineage.ledger.manifest import FIRST, Manifest, StoredFile
from lineage.schema import BY_NAME

_COUNTS = ("loaded", "corrected", "unchanged", "rejected")


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and the first thing found wrong: None when all is as it was written."""

    batches: int
    files: int
    rows: int
    decisions: int
    audit_files: int
    problem: Problem | None


@dataclass(slots=True)
class _Tally:
    """Counts of what has been checked; mutable while the check runs."""

    batches: int = 0
    files: int = 0
    rows: int = 0
    decisions: int = 0
    audit_files: int = 0


def verify(path: str | Path) -> Verification:
    """Check a whole ledger. Cost: reads every file once. Raises NotFound when there is no ledger."""
    ledger = Path(path)
    tally = _Tally()
    if not manifest.folder(ledger).is_dir():
        raise NotFound(f"{path} holds no ledger", "name it with --ledger")
    found = next(_problems(ledger, tally), None)
    return Verification(tally.batches, tally.files, tally.rows, tally.decisions, tally.audit_files, found)


def _problems(ledger: Path, tally: _Tally) -> Iterator[Problem]:
    try:
        manifests = manifest.read_all(ledger)
    except Damaged as error:
        yield Problem("manifest", error.message, "manifests 000001, 000002 … in this release's format")
        return
    yield from _chain(ledger, manifests)
    yield from _key(ledger, manifests)
    on = engine.connect()
    try:
        for made in manifests:
            yield from _batch(ledger, made, on, tally)
            tally.batches += 1
    finally:
        on.close()
    yield from _journal(ledger, manifests, tally)
    yield from _audit(ledger, tally)


def _chain(ledger: Path, manifests: tuple[Manifest, ...]) -> Iterator[Problem]:
    previous = FIRST
    for number, made in enumerate(manifests, 1):
        file = manifest.file_of(ledger, number)
        name = f"manifest/{file.name}"
        if made.batch != number:
            yield Problem(name, f"batch {made.batch}", f"batch {number}", "the file was renamed")
        if made.previous != previous:
            yield Problem(
                name,
                made.previous,
                previous,
                f"manifest {number - 1} was changed after it was written",
                column="previous",
            )
        if file.read_bytes() != made.to_bytes():
            yield Problem(
                name, "bytes that this release would not write", "the manifest as written", "the file was edited"
            )
        previous = manifest.hash_of(file)
        wrong = [batch for batch in made.withdraws if not 1 <= batch < number]
        if wrong:
            yield Problem(name, f"withdraws {wrong}", f"batches before {number}", column="withdraws")


def _key(ledger: Path, manifests: tuple[Manifest, ...]) -> Iterator[Problem]:
    """Another key than the one written with cannot be told from damage; a missing one only stops loading."""
    if not manifests or not tokens.key_file(ledger).exists():
        return
    try:
        key = tokens.read_key(ledger)
    except LineageError as error:
        yield Problem(str(tokens.key_file(ledger).name), error.message, "a key file of mode 0600", error.hint)
        return
    for made in manifests:
        if made.key != tokens.fingerprint(key):
            yield Problem(
                tokens.key_file(ledger).name,
                "another key",
                f"the key batch {made.batch} was written with",
                "put the right key back",
            )


def _batch(ledger: Path, made: Manifest, on: engine.Engine, tally: _Tally) -> Iterator[Problem]:
    folder = layers.batch_folder(ledger, made.batch)
    for outcome in made.outcomes:
        for unit in ("", "_fen"):
            total = sum(getattr(outcome, count + unit) for count in _COUNTS)
            if getattr(outcome, "read" + unit) != total:
                yield Problem(
                    f"manifest/{made.batch:06d}.json",
                    f"read{unit} {getattr(outcome, 'read' + unit)}",
                    f"{total} = loaded + corrected + unchanged + rejected",
                    table=outcome.table,
                )
    present = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    named = {stored.name for stored in made.files}
    if present != named:
        odd = sorted(present ^ named)
        yield Problem(
            f"batches/{made.batch:06d}",
            f"{', '.join(odd)} {'missing' if odd[0] in named else 'extra'}",
            "exactly the files that the manifest names",
        )
    for stored in made.files:
        yield from _file(folder / stored.name, made, stored, on)
        tally.files += 1
        tally.rows += stored.rows


def _file(file: Path, made: Manifest, stored: StoredFile, on: engine.Engine) -> Iterator[Problem]:
    name = f"batches/{made.batch:06d}/{stored.name}"
    found = durable.sha256(file)
    if found != stored.sha256:
        yield Problem(
            name, f"sha256 {found}", f"sha256 {stored.sha256}", "the file was changed or is torn: take it from a backup"
        )
        return
    relation = engine.parquet([file])
    fen = "coalesce(sum(amount_fen), 0)::BIGINT" if "amount_fen" in stored.columns else "0"
    counted = engine.row(on, f"SELECT count(*), {fen} FROM {relation}")
    if counted != (stored.rows, stored.fen):
        yield Problem(name, f"{counted[0]} rows, {counted[1]} fen", f"{stored.rows} rows, {stored.fen} fen")
    if stored.table == quarantine.TABLE:
        return
    outcome = next((one for one in made.outcomes if one.table == stored.table), None)
    if outcome is None or outcome.loaded + outcome.corrected + outcome.removed != stored.rows:
        yield Problem(name, f"{stored.rows} rows", "the rows the manifest says were loaded, corrected or removed")
    keys = ", ".join(engine.name(column) for column in layers.stored_key(BY_NAME[stored.table]))
    (distinct,) = engine.row(on, f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {relation})")
    if distinct != stored.rows:
        yield Problem(name, f"{stored.rows - distinct} rows with the key of another", "every key once in a batch")


def _journal(ledger: Path, manifests: tuple[Manifest, ...], tally: _Tally) -> Iterator[Problem]:
    file = journal.file_of(ledger)
    lines = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
    hashes = [FIRST]
    for number, line in enumerate(lines, 1):
        problem = _chained(line, number, hashes[-1])
        if problem:
            yield problem
        hashes.append(hashlib.sha256(line).hexdigest())
        tally.decisions += 1
    for made in manifests:
        count = made.journal_entries
        if count >= len(hashes) or hashes[count] != made.journal_hash:
            yield Problem(
                "journal.jsonl",
                f"{len(lines)} entries" if count >= len(hashes) else f"{hashes[count][:12]}… after {count} entries",
                f"{count} entries or more, the hash of entry {count} being {made.journal_hash[:12]}…, "
                f"as when batch {made.batch} was written",
                "entries were cut off or replaced: put the journal back",
                row=count,
            )


def _chained(line: bytes, number: int, previous: str) -> Problem | None:
    try:
        entry = journal.Entry(**json.loads(line))
    except (ValueError, TypeError):
        return Problem("journal.jsonl", line[:60].decode(errors="replace"), "a journal entry", row=number)
    if entry.previous != previous:
        return Problem(
            "journal.jsonl",
            entry.previous,
            previous,
            f"line {number - 1} was changed after it was written",
            row=number,
            column="previous",
        )
    if entry.number != number or entry.to_bytes() != line:
        return Problem("journal.jsonl", f"entry {entry.number}", f"entry {number} as written", row=number)
    return None


def _audit(ledger: Path, tally: _Tally) -> Iterator[Problem]:
    """Audit files are chained each for itself: every line names the hash of the line before as `previous`."""
    folder = ledger / "audit"
    for file in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
        previous = None
        for number, line in enumerate(file.read_bytes().split(b"\n")[:-1], 1):
            found = re.search(rb'"previous": ?"([0-9a-f]{64})"', line)
            if found is None or (previous is not None and found[1].decode() != previous):
                yield Problem(
                    f"audit/{file.name}",
                    "a line that does not follow the one before",
                    "the hash of the line before",
                    row=number,
                    column="previous",
                )
            previous = hashlib.sha256(line).hexdigest()
        tally.audit_files += 1

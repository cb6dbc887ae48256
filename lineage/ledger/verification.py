"""Everything that was written, recomputed: the chain, every file's hash, rows, fen, the load invariants, the journal.

The work stops at the first thing that is not as it was written and names it. Derived sets are not part of the
record; checkpoints are not either, but loads and questions read rows from them, so they are compared with the batches.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lineage import engine
from lineage.errors import Damaged, LineageError, NotFound, Problem
from lineage.ledger import (
    checkpoint,
    comparison,
    derived,
    durable,
    extent,
    journal,
    layers,
    manifest,
    stored_rows,
    tokens,
)
from lineage.ledger.anchor import Anchor
from lineage.ledger.checkpoint import Checkpoint
from lineage.ledger.extent import Since
from lineage.ledger.manifest import FIRST, Manifest

_BYTES_AT_ONCE = 32 << 20
"""So much of small files is in memory together; decoded it may be ten times as much."""
_COUNTS = ("loaded", "corrected", "unchanged", "rejected")


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and the first thing found wrong: None when all that was read is as it was written.

    `unread` counts batches that were not asked for, because they are older than the anchor that work began at.
    """

    batches: int
    unread: int
    files: int
    rows: int
    decisions: int
    audit_files: int
    problem: Problem | None


@dataclass(slots=True)
class _Tally:
    """What has been checked so far; mutable while the check runs. `head` is the hash of the manifest of batch `at`."""

    batches: int = 0
    unread: int = 0
    at: int = 0
    files: int = 0
    rows: int = 0
    decisions: int = 0
    audit_files: int = 0
    head: str = FIRST
    journal_marks: list[tuple[int, int, str]] = field(default_factory=list)


def verify(path: str | Path, anchors: Sequence[Anchor] = (), since: Since | None = None) -> Verification:
    """Check a whole ledger, and that it still contains the chain heads given; or, `since`, what came after one of them.

    Cost: reads every file once; memory does not grow with them. Raises NotFound when there is no ledger.
    """
    ledger = Path(path)
    tally = _Tally()
    if not manifest.folder(ledger).is_dir():
        raise NotFound(f"{path} holds no ledger", "name it with --ledger")
    heads = (*anchors, since.anchor) if since else tuple(anchors)
    found = next(_problems(ledger, tally, heads, since), None)
    checked = (tally.batches, tally.unread, tally.files, tally.rows, tally.decisions, tally.audit_files)
    return Verification(*checked, found)


def _problems(ledger: Path, tally: _Tally, anchors: Sequence[Anchor], since: Since | None) -> Iterator[Problem]:
    try:
        last = manifest.count(ledger)
    except Damaged as error:
        yield Problem("manifest", error.message, "manifests 000001, 000002 … without a gap")
        return
    yield from _cut_off(ledger, last)
    numbers: Sequence[int] = since.batches(last, anchors) if since else range(1, last + 1)
    tally.unread = last - len(numbers)
    on = engine.connect()
    engine.forget_files(on)
    try:
        compared = [_comparing(on, ledger, one, numbers) for one in checkpoint.in_force(ledger, last)]
        for some in extent.runs(numbers, [one.one.last for one in compared]):
            run: list[Manifest] = []
            for number in some:
                yield from _rejoined(ledger, number, tally)
                yield from _manifest(ledger, number, tally, anchors, run)
            held = next((one for one in compared if one.one.first <= some[0] <= one.one.last), None)
            for part in _in_memory(run):
                yield from _batches(on, ledger, part, tally, held)
        for one in compared:
            yield from one.problems()
    finally:
        on.close()
    yield from (problem for one in anchors if one.batch > last for problem in [_beyond(one, "batch", last)])
    yield from _journal(ledger, tally, anchors)
    yield from _audit(ledger, tally)


def _cut_off(ledger: Path, last: int) -> Iterator[Problem]:
    """What was made from batches that are no more there: derived data outlive them. Without it only an anchor tells."""
    made = derived.named(ledger)
    if made and made.batch > last:
        hint = "manifests were cut off the end: put them back, or take the ledger from a backup"
        wanted = f"the manifest of batch {made.batch} and those before it, from which derived data were made"
        yield Problem(f"manifest/{last + 1:06d}.json", "none", wanted, hint)


def _comparing(on: engine.Engine, ledger: Path, one: Checkpoint, numbers: Sequence[int]) -> comparison.Comparing:
    read = bisect_right(numbers, one.last) - bisect_left(numbers, one.first)
    return comparison.Comparing(on, ledger, one, whole=read == one.last - one.first + 1)


def _in_memory(run: Sequence[Manifest]) -> Iterator[list[Manifest]]:
    """The run in parts whose small files may be in memory together."""
    part: list[Manifest] = []
    held = 0
    for made in run:
        size = sum(stored.bytes for stored in made.files if stored.bytes <= stored_rows.SMALL_BYTES)
        if part and held + size > _BYTES_AT_ONCE:
            yield part
            part, held = [], 0
        part.append(made)
        held += size
    if part:
        yield part


def _batches(
    on: engine.Engine, ledger: Path, part: Sequence[Manifest], tally: _Tally, held: comparison.Comparing | None
) -> Iterator[Problem]:
    """Some batches: each file's bytes, the rows in them, and what the checkpoint over them says of these."""
    contents = stored_rows.Contents()
    for made in part:
        yield from _batch(ledger, made, tally, contents)
    yield from stored_rows.problems(on, ledger, contents)
    if held:
        held.take(part, contents)
    tally.batches += len(part)


def _rejoined(ledger: Path, number: int, tally: _Tally) -> Iterator[Problem]:
    """Where batches are passed over: the manifest after the last one read must name it, the one before goes unread."""
    if number == tally.at + 1:
        return
    if tally.at:
        after = manifest.file_of(ledger, tally.at + 1)
        try:
            previous = manifest.parse(after).previous
        except Damaged as error:
            yield Problem(f"manifest/{after.name}", error.message, "a manifest in this release's format", error.hint)
            return
        if previous != tally.head:
            yield _changed(after.name, previous, tally)
    tally.head = manifest.hash_of(manifest.file_of(ledger, number - 1))


def _changed(name: str, found: str, tally: _Tally) -> Problem:
    hint = f"manifest {tally.at} was changed after it was written"
    return Problem(f"manifest/{name}", found, tally.head, hint, column="previous")


def _manifest(
    ledger: Path, number: int, tally: _Tally, anchors: Sequence[Anchor], run: list[Manifest]
) -> Iterator[Problem]:
    """One link of the chain; the manifest joins the run."""
    file = manifest.file_of(ledger, number)
    name = f"manifest/{file.name}"
    try:
        content = file.read_bytes()
        made = manifest.of_bytes(content, file)
    except (Damaged, OSError) as error:
        said, hint = (error.message, error.hint) if isinstance(error, Damaged) else (f"{file} is gone", "")
        yield Problem(name, said, "a manifest in this release's format", hint)
        return
    if made.batch != number:
        yield Problem(name, f"batch {made.batch}", f"batch {number}", "the file was renamed")
    if made.previous != tally.head:
        tally.at = number - 1
        yield _changed(file.name, made.previous, tally)
    if content != made.to_bytes():
        yield Problem(name, "bytes that this release would not write", "the manifest as written", "the file was edited")
    tally.head, tally.at = hashlib.sha256(content).hexdigest(), number
    wrong = [batch for batch in made.withdraws if not 1 <= batch < number]
    if wrong:
        yield Problem(name, f"withdraws {wrong}", f"batches before {number}", column="withdraws")
    for one in anchors:
        if one.batch == number and one.manifest_sha256 not in (tally.head, made.replaces):  # before or after a new key
            yield Problem(name, f"sha256 {tally.head}", f"sha256 {one.manifest_sha256} as anchored", _REWRITTEN)
    yield from _key(ledger, made)
    tally.journal_marks.append((number, made.journal_entries, made.journal_hash))
    run.append(made)


_REWRITTEN = "the chain was written anew since the anchor was exported: take the ledger from a backup"


def _beyond(one: Anchor, unit: str, found: int) -> Problem:
    wanted = one.batch if unit == "batch" else one.decisions
    place = "manifest" if unit == "batch" else "journal.jsonl"
    return Problem(place, f"{unit} {found} as the last", f"{unit} {wanted} as anchored, or later", _REWRITTEN)


def _key(ledger: Path, made: Manifest) -> Iterator[Problem]:
    """Another key than the one written with cannot be told from damage; a missing one only stops loading."""
    if not tokens.key_file(ledger).exists():
        return
    try:
        key = tokens.read_key(ledger)
    except LineageError as error:
        yield Problem(str(tokens.key_file(ledger).name), error.message, "a key file of mode 0600", error.hint)
        return
    if made.key != tokens.fingerprint(key):
        yield Problem(
            tokens.key_file(ledger).name,
            "another key",
            f"the key batch {made.batch} was written with",
            "put the right key back",
        )


def _batch(ledger: Path, made: Manifest, tally: _Tally, contents: stored_rows.Contents) -> Iterator[Problem]:
    """What a manifest says in itself, and its files' names and bytes; those whose hash is right join the contents."""
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
    present = set(os.listdir(folder)) if folder.is_dir() else set()
    named = {stored.name for stored in made.files}
    if present != named:
        odd = sorted(present ^ named)
        yield Problem(
            f"batches/{made.batch:06d}",
            f"{', '.join(odd)} {'missing' if odd[0] in named else 'extra'}",
            "exactly the files that the manifest names",
        )
    for stored in made.files:
        file, small = folder / stored.name, stored.bytes <= stored_rows.SMALL_BYTES
        content = file.read_bytes() if small and file.stat().st_size == stored.bytes else None
        found = durable.sha256(file) if content is None else hashlib.sha256(content).hexdigest()
        if found != stored.sha256:
            yield Problem(
                f"batches/{made.batch:06d}/{stored.name}",
                f"sha256 {found}",
                f"sha256 {stored.sha256}",
                "the file was changed or is torn: take it from a backup",
            )
        contents.add(made, stored, content)
        tally.files += 1
        tally.rows += stored.rows


def _journal(ledger: Path, tally: _Tally, anchors: Sequence[Anchor]) -> Iterator[Problem]:
    lines = journal.lines(ledger)
    hashes = [FIRST]
    for number, line in enumerate(lines, 1):
        problem = _chained(line, number, hashes[-1])
        if problem:
            yield problem
        hashes.append(hashlib.sha256(line).hexdigest())
        tally.decisions += 1
    for batch, count, expected in tally.journal_marks:
        if count >= len(hashes) or hashes[count] != expected:
            yield Problem(
                "journal.jsonl",
                f"{len(lines)} entries" if count >= len(hashes) else f"{hashes[count][:12]}… after {count} entries",
                f"{count} entries or more, the hash of entry {count} being {expected[:12]}…, "
                f"as when batch {batch} was written",
                "entries were cut off or replaced: put the journal back",
                row=count,
            )
    for one in anchors:
        if one.decisions >= len(hashes):
            yield _beyond(one, "decision", len(lines))
        elif hashes[one.decisions] != one.journal_sha256:
            found, wanted = f"sha256 {hashes[one.decisions]}", f"sha256 {one.journal_sha256} as anchored"
            yield Problem("journal.jsonl", found, wanted, _REWRITTEN, row=one.decisions)


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

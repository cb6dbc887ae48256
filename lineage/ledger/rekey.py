"""A new key for a ledger's tokens: the same records, batch by batch, under tokens that the old key no longer makes.

Numbers in clear are not kept, so tokens are renewed from tokens: each is made a token again under one more key
(`tokens.RING`). Batches cannot change, so a second ledger is written beside (`NAME.rekeying`), its manifests chained
anew, each naming the hash of the one it stands for; it is verified, then takes the ledger's place, and the old one
stays as `NAME.before-rekey` until somebody destroys it. Invariant: at every moment one of the two is whole, and a run
that was cut short is finished by running it again.
"""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lineage import engine
from lineage.errors import Damaged, Misuse, NotFound, Unavailable
from lineage.ledger import clear, durable, journal, layers, lock, manifest, tokens
from lineage.ledger.manifest import FIRST, Manifest, StoredFile
from lineage.ledger.verification import verify
from lineage.schema import BY_NAME, Sensitive

REKEYED = "rekeyed"
"""The kind of the journal's entry."""


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What was done: batches written anew, files among them with tokens, where the old ledger lies now."""

    batches: int
    files: int
    before: Path


def rekey(ledger: Path, *, who: str, at: datetime, why: str) -> Rekeyed:
    """Renew every token of a ledger under a new key. Cost: all files are copied, those with tokens read and written.

    Raises Misuse (no reason, an old ledger still beside), NotFound, Busy, Unavailable, Damaged. Stop servers before:
    between two renames there is no ledger at its place.
    """
    if not why.strip():
        raise Misuse("a renewal of the key needs a reason", "say it with --why")
    before, made = _beside(ledger, ".before-rekey"), _beside(ledger, ".rekeying")
    next_key = _beside(ledger, ".rekeying.key")
    if _whole(made).is_file() and next_key.is_file():  # cut short between the renames
        return _put_in_place(ledger, made, before, next_key)
    if before.exists():
        raise Misuse(f"{before} is still there from an earlier renewal", "destroy it, or move it away, first")
    if not manifest.folder(ledger).is_dir():
        raise NotFound(f"{ledger} holds no ledger", "name it with --ledger")
    with lock.held(ledger / lock.NOTE, who, at.isoformat(timespec="seconds")):
        key = tokens.read_key(ledger)
        newest = secrets.token_bytes(tokens.KEY_BYTES)
        try:
            durable.discard(made)
            durable.write(next_key, tokens.with_another(key, newest), mode=0o600)
            files = _write_anew(ledger, made, newest, tokens.fingerprint(tokens.with_another(key, newest)))
        except OSError as error:
            raise Unavailable(f"could not write {made}: {error.strerror}", "free some space and try again") from error
        journal.append(made, REKEYED, {"why": why.strip(), "batches": manifest.count(made)}, who, at)
        found = verify(made)  # its key is not beside it yet: chain, files and journal are what is looked at
        if found.problem is not None:
            raise Damaged(f"the new ledger does not verify: {found.problem}", "verify the old one, then try again")
        durable.write(_whole(made), str(files).encode())
        return _put_in_place(ledger, made, before, next_key)


def _write_anew(ledger: Path, made: Path, newest: bytes, fingerprint: str) -> int:
    """Every batch with its tokens renewed; gives the number of files that had any."""
    for home in ("manifest", "batches", "derived"):
        (made / home).mkdir(parents=True)
    for name in ("journal.jsonl", "audit"):
        if (ledger / name).is_dir():
            shutil.copytree(ledger / name, made / name)
        elif (ledger / name).exists():
            shutil.copyfile(ledger / name, made / name)
    on, files, previous = engine.connect(), 0, FIRST
    try:
        for old in manifest.read_all(ledger):
            folder = layers.batch_folder(made, old.batch)
            stored = []
            for file in old.files:
                folder.mkdir(exist_ok=True)
                stored.append(_renewed(layers.batch_folder(ledger, old.batch), folder, file, newest, on))
                files += stored[-1] != file
            if folder.is_dir():
                durable.sync_tree(folder)
            previous = _chained(ledger, made, replace(old, files=tuple(stored), key=fingerprint, previous=previous))
        _renew_clear(ledger, newest, on)
    finally:
        on.close()
    return files


def _chained(ledger: Path, made: Path, new: Manifest) -> str:
    """Write a manifest in its new chain; gives its hash."""
    stands_for = manifest.hash_of(manifest.file_of(ledger, new.batch))
    durable.write(manifest.file_of(made, new.batch), replace(new, replaces=stands_for).to_bytes())
    return manifest.hash_of(manifest.file_of(made, new.batch))


def _renewed(source: Path, target: Path, file: StoredFile, newest: bytes, on: engine.Engine) -> StoredFile:
    """One file of a batch: copied, or written with every token made a token again, rows in their order."""
    table = BY_NAME.get(file.table)
    numbers = [column.stored for column in table.columns if column.sensitive is not Sensitive.NO] if table else []
    numbers = [number for number in numbers if number in file.columns]
    if not numbers:
        shutil.copyfile(source / file.name, target / file.name)
        return file
    renewed = ", ".join(f"{tokens.token_sql(engine.name(one), newest)} AS {engine.name(one)}" for one in numbers)
    relation = engine.parquet([source / file.name])
    engine.write_parquet(on, f"SELECT * REPLACE ({renewed}) FROM {relation}", target / file.name)
    written = target / file.name
    return replace(file, bytes=written.stat().st_size, sha256=durable.sha256(written))


def _renew_clear(ledger: Path, newest: bytes, on: engine.Engine) -> None:
    """Clear values, where a site keeps them, go to a new folder under the new tokens."""
    if not clear.is_kept(ledger):
        return
    target = _beside(ledger, ".rekeying.clear")
    durable.discard(target)
    target.mkdir(mode=0o700)
    for file in sorted(clear.folder(ledger).glob("[0-9]*.parquet")):
        sql = f"SELECT {tokens.token_sql('token', newest)} AS token, clear FROM {engine.parquet([file])} ORDER BY ALL"
        engine.write_parquet(on, sql, target / file.name)
        (target / file.name).chmod(0o600)
    durable.sync_tree(target)


def _put_in_place(ledger: Path, made: Path, before: Path, next_key: Path) -> Rekeyed:
    """The renames, in an order that can be taken up where it stopped: old aside, new in place, then key and clear."""
    files = int(_whole(made).read_bytes())
    if manifest.folder(ledger).is_dir() and not before.exists():
        durable.rename(ledger, before)
    if made.is_dir():
        durable.rename(made, ledger)
    for new, place in ((_beside(ledger, ".rekeying.clear"), clear.folder(ledger)), (next_key, tokens.key_file(ledger))):
        if new.is_dir() and place.is_dir():
            durable.rename(place, before.with_name(before.name + ".clear"))
        if new.exists():
            durable.rename(new, place)
    durable.discard(_whole(made))
    return Rekeyed(manifest.count(ledger), files, before)


def _whole(made: Path) -> Path:
    """The mark that the new ledger was verified; beside it, so that it survives the rename."""
    return made.with_name(made.name + ".whole")


def _beside(ledger: Path, suffix: str) -> Path:
    return ledger.absolute().with_name(ledger.absolute().name + suffix)

"""A second copy of a ledger, taken while it serves, and a ledger made again from one.

What counts is copied: batches, manifests, journal, look-up log, and the people file beside the ledger; never the key
(it goes elsewhere, or the numbers it hides lie open in one place), never derived sets (they are made anew). A backup
has the ledger's own layout, so `verify` reads it too. Invariant: `backup.json` is written last and only after the copy
verified; a folder without it is no backup.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from lineage.errors import Damaged, Misuse, NotFound, Unavailable
from lineage.ledger import durable, journal, manifest, tokens
from lineage.ledger.verification import verify

NOTE = "backup.json"
FORMAT = 1
BESIDE = ".users.json"
"""What lies beside a ledger and goes with it, by what it adds to the ledger's name."""
_LEFT_OUT = frozenset({"derived", "lock", "journal.lock", NOTE, "beside"})


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: the ledger's name and version, the hash of its last manifest, when and by whom it was taken.

    `copied` and `kept` count files written now and files that were there already; `bytes` are those written.
    """

    name: str
    version: str
    batches: int
    decisions: int
    head: str
    key: str
    taken_at: str
    taken_by: str
    copied: int = 0
    kept: int = 0
    bytes: int = 0
    format: int = FORMAT


def back_up(ledger: Path, target: Path, *, who: str, at: datetime) -> Backup:
    """Copy a ledger into `target`, adding to what an earlier backup of the same ledger left there.

    Readers and the writer go on meanwhile; the copy is of the batches there were at its beginning. Cost: new files are
    read and written once, then the whole copy is verified. Raises NotFound, Misuse (another ledger's backup lies
    there, or the target is inside the ledger), Unavailable (space, permission), Damaged (the copy does not verify).
    """
    batches = manifest.count(ledger)
    _refuse(ledger, target, batches)
    try:
        return _copied(ledger, target, batches, who, at)
    except OSError as error:
        raise Unavailable(
            f"could not write the backup to {target}: {error.strerror}", "free some space, then run it again"
        ) from error


def _copied(ledger: Path, target: Path, batches: int, who: str, at: datetime) -> Backup:
    target.mkdir(parents=True, exist_ok=True)
    (target / NOTE).unlink(missing_ok=True)  # until all is there again, this is no backup
    copied = kept = size = 0
    for name in _files(ledger, batches):
        if _is_there(ledger / name, target / name):
            kept += 1
            continue
        size += _copy(ledger / name, target / name)
        copied += 1
    for added in (BESIDE,):
        beside = ledger.absolute().with_name(ledger.absolute().name + added)
        if beside.is_file():
            size += _copy(beside, target / "beside" / added.lstrip("."), mode=0o600)
            copied += 1
    found = verify(target)
    if found.problem is not None:
        raise Damaged(f"the copy in {target} does not verify: {found.problem}", "verify the ledger, then run it again")
    last = manifest.file_of(target, batches)
    made = Backup(
        ledger.absolute().name,
        f"{batches}.{journal.count(target)}",
        batches,
        journal.count(target),
        manifest.hash_of(last) if batches else manifest.FIRST,
        manifest.parse(last).key if batches else "",
        at.isoformat(timespec="seconds"),
        who,
        copied,
        kept,
        size,
    )
    durable.write(target / NOTE, durable.to_json(asdict(made)) + b"\n")
    return made


def read_backup(folder: Path) -> Backup:
    """What a backup says of itself. Raises NotFound, Damaged, Misuse (made by a newer release)."""
    try:
        said = json.loads((folder / NOTE).read_bytes())
        if said["format"] > FORMAT:
            raise Misuse(
                f"{folder}: a backup in format {said['format']}, this release reads up to {FORMAT}",
                "restore it with the release that made it, or a newer one",
            )
        return Backup(**said)
    except FileNotFoundError:
        raise NotFound(f"{folder} holds no whole backup ({NOTE} is not there)", "run lineage backup again") from None
    except (ValueError, TypeError, KeyError) as error:
        raise Damaged(f"{folder / NOTE}: not what a backup wrote ({error})", "use another copy") from error


def restore(folder: Path, ledger: Path, key: Path | None = None) -> Backup:
    """Make a ledger from a backup, where none is; `key` is the file kept apart. All or nothing: it appears at once.

    Raises Misuse (something is there already), NotFound, Damaged (backup or key are not what was written), Unavailable.
    """
    said = read_backup(folder)
    if ledger.exists() and (not ledger.is_dir() or any(ledger.iterdir())):
        raise Misuse(f"{ledger} is there already", "name another place with --ledger, or move it away first")
    place = tokens.key_file(ledger)
    if key is not None:
        _try_key(key, said)
    aside = ledger.absolute().with_name(f".{ledger.absolute().name}.restoring-{os.getpid()}")
    try:
        for name in _files(folder, said.batches):
            _copy(folder / name, aside / name)
        for home in ("manifest", "batches", "derived"):
            (aside / home).mkdir(parents=True, exist_ok=True)
        found = verify(aside)
        if found.problem is not None:
            raise Damaged(f"the backup in {folder} does not verify: {found.problem}", "use another copy")
        _put_beside(folder, ledger, key, place)
        if ledger.is_dir():
            ledger.rmdir()
        durable.rename(aside, ledger)
    except OSError as error:
        raise Unavailable(f"could not restore to {ledger}: {error.strerror}", "nothing was put in place") from error
    finally:
        durable.discard(aside)
    return said


def keep_key(ledger: Path, file: Path, backup: Path) -> None:
    """Copy the ledger's key to a place of its own. Raises Misuse when that is inside the backup, Unavailable."""
    if file.absolute().is_relative_to(backup.absolute()):
        raise Misuse(f"{file} lies inside the backup", "keep it elsewhere: with it the numbers can be guessed")
    durable.write(file, tokens.read_key(ledger), mode=0o600)


def _refuse(ledger: Path, target: Path, batches: int) -> None:
    """The target must be empty, or hold an older state of this very ledger."""
    if target.absolute().is_relative_to(ledger.absolute()):
        raise Misuse(f"{target} lies inside the ledger", "a backup goes to another place, better to another disk")
    there = manifest.folder(target)
    if target.exists() and not target.is_dir():
        raise Misuse(f"{target} is a file", "name a folder")
    if not there.is_dir():
        if target.exists() and any(target.iterdir()):
            raise Misuse(f"{target} holds something that is no backup", "name an empty folder, or an earlier backup")
        return
    old = manifest.count(target)
    if old > batches or (old and manifest.hash_of(manifest.file_of(target, old)) != _head(ledger, old)):
        raise Misuse(
            f"{target} holds a backup of another ledger, or of a later state of this one",
            "name another folder, and find out why they part",
        )


def _head(ledger: Path, batch: int) -> str:
    return manifest.hash_of(manifest.file_of(ledger, batch))


def _files(ledger: Path, batches: int) -> Iterator[Path]:
    """What belongs to a backup, relative to the ledger, in the order to copy it: manifests after what they name.

    The journal comes after the manifests were counted, so it has all that they count on.
    """
    manifests = []
    for place, folders, names in os.walk(ledger):
        here = Path(place).relative_to(ledger)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and str(here / name) not in _LEFT_OUT and not _is_later(here / name, batches)
        )
        for name in sorted(names):
            file = here / name
            if name.startswith(".") or str(file) in _LEFT_OUT:
                continue
            if here.parts[:1] != ("manifest",):
                yield file
            elif not _is_later(file, batches):
                manifests.append(file)
    yield from manifests


def _is_later(place: Path, batches: int) -> bool:
    """Whether a batch's folder or manifest is of a batch that came after the backup began."""
    return place.parts[0] in ("batches", "manifest") and place.stem.isdigit() and int(place.stem) > batches


def _is_there(source: Path, copy: Path) -> bool:
    """Whether an immutable file was copied before; what grows (journal, look-up log) is copied again."""
    return source.suffix != ".jsonl" and copy.is_file() and copy.stat().st_size == source.stat().st_size


def _copy(source: Path, target: Path, *, mode: int = 0o644) -> int:
    """Copy one file, whole lines only of one that grows, synced before it is named. Gives the bytes written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".jsonl":
        content = source.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        durable.write(target, whole, mode=mode)
        return len(whole)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, aside)
    aside.chmod(mode)
    durable.sync(aside)
    durable.rename(aside, target)
    return target.stat().st_size


def _try_key(key: Path, said: Backup) -> None:
    try:
        content, mode = key.read_bytes(), stat.S_IMODE(key.stat().st_mode)
    except OSError as error:
        raise NotFound(f"could not read the key {key}: {error.strerror}") from error
    if mode & 0o077:
        raise Damaged(f"{key}: found mode {mode:04o}, expected 0600", f"chmod 600 {key}")
    if said.key and tokens.fingerprint(content) != said.key:
        raise Damaged(f"{key} is not the key this ledger was written with", "find the one that was kept with it")


def _put_beside(folder: Path, ledger: Path, key: Path | None, place: Path) -> None:
    if key is not None and not place.exists():
        durable.write(place, key.read_bytes(), mode=0o600)
    users = folder / "beside" / BESIDE.lstrip(".")
    target = ledger.absolute().with_name(ledger.absolute().name + BESIDE)
    if users.is_file() and not target.exists():
        durable.write(target, users.read_bytes(), mode=0o600)

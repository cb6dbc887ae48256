"""The scenes of the gallery of errors: files, what is done before, and the command whose words are kept.

`python -m tests.golden.error_scenes` writes errors.txt and errors.zh.txt anew, for review; the test only compares.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from api import cli
from lineage.words import Language

GALLERIES: dict[Language, Path] = {
    "en": Path(__file__).with_name("errors.txt"),
    "zh": Path(__file__).with_name("errors.zh.txt"),
}
VARYING = re.compile(r"[0-9a-f]{64}|[0-9a-f]{12}(?=…)|(?<=clerk, )[0-9T:+-]+(?=: )|(?<=clerk，)[0-9T:+-]+(?=：)")
"""Hashes and moments: what differs from run to run."""
HEAD = "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,reverses\n"
ALLOCATIONS = "allocation_id,fiscal_year,division_code,source,date,amount\n"
GOOD = ALLOCATIONS + "A-1,2017,410000000,province,2017-01-05,100.00\n"


def payment(**changed: str) -> str:
    """A payments file of one row with some cells changed."""
    cells = {
        "payment_id": "P-1",
        "indicator_id": "I-1",
        "division_code": "410122000",
        "amount": "100.00",
        "pay_date": "2017-03-01",
        "status": "valid",
        "method": "direct",
        "payee_kind": "village",
        "payee_name": "村委会",
        "reverses": "",
    } | changed
    return HEAD + ",".join(f'"{cell}"' if "," in cell else cell for cell in cells.values()) + "\n"


@dataclass(frozen=True, slots=True)
class Scene:
    """Files to be laid out, commands run before, a change made by hand, and the command whose errors are kept."""

    title: str
    command: str
    files: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ()
    change: Callable[[Path], object] = lambda folder: None


def row(title: str, **changed: str) -> Scene:
    """A scene of one payment that cannot be taken."""
    return Scene(title, "load payments.csv", (("payments.csv", payment(**changed)),))


def touch(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Change the bytes of a file of the ledger."""
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


LOADED = (("allocations.csv", GOOD),)
LOAD = ("load allocations.csv",)
SCENES = (
    row("an amount with a letter", amount="1,2O0.00"),
    row("an amount with three decimals", amount="1.005"),
    row("an empty amount", amount=""),
    row("a day that is not", pay_date="2017-02-30"),
    row("a status nobody knows", status="paid out"),
    row("a negative amount that takes nothing back", amount="-5.00"),
    row("a reversal that gives", amount="5.00", reverses="P-0"),
    row("a key that is empty", payment_id=""),
    Scene(
        "one key twice, with different amounts",
        "load allocations.csv",
        (("allocations.csv", GOOD + "A-1,2017,410000000,province,2017-01-05,200.00\n"),),
    ),
    Scene(
        "a required column that is not there",
        "load allocations.csv",
        (("allocations.csv", "allocation_id,fiscal_year,division_code,date,amount\nA-1,2017,41,2017-01-05,1\n"),),
    ),
    Scene(
        "a correction that would move a record",
        "load moved/allocations.csv",
        (*LOADED, ("moved/allocations.csv", GOOD.replace("2017,410000000", "2018,410000000"))),
        LOAD,
    ),
    Scene("a file that is not there", "load nothing.csv"),
    Scene("a ledger that is not there", "verify"),
    Scene("a batch that is not there", "withdraw 9 --why x", LOADED, LOAD),
    Scene("a withdrawal without a reason", "withdraw 1", LOADED, LOAD),
    Scene("a batch withdrawn twice", "withdraw 1 --why x", LOADED, (*LOAD, "withdraw 1 --why x")),
    Scene("a record that is not there, and its neighbour", "trace allocation:A-2", LOADED, LOAD),
    Scene(
        "an id that two records bear",
        "trace X-1",
        (("allocations.csv", GOOD.replace("A-1", "X-1")), ("payments.csv", payment(payment_id="X-1"))),
        ("load allocations.csv payments.csv",),
    ),
    Scene(
        "a key that others may read",
        "load allocations.csv",
        LOADED,
        LOAD,
        lambda folder: (folder / "ledger.key").chmod(0o644),
    ),
    Scene("another key", "load allocations.csv", LOADED, LOAD, touch("ledger.key", lambda raw: b"k" * 32)),
    Scene("a key that is gone", "load allocations.csv", LOADED, LOAD, lambda folder: (folder / "ledger.key").unlink()),
    Scene(
        "a batch file with one byte changed",
        "verify",
        LOADED,
        LOAD,
        touch("ledger/batches/000001/allocations.parquet", lambda raw: raw[:40] + b"\x00" + raw[41:]),
    ),
    Scene(
        "a manifest edited by hand",
        "verify",
        LOADED,
        (*LOAD, "withdraw 1 --why x"),
        touch("ledger/manifest/000001.json", lambda raw: raw.replace(b'"why":""', b'"why":"y"')),
    ),
    Scene(
        "a manifest that is no manifest",
        "overview",
        LOADED,
        LOAD,
        touch("ledger/manifest/000001.json", lambda raw: b"{}"),
    ),
    Scene(
        "a journal with its end cut off",
        "verify",
        LOADED,
        (*LOAD, "withdraw 1 --why x", *LOAD),
        touch("ledger/journal.jsonl", lambda raw: b""),
    ),
    Scene(
        "rejects into a file that cannot hold them",
        "rejects 1 -o rejects.pdf",
        (("payments.csv", payment(amount="x")),),
        ("load payments.csv",),
    ),
)


def shown(scene: Scene, language: Language) -> str:
    """The words a person gets in a scene, without what differs from run to run."""
    environment = {"LINEAGE_WHO": "clerk", "LINEAGE_LEDGER": "ledger"}
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name), patch.dict(os.environ, environment):
        folder = Path(name)
        for file, text in scene.files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
        for command in scene.before:
            told(command, language)
        scene.change(folder)
        code, text = told(scene.command, language)
        return f"{VARYING.sub('…', text.replace(name, '.'))}exit code {code}\n"


def told(command: str, language: Language) -> tuple[int, str]:
    """Run a command line in a language, give its exit code and what it said on standard error."""
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        code = cli.run([*command.split(), "--lang", language])
    return code, errors.getvalue()


def gallery(language: Language) -> str:
    """All scenes as one text."""
    return "\n".join(f"# {scene.title}\n$ lineage {scene.command}\n{shown(scene, language)}" for scene in SCENES)


if __name__ == "__main__":
    for name, file in GALLERIES.items():
        file.write_text(gallery(name), encoding="utf-8")

"""Making a province of test data, and the bundle that the other benchmarks share."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measures import Measure, Scale, best_seconds

TITLE = "Making a province"
NOTE = "A seeded bundle of CSV files, rows of every table counted; beside it, a plain copy of the same files."


def bundle(scale: Scale) -> Path:
    """The made bundle of this size, made once and kept."""
    from loaders.province import make_province

    folder = scale.folder / f"province-{scale.payments}-{scale.seed}"
    if not (folder / "complete").exists():
        make_province(folder / "bundle", payments=scale.payments, seed=scale.seed)
        (folder / "complete").touch()
    return folder / "bundle"


def rows_of(folder: Path) -> int:
    """Data rows of a bundle's files: lines less headings."""
    return sum(file.read_bytes().count(b"\n") - 1 for file in folder.rglob("*.csv"))


def measure(scale: Scale) -> list[Measure]:
    """Make it once more beside the kept one, and copy the files."""
    import shutil

    from loaders.province import make_province

    kept, again = bundle(scale), scale.folder / "again"
    made = best_seconds(lambda: make_province(again, payments=scale.payments, seed=scale.seed), runs=1)
    copied = best_seconds(
        lambda: shutil.copytree(kept, scale.folder / "copy"),
        before=lambda: shutil.rmtree(scale.folder / "copy", ignore_errors=True),
        runs=1,
    )
    same = all(file.read_bytes() == (again / file.name).read_bytes() for file in kept.glob("*.csv"))
    assert same, "the same seed gave other bytes"
    shutil.rmtree(again)
    shutil.rmtree(scale.folder / "copy")
    rows = rows_of(kept)
    return [
        Measure("copying the files", copied, rows, "rows"),
        Measure("making them", made, rows, "rows", "copying the files"),
    ]

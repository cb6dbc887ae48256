"""`python -m benchmarks [NAME…] [--payments N…] [--dry-run]`: run benchmarks, write their parts of docs/benchmarks.md.

Each runs in a process of its own, so that its peak memory is its own. A section is replaced whole; those of benchmarks
that did not run stay. Every section names the machine and the day it ran.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.measures import Scale
from benchmarks.page import USUAL_PAYMENTS, block_of, keep, section_of

FOLDER = Path(__file__).parent
FRAME = {"__init__", "__main__", "engines", "measures", "page", "served"}


def names() -> list[str]:
    """The benchmarks there are, the machine's memory first."""
    found = sorted(file.stem for file in FOLDER.glob("*.py") if file.stem not in FRAME)
    return sorted(found, key=lambda name: (name != "memory", name))


def main() -> None:
    """Run what was asked for and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", help=f"which of {', '.join(names())}; all without a name")
    parser.add_argument("--payments", type=int, nargs="+", default=[USUAL_PAYMENTS], help="sizes of the made provinces")
    parser.add_argument("--folder", type=Path, default=FOLDER.parent / ".cache" / "benchmarks")
    parser.add_argument("--dry-run", action="store_true", help="print only")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for payments in chosen.payments:
        scale = Scale(payments, chosen.folder)
        for name in chosen.names or names():
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                text = alone.submit(section_of, name, scale).result()
            print(text, flush=True)
            if not chosen.dry_run:
                keep(block_of(name, payments), text)


if __name__ == "__main__":
    main()

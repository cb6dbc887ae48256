"""`python -m tools.mutants AREA… [--most N] [--seed S]`: change the code a little, see whether a test notices.

Each mutant is one changed operator, constant, condition or join in a copy of the tree; its tests run against it,
kernels interpreted so that a change is seen at once. Tells each mutant that no test noticed as soon as it is found.
`--files` and `--tests` name others than the areas have, `--skip` goes on with a sample.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tools.mutants import python_code, sql_text, trial
from tools.mutants.areas import AREAS, ROOT, Area
from tools.mutants.equivalent import EQUIVALENT
from tools.mutants.mutant import Mutant

HOUR = 3600.0


def mutants(path: str) -> Iterator[Mutant]:
    """Every mutant of a file."""
    text = (ROOT / path).read_text(encoding="utf-8")
    made = sql_text if path.endswith(".sql") else python_code
    yield from made.mutants(path, text)


def sample(area: Area, most: int, seed: int) -> tuple[list[Mutant], int]:
    """A seeded sample of an area's mutants, those known to be the same left out, and how many there are.

    A larger sample begins with the smaller one, also where another mutant has been found to be the same since.
    """
    found = [mutant for path in area.paths() for mutant in mutants(path)]
    random.Random(seed).shuffle(found)
    counted = [mutant for mutant in found if mutant.change not in EQUIVALENT]
    return counted[:most], len(counted)


def usual_of(chosen: Sequence[Mutant], folder: Path) -> trial.Usual:
    """Give the processor time of a stage, in seconds, where nothing is changed but the layout of the code. There its
    tests must pass: else every mutant would seem noticed. A stage that no mutant comes to is not run.
    """
    for path in {mutant.path for mutant in chosen if mutant.path.endswith(".py")}:
        target = folder / path
        target.write_text(ast.unparse(ast.parse(target.read_text(encoding="utf-8"))) + "\n", encoding="utf-8")

    @cache
    def usual(stage: tuple[str, ...]) -> float:
        begun = _spent_by_children()
        assert trial.passes(folder, stage, HOUR), f"red without a change: {' '.join(stage)}"
        return _spent_by_children() - begun

    return usual


def _spent_by_children() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


def run(name: str, area: Area, most: int, seed: int, skipped: int) -> int:
    """Try a sample of an area; prints survivors and the sum, returns how many survived."""
    chosen, there = sample(area, skipped + most, seed)
    chosen = chosen[skipped:]
    survived = 0
    with tempfile.TemporaryDirectory(prefix="lineage-mutants-") as place:
        folder = trial.copy_tree(ROOT, Path(place) / "tree")
        os.environ["LINEAGE_KEPT_LEDGERS"] = f"{place}/ledgers" if area.same_ledgers else ""
        usual = usual_of(chosen, folder)
        for number, mutant in enumerate(chosen, 1):
            if not trial.noticed(mutant, folder, area.tests(mutant.path), usual):
                survived += 1
                print(mutant, flush=True)
            if not number % 10:
                print(f"{name}: {number - survived} of {number} so far", flush=True)
    share = (len(chosen) - survived) / max(1, len(chosen))
    print(f"{name}: {len(chosen) - survived} of {len(chosen)} noticed, {share:.0%} ({there} there are)", flush=True)
    return survived


def main() -> int:
    """Run the areas asked for; 1 when a mutant survived."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    parser.add_argument("areas", nargs="*", help=f"of {', '.join(AREAS)}; all where none is named")
    parser.add_argument("--files", nargs="*", help="patterns of files instead of an area")
    parser.add_argument("--tests", nargs="*", default=["tests/unit"], help="their tests")
    parser.add_argument("--most", type=int, default=40, help="a seeded sample where there are more")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", type=int, default=0, help="go on after so many of the sample")
    asked = parser.parse_args()
    areas = {name: AREAS[name] for name in asked.areas or AREAS}
    if asked.files:
        areas = {" ".join(asked.files): Area(tuple(asked.files), (tuple(asked.tests),))}
    trial.import_libraries()
    return int(sum(run(name, area, asked.most, asked.seed, asked.skip) for name, area in areas.items()) > 0)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tools.mutants MODULE… [--tests PATH…] [--most N]`: change the code a little, see whether a test notices.

Each mutant is one changed operator or constant in a copy of the tree; the tests run against it, kernels interpreted so
that a change is seen at once. Prints `path:line: before → after` for every mutant that no test noticed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
TIMEOUT_SECONDS = 300
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where, the line before and after, and the whole changed text."""

    path: str
    line: int
    before: str
    after: str
    text: str


def mutants(path: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its nodes; docstrings and annotations are left alone."""
    tree = ast.parse(text)
    for index, node in enumerate(ast.walk(tree)):
        for slot, value in changes(node):
            changed = copy.deepcopy(tree)
            target = next(other for place, other in enumerate(ast.walk(changed)) if place == index)
            setattr(target, slot, value)
            before, after = ast.unparse(node), ast.unparse(target)
            yield Mutant(
                path, getattr(node, "lineno", 0), before, after, ast.unparse(ast.fix_missing_locations(changed))
            )


def changes(node: ast.AST) -> Iterator[tuple[str, object]]:
    """The ways to change one node: its attribute and the new value."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield "ops", [SWAPS[type(node.ops[0])](), *node.ops[1:]]
    elif isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPS:
        yield "op", SWAPS[type(node.op)]()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "value", not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield "value", node.value + 1
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "op", ast.UAdd()  # truth of +x is truth of x for numbers and flags
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield "test", ast.Constant(False)


def noticed(mutant: Mutant, folder: Path, tests: list[str]) -> bool:
    """Whether a test fails, or hangs, on the mutant."""
    target = folder / mutant.path
    original = target.read_text(encoding="utf-8")
    target.write_text(mutant.text, encoding="utf-8")
    environment = {**os.environ, "LINEAGE_INTERPRETED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        target.write_text(original, encoding="utf-8")


def main() -> int:
    """Run the mutants asked for and name the survivors; 1 when there are any."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    parser.add_argument("modules", nargs="+")
    parser.add_argument("--tests", nargs="*", default=["tests/unit", "tests/property"])
    parser.add_argument("--most", type=int, default=100, help="a seeded sample where there are more")
    chosen = parser.parse_args()
    found = [m for path in chosen.modules for m in mutants(path, (ROOT / path).read_text(encoding="utf-8"))]
    sample = random.Random(1).sample(found, min(chosen.most, len(found)))
    with tempfile.TemporaryDirectory(prefix="lineage-mutants-") as place:
        folder = Path(place) / "tree"
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", ".venv", ".cache", "__pycache__", "demo"))
        survivors = [mutant for mutant in sample if not noticed(mutant, folder, chosen.tests)]
    for mutant in sorted(survivors, key=lambda mutant: (mutant.path, mutant.line)):
        print(f"{mutant.path}:{mutant.line}: {mutant.before} → {mutant.after}")
    print(f"{len(sample) - len(survivors)} of {len(sample)} mutants noticed ({len(found)} there are)")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())

"""What is changed, and which tests are asked: quick ones first, the wider ones only of those that the quick let pass.

`{stem}` is the changed file's own case (`chain/wrong_division.sql`: `chain-wrong-division`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Area:
    """Files by pattern, and stages of tests. `same_ledgers`: its code makes no ledgers, so the tests' may be kept."""

    files: tuple[str, ...]
    stages: tuple[tuple[str, ...], ...]
    same_ledgers: bool = False

    def paths(self) -> Iterator[str]:
        """The files, from the root of the tree."""
        for pattern in self.files:
            yield from (str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(pattern)))

    def tests(self, path: str) -> tuple[tuple[str, ...], ...]:
        """The stages for one changed file."""
        whole = Path(path)
        stem = f"{whole.parent.name}-{whole.stem}".replace("_", "-")
        return tuple(tuple(argument.replace("{stem}", stem) for argument in stage) for stage in self.stages)


_POLICIES = ("tests/unit/attribution", "tests/property/test_attribution.py")
_POOLS = tuple(f"tests/unit/attribution/test_{name}.py" for name in ("mixture", "policies", "vectors"))
_FLOW = ("tests/unit/attribution/test_vectors.py", "tests/property/test_attribution.py")
_STEPS = ("tests/unit/attribution/test_explain.py",)
_BOUNDS = ("tests/unit/attribution/test_bounds.py",)
_PASSES = ("tests/property/test_passes.py",)
_EXAMPLES = ("tests/golden/test_examples.py",)
_ORACLE = ("tests/differential/test_random_books.py",)
_CHECKED = (
    ("tests/unit/queries/test_check.py", "tests/unit/queries/test_catalogue.py"),
    ("tests/golden/test_rules.py",),
    ("tests/property/test_rules.py",),
    _ORACLE,
)
AREAS: Mapping[str, Area] = MappingProxyType(
    {
        "money": Area(("lineage/money.py",), (("tests/unit/test_money.py",),)),
        "policies": Area(
            tuple(f"lineage/attribution/{name}.py" for name in
                  ("mixture", "pool", "interval", "named", "replay", "blend", "lifo", "libr", "poison")),
            (_POOLS, _POLICIES, _EXAMPLES),
            True,
        ),
        "bounds": Area(("lineage/attribution/bounds.py",), (_BOUNDS, _POLICIES, _EXAMPLES), True),
        "passes": Area(
            tuple(f"lineage/attribution/{name}.py" for name in
                  ("wide", "class_mixture", "class_pass", "class_walk", "day_pass", "passes")),
            (_PASSES, _ORACLE),
        ),
        "flow": Area(
            ("lineage/shares.py", "lineage/books.py", "lineage/entries.py"), (_FLOW, _POLICIES, _EXAMPLES), True
        ),
        "explanation": Area(
            ("lineage/explain.py", "lineage/day_order.py", "lineage/proof.py"), (_STEPS, _POLICIES, _EXAMPLES), True
        ),
        "rules": Area(
            ("queries/rules/[!t]*/*.sql", "queries/rules/*/*.py"),
            (("tests/golden/test_rules.py", "-k", "{stem}"), _ORACLE),
            True,
        ),
        "check": Area(("queries/check.py", "queries/quoted.py", "queries/solutions.py"), _CHECKED, True),
        "tables": Area(("queries/rules/tables/*.sql",), (("tests/golden/test_rules.py",), _ORACLE), True),
        "reconciliation": Area(
            ("queries/reconcile.sql", "queries/reconcile.py", "queries/reconcile_*.py"),
            (("tests/unit/queries/test_reconcile.py", "tests/golden/test_reconciliation_book.py"), _ORACLE),
            True,
        ),
        "measures": Area(
            ("queries/overview_lines.sql", "queries/overview_figures.py", "queries/overview_lines.py"),
            (("tests/unit/queries/test_overview.py",), _ORACLE),
            True,
        ),
    }
)

"""The English texts of every error the sources make, as templates: read out of their syntax trees.

A text is followed to where it is made: through names assigned in the same function or module, through arguments of
functions of the same module and through what they return. What cannot be followed is no text (`untold` counts it).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("lineage", "loaders", "queries", "api", "viz")
ERRORS = frozenset(
    ("LineageError", "Misuse", "NotFound", "Busy", "Unavailable", "Damaged", "Unreadable", "Unrecognised")
)
TEXTS = dict.fromkeys(ERRORS, ("message", "hint")) | {
    "Problem": (None, "found", "expected", "hint"),
    "problem": (None, None, "detail", "hint"),
}
"""The arguments of each class that are texts, by place; None is no text."""
GAP = "\0"
"""What stands for a value in a template."""
DEPTH_MOST = 4
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(slots=True)
class Raised:
    """Mutable while the sources are read: template to the places it is made at, and how many arguments are no text."""

    templates: dict[str, set[str]] = field(default_factory=dict)
    untold: Counter[str] = field(default_factory=Counter)


@cache
def raised() -> Raised:
    """Every text of the sources as they are now."""
    found = Raised()
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            module = _Module(ast.parse(file.read_text(encoding="utf-8")))
            for place, argument in module.arguments():
                texts = [text for text in module.texts(argument) if text.strip(GAP)]
                spot = f"{file.relative_to(ROOT)}:{place}"
                if not texts:
                    found.untold[f"{file.relative_to(ROOT)}: {ast.unparse(argument)}"] += 1
                for text in texts:
                    found.templates.setdefault(text, set()).add(spot)
    return found


class _Module:
    """One module: its functions, what encloses each node, and who calls whom."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self.functions = {node.name: node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)}
        self.calls: dict[str, list[ast.Call]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (name := _name(node.func)):
                self.calls.setdefault(name, []).append(node)

    def arguments(self) -> Iterator[tuple[int, ast.expr]]:
        """The arguments of errors and problems that should be texts."""
        for kind, names in TEXTS.items():
            for call in self.calls.get(kind, ()):
                for place, name in enumerate(names):
                    if name and (given := _argument(call, place, name)) is not None:
                        yield call.lineno, given

    def texts(self, node: ast.expr, depth: int = 0) -> list[str]:
        """The templates an expression may be; none where it is no text of ours."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) and node.value else []
        if isinstance(node, ast.JoinedStr):
            parts = [self._part(value) for value in node.values]
            return ["".join(one) for one in product(*parts)]
        if isinstance(node, ast.IfExp):
            return [*self.texts(node.body, depth), *self.texts(node.orelse, depth)]
        if isinstance(node, ast.BoolOp):
            return [text for value in node.values for text in self.texts(value, depth)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return [one + other for one in self._side(node.left, depth) for other in self._side(node.right, depth)]
        if depth < DEPTH_MOST and isinstance(node, ast.Name):
            return [text for value in self._values(node) for text in self.texts(value, depth + 1)]
        if depth < DEPTH_MOST and isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            function = self.functions.get(node.func.id)
            returns = [one.value for one in ast.walk(function) if isinstance(one, ast.Return)] if function else []
            return [text for value in returns if value for text in self.texts(value, depth + 1)]
        return []

    def _part(self, value: ast.expr) -> list[str]:
        """One part of a formatted text: itself, or a gap; a choice between words gives each of them."""
        if isinstance(value, ast.Constant):
            return [str(value.value)]
        inner = value.value if isinstance(value, ast.FormattedValue) else value
        if isinstance(inner, (ast.IfExp, ast.BoolOp)):
            sides = [inner.body, inner.orelse] if isinstance(inner, ast.IfExp) else inner.values
            if any(self.texts(side) for side in sides):
                return [text for side in sides for text in (self.texts(side) or [_plain(side)])]
        return [GAP]

    def _side(self, node: ast.expr, depth: int) -> list[str]:
        """One side of a sum: a text, nothing where it may be empty, else a gap."""
        branches = [node.body, node.orelse] if isinstance(node, ast.IfExp) else []
        empty = [""] if any(isinstance(one, ast.Constant) and one.value == "" for one in branches) else []
        return [*(self.texts(node, depth) or [GAP]), *empty]

    def _values(self, name: ast.Name) -> Iterator[ast.expr]:
        """What is assigned to a name in its function, given for it by callers in the module, or said at the top."""
        function = self._function(name)
        for scope in (function, self.tree):
            if scope is None:
                continue
            values = list(_assigned(scope, name.id))
            if isinstance(scope, _FUNCTIONS):
                names = [one.arg for one in scope.args.args]
                if name.id in names:
                    place = names.index(name.id) - (names[0] in ("self", "cls"))
                    calls = self.calls.get(scope.name, ())
                    values += [given for call in calls if (given := _argument(call, place, name.id)) is not None]
            if values:
                yield from values
                return

    def _function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        while (above := self.above.get(node)) is not None:
            if isinstance(above, _FUNCTIONS):
                return above
            node = above
        return None


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _plain(node: ast.expr) -> str:
    return "" if isinstance(node, ast.Constant) and node.value == "" else GAP


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    if place < len(call.args):
        given = call.args[place]
        return None if isinstance(given, ast.Starred) else given
    return next((one.value for one in call.keywords if one.arg == name), None)


def _assigned(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(scope) if isinstance(scope, _FUNCTIONS) else ast.iter_child_nodes(scope):
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
            for value in values:
                pairs: list[tuple[ast.expr, ast.expr]] = [(target, value)]
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    pairs = list(zip(target.elts, value.elts, strict=False))
                yield from (given for one, given in pairs if isinstance(one, ast.Name) and one.id == name)


@cache
def written(file: str) -> frozenset[str]:
    """Every text that stands in a file, as templates."""
    module = _Module(ast.parse((ROOT / file).read_text(encoding="utf-8")))
    nodes = [node for node in ast.walk(module.tree) if isinstance(node, (ast.Constant, ast.JoinedStr))]
    return frozenset(text for node in nodes for text in module.texts(node))

"""Mutants of Python: one operator, constant or condition each; SQL in a string is changed as SQL is.

What no test of answers could notice is left alone: docstrings, annotations, decorators, imports for type checking, and
that the rows of a `zip` are said to be equally many.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from tools.mutants.mutant import Mutant
from tools.mutants.sql_text import changes as sql_changes

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
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "gt": "ge"}
SQL_WORDS = ("SELECT ", "WHERE ", " AND ")


def mutants(path: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its nodes."""
    tree, lines = ast.parse(text), text.splitlines()
    left_alone = set(_left_alone(tree))
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in left_alone:
            continue
        for slot, value in changes(node):
            changed = copy.deepcopy(tree)
            target = next(other for place, other in enumerate(ast.walk(changed)) if place == index)
            setattr(target, slot, value)
            before, after = _shown(node), _shown(target)
            line = getattr(node, "lineno", 0) or node.target.lineno  # type: ignore[attr-defined]  # a comprehension's
            if isinstance(value, str) and slot == "value":
                line, before, after = _sql_shown(line, str(getattr(node, slot)), value)
            yield Mutant(path, line, lines[line - 1].strip(), before, after,
                         ast.unparse(ast.fix_missing_locations(changed)) + "\n")


def changes(node: ast.AST) -> Iterator[tuple[str, object]]:
    """The ways to change one node: its attribute and the new value."""
    match node:
        case ast.Compare(ops=[first, *others]) if type(first) in SWAPS:
            yield "ops", [SWAPS[type(first)](), *others]
        case (ast.BinOp(op=operator) | ast.BoolOp(op=operator) | ast.AugAssign(op=operator)) if type(operator) in SWAPS:
            yield "op", SWAPS[type(operator)]()
        case ast.Constant(value=bool(value)):
            yield "value", not value
        case ast.Constant(value=int(value)):
            yield "value", value + 1
        case ast.Constant(value=str(value)) if any(word in value for word in SQL_WORDS):
            for change in sql_changes(value):
                yield "value", change.text
        case ast.UnaryOp(op=ast.Not()):
            yield "op", ast.UAdd()  # truth of +x is truth of x for numbers and flags
        case ast.UnaryOp(op=ast.USub()):
            yield "op", ast.UAdd()
        case ast.If() | ast.IfExp() | ast.While():
            yield "test", ast.Constant(False)
        case ast.comprehension(ifs=[_, *_]):
            yield "ifs", []
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield "func", ast.Name(NAMES[name], ast.Load())
        case _:
            pass


def _left_alone(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        beside: list[ast.AST] = []
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)) and ast.get_docstring(node):
            beside += node.body[:1]
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            beside += node.decorator_list
        beside += [part for field in ("annotation", "returns") if (part := getattr(node, field, None))]
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield id(node)
        if isinstance(node, ast.keyword) and node.arg == "strict":
            beside.append(node.value)
        yield from (id(part) for one in beside for part in ast.walk(one))


def _shown(node: ast.AST) -> str:
    """A node on one line; of a statement with a body its head."""
    return ast.unparse(node).strip().partition("\n")[0]


def _sql_shown(line: int, before: str, after: str) -> tuple[int, str, str]:
    old, new = before.splitlines(), after.splitlines()
    place = next(index for index, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1])
    return line + place, old[place].strip(), new[place].strip()

"""The house style as a check: reads the tree and prints `path:line: X, use Y`. `python -m tools.style` or the test.

Each check is one pure function from a file to what is wrong in it; `CHECKS` lists them. Every rule has its reason in
docs/development.md. Exceptions are named here, in `EXCEPTIONS`, with their reason.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("lineage", "loaders", "queries", "api", "viz")
LINES_MAX = 400
FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 5
FORBIDDEN_WORDS = frozenset(
    ("util", "utils", "helper", "helpers", "manager", "common", "misc", "base", "core", "info", "process", "processor")
)
ONE_PLACE_LIBRARIES = ("duckdb", "neo4j", "numba", "pyvis")
CLOCK_CALLS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"})
EXCEPTIONS = {
    ("lineage/schema.py", "length"): "one table that lists every column",
    ("lineage/schema.py", "parameters"): "private constructors of that table",
    ("loaders/loading.py", "clock"): "the one default of `load(at=None)`: a notebook's load is dated when it is made",
}
MACHINE_TEXT = re.compile(
    r"/(?:work|farm|root)/|/home/\w+/|(?<![-\w])--(?:extra-)?index-url"
    r"|https?://[^\s\"']+(?:/simple\b|/maven2\b|\.whl|\.tgz|\.jar|\.tar\.gz)"
)
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
BANNER = re.compile(r"^\s*(?:#|--)\s*(?:[-=*#]{6,})")
FLOATING_SQL = re.compile(r"(?:amount|_fen)\w*\s*(?:\)|\w|\s)*(?:::\s*|\bAS\s+)(?:DOUBLE|FLOAT|REAL)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """One text file of the tree; `tree` is its syntax tree where it is Python."""

    path: str
    text: str
    tree: ast.Module | None

    @property
    def lines(self) -> list[str]:
        """The file line by line, without line ends."""
        return self.text.splitlines()

    @property
    def packaged(self) -> bool:
        """Whether it is Python of the distribution: tests, tools and benchmarks are held to less."""
        return self.tree is not None and self.path.split("/")[0] in PACKAGES

    @property
    def top(self) -> str:
        """The top folder."""
        return self.path.split("/")[0]


Found = Iterator[tuple[int, str]]


def long_modules(source: Source) -> Found:
    """A module that does not fit a reader's head has a seam in it."""
    if source.packaged and len(source.lines) > LINES_MAX and (source.path, "length") not in EXCEPTIONS:
        yield len(source.lines), f"{len(source.lines)} lines, use at most {LINES_MAX}: split it where it has a seam"


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def long_functions(source: Source) -> Found:
    """Lines of the body without the docstring."""
    for function in functions(source.tree) if source.packaged and source.tree else ():
        first = function.body[1:] if ast.get_docstring(function) else function.body
        length = (function.end_lineno or 0) - first[0].lineno + 1 if first else 0
        if length > FUNCTION_LINES_MAX:
            yield function.lineno, f"{function.name} has {length} lines, use at most {FUNCTION_LINES_MAX}"


def many_parameters(source: Source) -> Found:
    """Doors (decorated functions of `api`) have one parameter for each option or query field: they are let off."""
    if not source.packaged or source.tree is None or (source.path, "parameters") in EXCEPTIONS:
        return
    for function in functions(source.tree):
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        count = sum(argument.arg not in ("self", "cls") for argument in arguments)
        door = source.top == "api" and (function.decorator_list or function.name == "__init__")
        kernel = any("kernel" in ast.unparse(decorator) for decorator in function.decorator_list)
        if count > PARAMETERS_MAX and not door and not kernel:
            yield (
                function.lineno,
                f"{function.name} has {count} parameters, use at most {PARAMETERS_MAX}: name the thing",
            )


def words(name: str) -> set[str]:
    """The words of a name in snake or camel case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}


def vague_names(source: Source) -> Found:
    """A module is the noun it owns or the verb it does."""
    if not source.packaged or source.tree is None:
        return
    for word in sorted(words(Path(source.path).stem) & FORBIDDEN_WORDS):
        yield 1, f'module name with "{word}", use the noun it owns or the verb it does'
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for word in sorted(words(node.name) & FORBIDDEN_WORDS):
                yield node.lineno, f'{node.name}: "{word}", use a word that says what it is'


def missing_docstrings(source: Source) -> Found:
    """Modules say what they are for, public functions and classes what they give."""
    if not source.packaged or source.tree is None:
        return
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield 1, "no module docstring, use one that says what it is for and the invariant it keeps"
    for node in source.tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.lineno, f"{node.name} has no docstring, use one that says what its type does not"


def loose_dataclasses(source: Source) -> Found:
    """Values do not change under a reader's hands; a class whose docstring says that it is mutable may."""
    if not source.packaged or source.tree is None:
        return
    for node in (node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)):
        for decorator in node.decorator_list:
            said = ast.unparse(decorator)
            frozen = "frozen=True" in said or "mutable" in (ast.get_docstring(node) or "").lower()
            if said.startswith("dataclass") and not (frozen and "slots=True" in said):
                yield decorator.lineno, f'@{said}, use frozen=True, slots=True (or say "mutable" in the docstring)'


def is_money(node: ast.expr) -> bool:
    """Whether an expression is named as an amount of money."""
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.endswith("_fen") or name in ("fen", "amount")


def floating_money(source: Source) -> Found:
    """No float ever holds an amount that is reported: no float type, no float(), no true division of fen.

    `viz` is let off: widths and colours of a drawing are shares of an amount.
    """
    for node in ast.walk(source.tree) if source.packaged and source.tree and source.top != "viz" else ():
        if isinstance(node, ast.AnnAssign) and is_money(node.target) and ast.unparse(node.annotation) == "float":
            yield node.lineno, f"{ast.unparse(node.target)} is a float, use int fen"
        if isinstance(node, ast.arg) and node.arg.endswith("_fen") and ast.unparse(node.annotation or node) == "float":
            yield node.lineno, f"{node.arg} is a float, use int fen"
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "float" and any(map(is_money, node.args)):
            yield node.lineno, f"{ast.unparse(node)}, use int fen, and text for people"
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and (is_money(node.left) or is_money(node.right))
        ):
            yield node.lineno, f"{ast.unparse(node)}, use // with the rounding shown, or Fraction or Decimal"


def floating_sql(source: Source) -> Found:
    """The same in SQL."""
    if source.path.endswith(".sql"):
        for number, line in enumerate(source.lines, 1):
            if FLOATING_SQL.search(line):
                yield number, "an amount becomes DOUBLE, use BIGINT fen and HUGEINT for products"


def machine_text(source: Source) -> Found:
    """Nothing names a machine's folders or where packages come from: both differ on the reader's machine."""
    if source.path in ("tools/style.py", "tests/unit/test_style.py"):
        return
    for number, line in enumerate(source.lines, 1):
        if found := MACHINE_TEXT.search(line):
            yield number, f"{found.group()}, use a relative path or a package's name"


def unfinished(source: Source) -> Found:
    """What is not there is left out; what is known to be weak stands in docs or an issue."""
    if source.path in ("tools/style.py", "tests/unit/test_style.py"):
        return
    for number, line in enumerate(source.lines, 1):
        if source.tree is not None and (found := UNFINISHED.search(line)):
            yield number, f"{found.group()}, use an issue or finish it"
        if source.path.endswith((".py", ".sql")) and BANNER.match(line):
            yield number, "a banner, use a module of its own or nothing"


def side_effects(source: Source) -> Found:
    """Below `api` nothing prints, logs or asks the clock: time and user are passed in."""
    if not source.packaged or source.tree is None or source.top == "api":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "print" and not source.path.endswith("__main__.py"):
                yield node.lineno, "print below api, use a return value"
            if ".".join(called.split(".")[-2:]) in CLOCK_CALLS and (source.path, "clock") not in EXCEPTIONS:
                yield node.lineno, f"{called}() below api, use a parameter"
        if isinstance(node, ast.Import) and any(name.name == "logging" for name in node.names):
            yield node.lineno, "logging below api, use a problem or an error"


CHECKS: tuple[Callable[[Source], Found], ...] = (
    long_modules,
    long_functions,
    many_parameters,
    vague_names,
    missing_docstrings,
    loose_dataclasses,
    floating_money,
    floating_sql,
    machine_text,
    unfinished,
    side_effects,
)


def imported_libraries(source: Source) -> Iterator[tuple[int, str]]:
    """The libraries of `ONE_PLACE_LIBRARIES` that a module of the distribution imports, at any depth."""
    for node in ast.walk(source.tree) if source.packaged and source.tree else ():
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        roots = [name.split(".")[0] for name in names]
        yield from ((node.lineno, root) for root in roots if root in ONE_PLACE_LIBRARIES)


def scattered_libraries(sources: list[Source]) -> Iterator[str]:
    """Libraries that must be replaceable are imported in one module each."""
    for library in ONE_PLACE_LIBRARIES:
        places = [
            (source.path, line) for source in sources for line, name in imported_libraries(source) if name == library
        ]
        modules = sorted({path for path, _ in places})
        for path, line in places if len(modules) > 1 else ():
            others = ", ".join(module for module in modules if module != path)
            yield f"{path}:{line}: imports {library}, use one module for it (it is imported in {others} too)"


def read(path: str, text: str) -> Source:
    """A source from its text; Python is parsed."""
    return Source(path, text, ast.parse(text) if path.endswith(".py") else None)


def tree_sources(root: Path) -> list[Source]:
    """Every text file that git tracks or would track; data and locks aside."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    wanted = (".py", ".sql", ".cypher", ".toml", ".md", ".sh", ".html", ".js", ".css", ".yml", ".xml")
    names = [name for name in listed if name.endswith(wanted) or Path(name).name in ("Makefile", "run")]
    paths = [(name, root / name) for name in names if (root / name).is_file() and not name.endswith(".min.js")]
    return [read(name, path.read_text(encoding="utf-8")) for name, path in paths]


def problems(sources: list[Source]) -> list[str]:
    """All that is wrong, in the order of paths and lines."""
    found = [(source.path, line, said) for source in sources for check in CHECKS for line, said in check(source)]
    return [f"{path}:{line}: {said}" for path, line, said in sorted(found)] + list(scattered_libraries(sources))


def main() -> int:
    """Print every problem; 1 where there is one."""
    found = problems(tree_sources(Path(__file__).parent.parent))
    print("\n".join(found) or "style: nothing to say")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

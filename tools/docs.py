"""`make docs`: writes the pages that come from the code, so that they cannot part from it; a test holds them equal.

docs/commands.md from the command table and each command's options; docs/data-dictionary.md from `lineage.schema`;
docs/rules/ and queries/parameters.toml from the rule files.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from api.cli import available_commands, command_help, load_command_function
from api.cli.options import SHARED
from lineage.schema import TABLES, Column, ColumnType, Sensitive, Table
from lineage.words import say
from queries.catalogue import catalogue
from queries.rule_pages import index, page, page_name, parameters_text

ROOT = Path(__file__).parent.parent
RULES = catalogue()
HEAD = "<!-- written by `make docs`; change the code, not this page -->\n"
UNITS = {
    ColumnType.TEXT: "text",
    ColumnType.MONEY: "yuan",
    ColumnType.DATE: "date",
    ColumnType.MONTH: "month",
    ColumnType.FLAG: "yes or no",
    ColumnType.COUNT: "number",
    ColumnType.YEAR: "year",
}


def commands_page() -> str:
    """Every command with its arguments and own options; the shared options once, at the end."""
    parts = [HEAD + "# Commands", ""]
    parts += ["Exit codes: 0 done; 1 done, and something was found or rejected; 2 misuse; 3 could not be done.", ""]
    for name in available_commands():
        parts += command_section(name, load_command_function(name))
    parts += ["## Shared options", ""]
    for name in SHARED:
        parts.append(f"- `--{name.replace('_', '-')}`: {say(f'commands.option_{name}', 'en')}")
    return "\n".join(parts) + "\n"


def command_section(name: str, command: Any) -> list[str]:
    """One command; a group of sub-commands gets a line for each of them."""
    zh = say(f"commands.{name}", "zh")
    lines = [f"## `lineage {name}`", "", f"{command_help(name)[0].upper()}{command_help(name)[1:]}. {zh}。", ""]
    if getattr(command, "commands", None):
        for inner in command.commands.values():
            lines += [f"### `lineage {name} {usage(inner)}`", "", (inner.help or "").strip(), "", *own_options(inner)]
        return lines
    return [*lines, "```", f"lineage {usage(command, name)}", "```", "", *own_options(command)]


def usage(command: Any, name: str = "") -> str:
    """The command's name and arguments as one types them."""
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    shown = [
        (argument.metavar or argument.name).strip("…").upper() + ("…" if argument.nargs == -1 else "")
        for argument in arguments
    ]
    pairs = zip(arguments, shown, strict=True)
    return " ".join([name or command.name, *(text if each.required else f"[{text}]" for each, text in pairs)])


def own_options(command: Any) -> list[str]:
    """The options that only this command has, and the names of the shared ones it takes."""
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    own = [option for option in options if option.name not in SHARED and option.name != "help"]
    lines = [f"- `{', '.join([*option.opts, *option.secondary_opts])}`: {option.help or ''}" for option in own]
    shared = [f"`--{option.name.replace('_', '-')}`" for option in options if option.name in SHARED]
    return [*lines, *([f"- shared: {', '.join(shared)}"] if shared else []), ""]


def dictionary_page() -> str:
    """Every input table and column: meaning, type, whether needed, codes, reference, headers that are understood."""
    parts = [HEAD + "# Data dictionary", ""]
    parts += ["Amounts are yuan with at most two decimals in files, whole fen (`NAME_fen`) in the ledger.", ""]
    for table in TABLES:
        parts += [f"## `{table.name}` {table.zh}", "", f"Key: {', '.join(f'`{key}`' for key in table.key)}.", ""]
        parts += ["| column | 名称 | meaning | holds | needed | also written |", "| --- " * 6 + "|"]
        parts += [column_row(table, column) for column in table.columns]
        parts.append("")
    return "\n".join(parts)


def column_row(table: Table, column: Column) -> str:
    """One line of the table of columns."""
    holds = UNITS[column.type] + (": " + ", ".join(column.choices) if column.choices else "")
    holds += f"; refers to {column.references.replace('|', ' or ')}" if column.references else ""
    holds += "; kept as token and mask" if column.sensitive is not Sensitive.NO else ""
    also = ", ".join((*column.standard, *column.headers))
    needed = "yes" if column.required else "key" if column.name in table.key else ""
    return f"| `{column.name}` | {column.zh} | {column.en} | {holds} | {needed} | {also} |"


PAGES: dict[str, Callable[[], str]] = {
    "docs/commands.md": commands_page,
    "docs/data-dictionary.md": dictionary_page,
    "docs/rules.md": lambda: index(RULES),
    "queries/parameters.toml": lambda: parameters_text(RULES),
    **{f"docs/rules/{page_name(rule)}": partial(page, rule) for rule in RULES},
}


def main() -> int:
    """Write every page; with --check only say which differ."""
    stale = []
    for name, made in PAGES.items():
        file = ROOT / name
        text = made()
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
    print("\n".join(f"{name}: stale" for name in stale) or "docs: nothing to say")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())

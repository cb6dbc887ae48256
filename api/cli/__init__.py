"""The command line: a table from command names to functions, each imported only when its command is asked for.

Invariant: `lineage --help` imports no command, so it answers in the time Python and typer take to start.
A command is a function that returns its exit code (0 done, 1 found or rejected something) or None, and raises
`LineageError` for all else; `main` turns that into one line and exit code 2 (misuse) or 3 (could not be done).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from api.cli import help_screen
from api.cli.options import LANGUAGE, asked_language
from lineage.release import VERSION
from lineage.words import say

COMMANDS = MappingProxyType(
    {
        "demo": "api.cli.demo:demo_command",
        "load": "api.cli.load:load_command",
        "trace": "api.cli.trace:trace_command",
        "check": "api.cli.check:check_command",
        "overview": "api.cli.overview:overview_command",
        "reconcile": "api.cli.reconcile:reconcile_command",
        "rank": "api.cli.rank:rank_command",
        "search": "api.cli.search:search_command",
        "repair": "api.cli.repair:repair_command",
        "findings": "api.cli.findings:findings_command",
        "view": "api.cli.view:view_command",
        "export": "api.cli.export:export_command",
        "publish": "api.cli.publish:publish_command",
        "explain": "api.cli.explain:explain_command",
        "links": "api.cli.links:links_command",
        "rejects": "api.cli.rejects:rejects_command",
        "withdraw": "api.cli.withdraw:withdraw_command",
        "users": "api.cli.users:users_command",
        "serve": "api.cli.serve:serve_command",
        "verify": "api.cli.verify:verify_command",
        "derive": "api.cli.derive:derive_command",
        "doctor": "api.cli.doctor:doctor_command",
        "rules": "api.cli.rules:rules_command",
        "profile": "api.cli.profile:profile_command",
        "sample": "api.cli.sample:sample_command",
        "cases": "api.cli.cases:cases_command",
        "watch": "api.cli.watch:watch_command",
        "backup": "api.cli.backup:backup_command",
        "restore": "api.cli.restore:restore_command",
        "archive": "api.cli.archive:archive_command",
        "rekey": "api.cli.rekey:rekey_command",
        "national": "api.cli.national:national_command",
    }
)

READER_GONE = 141
"""As a shell says of a program whose reader closed the pipe (128 + SIGPIPE): not 1, which means something was found."""


class LazyGroup(TyperGroup):
    """The `lineage` group: lists commands from the table and imports only the one that runs."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name in available_commands():
            self.add_command(TyperCommand(name, help=command_help(name)), name)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """As the parent does, with the listed stand-in replaced by the command itself."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, None if stand_in is None or name is None else load_command_function(name), rest


def available_commands() -> tuple[str, ...]:
    """The commands of the table whose module is part of this installation, in the table's order."""
    modules = {entry.stem for entry in Path(__file__).parent.iterdir()}
    return tuple(name for name, target in COMMANDS.items() if target.partition(":")[0].split(".")[2] in modules)


def command_help(name: str) -> str:
    """The one line that says what a command does."""
    return say(f"commands.{name}", LANGUAGE)


def load_command_function(name: str) -> Any:
    """Import one command; a module may offer a function, or a typer application with sub-commands."""
    module, _, attribute = COMMANDS[name].partition(":")
    target = getattr(import_module(module), attribute)
    if isinstance(target, typer.Typer):
        application = target
    else:
        application = typer.Typer(add_completion=False)
        application.command(name, help=command_help(name))(cast(Callable[..., Any], target))
    command = typer.main.get_command(application)
    command.name, command.help = name, command_help(name)
    return command


def print_version(wanted: bool) -> None:
    """Answer `--version` and stop."""
    if not wanted:
        return
    typer.echo(f"lineage {VERSION}")
    raise typer.Exit(0)


def build() -> Any:
    """The command line as a typer command group, shell completion included."""
    application = typer.Typer(
        name="lineage",
        cls=LazyGroup,
        no_args_is_help=True,
        help=say("commands.lineage", LANGUAGE),
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @application.callback()
    def root(
        version: bool = typer.Option(
            False,
            "--version",
            is_eager=True,
            callback=print_version,
            help=say("commands.option_version", LANGUAGE),
        ),
    ) -> None:
        pass

    return typer.main.get_command(application)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; every error is one line on standard error."""
    from api.cli.output import report_error

    if LANGUAGE == "zh" and help_screen.is_asked(arguments):
        help_screen.speak_chinese()
    try:
        code = build().main(list(arguments), prog_name="lineage", standalone_mode=False)
    except Exception as error:
        named = arguments[0] if arguments and arguments[0] in COMMANDS else ""
        return report_error(error, f"lineage {named}".strip(), asked_language(arguments))
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # the reader went away, as `head` does
            return READER_GONE
        raise
    return code if isinstance(code, int) else 0


def main() -> None:
    """Entry point of the command `lineage`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a GBK console must not stop an answer
    sys.exit(run(sys.argv[1:]))

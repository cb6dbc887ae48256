"""`lineage profile`: draft one for an unknown file, list the shipped ones, show or check one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, FOUND, note, print_json, print_table
from lineage.words import say

profile_command = typer.Typer(no_args_is_help=True, add_completion=False)


def text(key: str) -> str:
    """The help text of one option or sub-command, in the language of the environment."""
    return say(f"load.profile_{key}", LANGUAGE)


@profile_command.command("draft", help=text("draft"))
@options("json")
def draft_profile(
    settings: Settings,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    table: Annotated[str, typer.Option("--table", help=text("table"))] = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", help=text("output"))] = None,
) -> int:
    """Print or write a proposed profile; 1 when a required column has no header."""
    from loaders.draft import draft, to_toml

    drafts = draft(file, table)
    if settings.json:
        print_json(
            {
                "drafts": [
                    {
                        "table": one.table.name,
                        "file": one.file,
                        "sheet": one.sheet,
                        "unmapped": list(one.unmapped),
                        "missing": [column.name for column in one.missing],
                        "headers": [
                            {
                                "header": guess.header,
                                "column": guess.column,
                                "why": guess.why,
                                "samples": list(guess.samples),
                            }
                            for guess in one.guesses
                        ],
                    }
                    for one in drafts
                ]
            }
        )
    elif output is None:
        typer.echo(to_toml(drafts, settings.lang))
    else:
        output.write_text(to_toml(drafts, settings.lang), encoding="utf-8")
        note(say("load.profile_written", settings.lang, file=output))
    return FOUND if any(one.missing for one in drafts) or not drafts else DONE


@profile_command.command("list", help=text("list"))
@options("json")
def list_profiles(settings: Settings) -> int:
    """The shipped profiles, by name and title."""
    from loaders.profile import read_profile, shipped

    found = [read_profile(name) for name in shipped()]
    titles = [(one.name, one.title_zh if settings.lang == "zh" else one.title_en) for one in found]
    if settings.json:
        print_json({"profiles": [{"name": name, "title": title} for name, title in titles]})
    else:
        print_table([say("load.profile_name", settings.lang), say("load.profile_title", settings.lang)], titles)
    return DONE


@profile_command.command("check", help=text("check"))
@options("json")
def check_profile(settings: Settings, name: Annotated[str, typer.Argument(metavar="NAME|FILE")]) -> int:
    """Read a profile whole, as a load would, and say which tables it makes."""
    from loaders.profile import read_profile

    found = read_profile(name)
    if settings.json:
        print_json({"profile": found.name, "tables": list(found.tables), "inputs": [one.name for one in found.inputs]})
    else:
        note(say("load.profile_good", settings.lang, name=found.name, tables=", ".join(found.tables)))
    return DONE

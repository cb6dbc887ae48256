"""`lineage rules`: the catalogue, or one page of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.check import text
from api.cli.options import Settings, options
from api.cli.output import DONE, print_json, print_table
from lineage.words import say

if TYPE_CHECKING:
    from queries.catalogue import Rule


@options("json")
def rules_command(
    settings: Settings,
    rule: Annotated[str, typer.Argument(metavar="RULE")] = "",
    rules_dir: Annotated[Path | None, typer.Option("--rules-dir", file_okay=False, help=text("rules_dir"))] = None,
) -> int:
    """List the rules, or print one page."""
    from queries.catalogue import catalogue, named
    from queries.rule_pages import page_in

    every = catalogue(rules_dir)
    if rule:
        wanted = named(every, rule)
        print_json(described(wanted)) if settings.json else typer.echo(page_in(wanted, settings.lang))
        return DONE
    if settings.json:
        print_json({"rules": [described(one) for one in every]})
        return DONE
    heads = [say(f"rules.{name}", settings.lang) for name in ("rule", "title", "severity", "type", "office", "state")]
    print_table(heads, [row(one, settings) for one in every])
    return DONE


def row(rule: Rule, settings: Settings) -> list[object]:
    """A rule as one line of the catalogue."""
    def word(key: str) -> str:
        return say(f"rules.{key}", settings.lang)

    levels = " ".join(word(level) for level in rule.severities)
    return [rule.name, rule.titles[settings.lang], levels, rule.problem_type, word(rule.office),
            word("on" if rule.on else "off")]


def described(rule: Rule) -> dict[str, Any]:
    """A rule as JSON: its page in fields."""
    return {
        "rule": rule.name, "title": dict(rule.titles), "message": dict(rule.messages), "subject": list(rule.subjects),
        "severity": list(rule.severities), "class": rule.rule_class, "type": rule.problem_type, "office": rule.office,
        "on": rule.on, "sections": dict(rule.sections), "query": rule.body,
        "parameters": [
            {"name": one.name, "default": one.default if isinstance(one.default, int) else list(one.default),
             "range": one.range_text, "zh": one.zh, "en": one.en}
            for one in rule.parameters
        ],
    }

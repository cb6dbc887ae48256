"""Evidence packs: one trail as a file that stands on its own, in HTML and XLSX, with a script that checks both.

What holds under every policy comes first, then the answer under the policy asked; what is recorded, matched
by document, asserted by a person, proposed and computed stands in tables of its own (`standing`). Every table
is sealed (`viz.seal`), and the fingerprint over all seals is printed on both files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viz.drawing import Drawing, fen, read
from viz.flow import flow_parts
from viz.flow_picture import draw
from viz.offline import asset, fill
from viz.pack_tables import (
    answer_table,
    certain_table,
    facts_table,
    flows_table,
    path_table,
    policies_table,
    row_table,
    text_table,
)
from viz.page import names_inside
from viz.scene import scene
from viz.seal import Sealed, fingerprint, seal, seal_table
from viz.tables import Table, breaks_table, sources_table, yuan
from viz.trail_picture import still
from viz.words import Words

CHECKER = "check_pack.py"
_FINDING = ("finding", "rule", "record", "severity", "message")
_RULE = ("rule", "title", "rule_told", "rule_basis", "rule_parameters")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What goes into a pack beside the trail. All of it is optional.

    `comparison`: the record under every policy (JSON of `lineage.policies.compare`). `rows`: ledger rows as
    (record, file, sheet, row, column, value). `asserted`: (from, to, who, when, why). `findings`: (id, rule,
    subject, severity, message). `rules`: of these findings (name, title, what, legal basis, parameters).
    `facts`: version, hashes, engine, as (name, value). `tables`: those of a division's year with
    their standing. `divisions`: names by code.
    """

    comparison: Mapping[str, Any] | None = None
    rows: Sequence[tuple[str, str, str, str, str, str]] = ()
    asserted: Sequence[tuple[str, str, str, str, str]] = ()
    findings: Sequence[tuple[str, str, str, str, str]] = ()
    rules: Sequence[tuple[str, str, str, str, str]] = ()
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[tuple[Table, str]] = ()
    divisions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack ready to be written: question, notices, picture, sealed tables, the seals, the fingerprint."""

    question: str
    notices: tuple[str, ...]
    svg: str
    tables: tuple[Sealed, ...]
    seals: Table
    fingerprint: str


def pack(trail: Any, evidence: Evidence, words: Words) -> Pack:
    """Puts a pack together. Raises Misuse, ValueError when the input is no trail."""
    drawing = read(trail)
    names = {**names_inside(drawing), **evidence.divisions}
    sealed = tuple(
        seal(table, standing)
        for table, standing in _tables(drawing, evidence, names, words)
        if table.rows or table.name in ("answer", "sources", "reached", "records")
    )
    seals = seal_table(sealed, words)
    notices = [words["pack_rule"]]
    if drawing.trail.get("truncated"):
        notices.append(words.say("truncated", more=drawing.trail.get("more") or 0))
    notices += [str(note) for note in drawing.trail.get("notes") or ()]
    question = words.say(
        f"question_{drawing.direction}", record=drawing.trail["record"], amount=yuan(fen(drawing.trail.get("amount")))
    )
    return Pack(question, tuple(notices), still(scene(drawing), names, words), sealed, seals, fingerprint(seals))


def write_pack(trail: Any, path: str | Path, evidence: Evidence | None = None, lang: str = "zh") -> tuple[Path, ...]:
    """Writes `path` (HTML), the same with `.xlsx`, and the checker beside them; the paths written.

    The script is run as `python3 check_pack.py PACK.html PACK.xlsx` by whoever wants to verify.
    """
    words = Words(lang)
    return _written(pack(trail, evidence or Evidence(), words), Path(path), words)


def write_flow_pack(
    rows: Sequence[Sequence[Any]],
    path: str | Path,
    evidence: Evidence | None = None,
    *,
    heading: str,
    lang: str = "zh",
) -> tuple[Path, ...]:
    """The same for a division's year: `rows` as for `viz.flow_view`; of the evidence its facts and its own tables.

    The tables stand before the flows; those without rows are left out.
    """
    words = Words(lang)
    tables = evidence.tables if evidence else ()
    facts = evidence.facts if evidence else ()
    shown, notices, table = flow_parts(rows, words)
    sealed = (
        *(seal(one, standing) for one, standing in tables if one.rows),
        seal(table, "computed"),
        seal(text_table("facts", facts, ("fact", "value"), words), "context"),
    )
    seals = seal_table(sealed, words)
    said = ([words["pack_rule"]] if tables else []) + notices
    made = Pack(heading, tuple(said), draw(shown, words), sealed, seals, fingerprint(seals))
    return _written(made, Path(path), words)


def _written(made: Pack, html: Path, words: Words) -> tuple[Path, ...]:
    html.write_text(pack_html(made, words), encoding="utf-8", newline="\n")
    from viz.pack_workbook import write_workbook

    workbook = html.with_suffix(".xlsx")
    write_workbook(made, workbook, words)
    checker = html.with_name(CHECKER)
    checker.write_text(asset(CHECKER), encoding="utf-8", newline="\n")
    return html, workbook, checker


def pack_html(made: Pack, words: Words) -> str:
    """The pack as one HTML file without any script."""
    return fill("pack.html", scripts=(), style=asset("page.css"), words=words, pack=made, yuan=yuan, checker=CHECKER)


def finding_tables(
    findings: Sequence[Sequence[str]], rules: Sequence[Sequence[str]], words: Words
) -> tuple[tuple[Table, str], ...]:
    """Findings and their rules as tables, with their standing."""
    return (
        (text_table("findings", findings, _FINDING, words), "computed"),
        (text_table("rules", rules, _RULE, words), "context"),
    )


def _tables(drawing: Drawing, evidence: Evidence, names: Mapping[str, str], words: Words) -> list[tuple[Table, str]]:
    """All tables with their standing, in the order of the pack."""
    return [
        (certain_table(drawing, evidence.comparison, words), "computed"),
        (answer_table(drawing, evidence.comparison, words), "computed"),
        (sources_table(drawing, names, words), "computed"),
        (policies_table(evidence.comparison, words), "computed"),
        (breaks_table(drawing, words), "computed"),
        (path_table(drawing, names, words), "recorded"),
        (flows_table(drawing, "recorded", words), "recorded"),
        (flows_table(drawing, "document", words), "document"),
        (flows_table(drawing, "asserted", words), "asserted"),
        (text_table("links", evidence.asserted, ("from", "to", "who", "when", "why"), words), "asserted"),
        (flows_table(drawing, "proposed", words), "proposed"),
        *finding_tables(evidence.findings, evidence.rules, words),
        (row_table(evidence.rows, words), "recorded"),
        (facts_table(drawing, evidence.facts, words), "context"),
    ]

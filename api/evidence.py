"""What an evidence pack holds beside its trail, gathered from the ledger: policies, rows, asserted links, hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lineage.money import yuan
from lineage.schema import BY_KIND, ColumnType, Sensitive, Table
from lineage.words import Language

if TYPE_CHECKING:
    from lineage.ledger.reader import Ledger
    from lineage.trail import Trail
    from queries.check import Finding
    from viz.pack import Evidence
    from viz.tables import Table as TableOfPack

# Past so many records a pack holds the rows of the record asked, its ends and its breaks only.
_ROWS_OF_MOST = 500


def gather(ledger: Ledger, trail: Trail, divisions: dict[str, str], lang: Language = "zh") -> Evidence:
    """The evidence of one trail. Cost: one trace a policy, every rule once, one look-up a kind of record."""
    from lineage.policies import compare
    from viz.pack import Evidence

    records = {node.record for node in trail.nodes}
    found = _findings(ledger, records)
    if len(records) > _ROWS_OF_MOST:
        ends = [source.record for source in trail.sources] + [end.record for end in trail.reached]
        records = {trail.record, *ends[:_ROWS_OF_MOST], *(gap.record for gap in trail.breaks)}
    return Evidence(
        comparison=compare(ledger, trail.record, "up" if trail.direction == "up" else "down").to_json(),
        rows=tuple(_rows(ledger, records, lang)),
        asserted=tuple(_asserted(ledger, records)),
        findings=_told(found, lang),
        rules=tuple(_rules(found, lang)),
        facts=tuple(ledger_facts(ledger)),
        divisions=divisions,
    )


def _findings(ledger: Ledger, records: set[str]) -> list[Finding]:
    """What the rules say of the records: as subject or as evidence."""
    from queries.findings import what_holds

    return [one for one in what_holds(ledger) if one.subject in records or records.intersection(one.evidence)]


def finding_tables(found: list[Finding], lang: Language) -> tuple[tuple[TableOfPack, str], ...]:
    """Findings with their rules, as tables of a pack with their standing."""
    from viz.pack import finding_tables as as_tables
    from viz.words import Words

    return as_tables(_told(found, lang), tuple(_rules(found, lang)), Words(lang))


def _told(found: list[Finding], lang: Language) -> tuple[tuple[str, str, str, str, str], ...]:
    return tuple((one.id, one.rule.name, one.subject, one.severity, one.message(lang)) for one in found)


def _rules(found: list[Finding], lang: Language) -> Iterator[tuple[str, str, str, str, str]]:
    """The rules of some findings: name, title, what each flags, its legal basis, its parameters as used."""
    for rule in dict.fromkeys(one.rule.name for one in found):
        page = next(one.rule for one in found if one.rule.name == rule)
        what, basis = ("说明", "依据") if lang == "zh" else ("What", "Basis")
        parameters = ", ".join(f"{one.name} = {one.default}" for one in page.parameters)
        yield rule, page.titles[lang], page.section(what), page.section(basis), parameters


def _rows(ledger: Ledger, records: set[str], lang: Language) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Filled cells of the records' rows with where they came from; sensitive numbers in their masked form."""
    by_kind: dict[str, list[str]] = {}
    for record in sorted(records):
        by_kind.setdefault(record.partition(":")[0], []).append(record)
    for kind, wanted in by_kind.items():
        table = BY_KIND.get(kind)
        if table is None:
            continue
        found = ledger.rows(f"SELECT * FROM {table.name} WHERE record IN (SELECT unnest(?))", [wanted])
        for row in sorted(found, key=lambda row: str(row["record"])):
            place = (str(row["record"]), str(row["file"]), str(row["sheet"] or ""), str(row["row"]))
            for name, value in _cells(table, row, lang):
                yield (*place, name, value)


def _cells(table: Table, row: dict[str, Any], lang: Language) -> Iterator[tuple[str, str]]:
    """Each filled column by its name of the data dictionary, in Chinese with its label; amounts in yuan."""
    for column in table.columns:
        name = column.stored if column.sensitive is Sensitive.NO else f"{column.stored}_masked"
        value = row.get(name)
        if value is not None and value != "":
            label = f"{column.zh} {column.name}" if lang == "zh" else column.name
            yield label, yuan(value) if column.type is ColumnType.MONEY else str(value)


def _asserted(ledger: Ledger, records: set[str]) -> Iterator[tuple[str, str, str, str, str]]:
    """Links that people accepted and that count, where an end is among the records."""
    for link in ledger.asserted_links:
        if link.counted and records.intersection((link.source, link.target)):
            yield link.source, link.target, link.who, link.at, link.why


def ledger_facts(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """The last batch's manifest by its hash (which names the hash of the one before), and its source files."""
    from lineage.release import VERSION

    yield "engine", VERSION
    for batch in filter(None, [ledger.history.last]):
        yield f"manifest {batch.batch} SHA-256", hashlib.sha256(batch.to_bytes()).hexdigest()
        yield f"journal at manifest {batch.batch} SHA-256", batch.journal_hash
        yield f"batch {batch.batch}", f"{batch.time} {batch.who}"
        for source in batch.sources:
            yield f"{source.name} SHA-256", source.sha256

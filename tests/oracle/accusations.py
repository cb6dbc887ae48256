"""The rules that say how an indicator was entered or labelled, word for word; reconciliation takes them over.

Each gives its indicators; `tests.oracle.rules` makes findings of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import combinations

from tests.oracle.network import Row, bare, document_number, true
from tests.oracle.records import Books, Record, named, poverty_fen


def unspent(books: Books, indicator: Record) -> int:
    out = sum(edge.amount for edge in books.network.leaving(indicator.name))
    return indicator.amount - out


def quoted(row: Row) -> set[str]:
    """All numbers a row quotes as its superior's, in normal form."""
    pieces = re.split(r"[、，,；;]|(?<=号)", unicodedata.normalize("NFKC", row["superior_doc_no"] or ""))
    return {document_number(piece) for piece in pieces if piece.strip()}


def typed_own(books: Books) -> list[Record]:
    """Own and typed in, their inflow less than their amount."""
    found = []
    for record in books.indicators.values():
        entry = record.row["entry"] or ("linked" if books.coming_transfers.get(record.name) else "manual")
        if record.row["origin"] == "own" and entry == "manual" and books.inflow(record.name) < record.amount:
            found.append(record)
    return found


def open_transfers(books: Books) -> list[Record]:
    return [transfer for transfer in books.transfers if books.unreceived(transfer)]


def extended(code: str) -> bool:
    return code.startswith("21305")


def listed(books: Books, row: Row) -> bool:
    """A document row goes before a function row, a longer code before a shorter."""
    scope = [one for one in books.rows("fund_scope") if one["fiscal_year"] == row["fiscal_year"]]
    mine = {document_number(row["doc_no"]), document_number(row["superior_doc_no"])} - {""}
    by_document = [one for one in scope if one["doc_no"] and document_number(one["doc_no"]) in mine]
    if by_document:
        return any(true(one["listed"]) for one in by_document)
    by_code = [
        one
        for one in scope
        if one["function_code"] and not one["doc_no"] and row["function_code"].startswith(one["function_code"])
    ]
    longest = max((len(one["function_code"]) for one in by_code), default=0)
    return any(true(one["listed"]) for one in by_code if len(one["function_code"]) == longest)


def re_entered_pairs(books: Books) -> dict[str, str]:
    """Indicator to the transfer it types in again: one to one, quoted numbers first, then by id."""
    taken: dict[str, str] = {}
    for quoting in (True, False):
        for record in typed_own(books):
            for transfer in open_transfers(books):
                source = books.source(transfer)
                fits = (
                    source is not None
                    and transfer.row["to_division_code"] == record.row["division_code"]
                    and transfer.amount == record.amount
                    and source.row["fiscal_year"] == record.row["fiscal_year"]
                    and source.row["function_code"] == record.row["function_code"]
                )
                said = bool(transfer.row["doc_no"]) and document_number(transfer.row["doc_no"]) in quoted(record.row)
                if fits and (said or not quoting) and record.name not in taken and transfer.name not in taken.values():
                    taken[record.name] = transfer.name
    return taken


def flag_of(books: Books, transfer: Record) -> bool:
    source = books.source(transfer)
    return true(transfer.row["poverty"] or (source.row["poverty"] if source else ""))


def bundles(books: Books) -> dict[str, tuple[list[tuple[str, ...]], bool]]:
    """Indicator to (its solutions, whether its numbers are quoted); one transfer serves one accusation."""
    pairs = re_entered_pairs(books)
    gone = set(pairs.values())
    found = {}
    for record in typed_own(books):
        if record.name in pairs:
            continue
        candidates = [
            transfer
            for transfer in open_transfers(books)
            if transfer.name not in gone
            and 0 < transfer.amount < record.amount
            and transfer.row["to_division_code"] == record.row["division_code"]
            and books.year(transfer) == record.row["fiscal_year"]
            and flag_of(books, transfer) == true(record.row["poverty"])
        ]
        solutions = [
            tuple(one.name for one in chosen)
            for count in range(2, 9)
            for chosen in combinations(candidates, count)
            if sum(one.amount for one in chosen) == record.amount
        ]
        if not solutions:
            continue
        numbers = {one.name: document_number(one.row["doc_no"]) for one in candidates}
        named_all = [
            one for one in solutions if all(numbers[name] and numbers[name] in quoted(record.row) for name in one)
        ]
        found[record.name] = (solutions, bool(named_all))
        gone |= set((named_all or solutions)[0])
    return found


def carried_as_current(books: Books) -> Iterator[Record]:
    """Own indicators that are last year's balance, accused by none of the other two."""
    accused = {*re_entered_pairs(books), *bundles(books)}
    taken_on = {
        edge.source
        for edge in books.network.edges
        if edge.source.startswith("indicator:") and edge.target.startswith("indicator:")
    }
    taken_on |= {named(row["previous_id"], ("indicators",), books.ids) for row in books.rows("indicators")}
    taken_on |= {
        f"indicator:{bare(transfer.row['source_id'], 'indicator')}"
        for transfer in books.transfers
        if transfer.row["kind"] == "carry_over" and transfer.amount
    }
    for record in typed_own(books):
        if record.name in accused:
            continue
        for other in books.indicators.values():
            same = all(
                other.row[column] == record.row[column] for column in ("division_code", "agency_code", "function_code")
            )
            before = int(other.row["fiscal_year"]) == int(record.row["fiscal_year"]) - 1
            if same and before and other.name not in taken_on and unspent(books, other) == record.amount > 0:
                yield record
                break


def source_in_scope(books: Books, transfer: Record) -> bool:
    source = books.source(transfer)
    return source is not None and books.in_scope(source.name)


def label_missing(books: Books) -> list[Record]:
    found = []
    for record in books.indicators.values():
        coming = books.coming_transfers.get(record.name, [])
        told = (
            true(record.row["integrated"])
            or listed(books, record.row)
            or (bool(coming) and all(source_in_scope(books, transfer) for transfer in coming))
        )
        if not true(record.row["poverty"]) and not extended(record.row["function_code"]) and told:
            found.append(record)
    return found


def label_suspects(books: Books) -> set[str]:
    found = set()
    for record in books.indicators.values():
        coming = books.coming_transfers.get(record.name, [])
        innocent = extended(record.row["function_code"]) or true(record.row["integrated"]) or listed(books, record.row)
        poor = sum(poverty_fen(books.carried(transfer.name, record.name)) for transfer in coming)
        if true(record.row["poverty"]) and not innocent and coming and not poor:
            found.add(record.name)
    return found


def indicators_before(books: Books, name: str) -> set[str]:
    """The indicators one step up: by a transfer, or last year's."""
    found = set()
    for edge in books.network.entering(name):
        if edge.source.startswith("indicator:"):
            found.add(edge.source)
        for far in books.network.entering(edge.source):
            if edge.source.startswith("transfer:") and far.source.startswith("indicator:"):
                found.add(far.source)
    return found


def all_before(books: Books, name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        fresh = indicators_before(books, waiting.pop()) - found
        found |= fresh
        waiting += fresh
    return found


def label_excess(books: Books) -> list[Record]:
    suspects = label_suspects(books)
    missing_ = {record.name for record in label_missing(books)}
    topmost = [name for name in suspects if not indicators_before(books, name) & suspects - {name}]
    rest = suspects - set(topmost) - {low for low in suspects if _above(books, low, suspects) & set(topmost)}
    rings = [name for name in rest if all(name in _above(books, high, rest) for high in _above(books, name, rest))]
    least = [name for name in rings if name == min(_above(books, name, rest))]
    return [books.indicators[name] for name in (*topmost, *least) if not all_before(books, name) & missing_]


def _above(books: Books, name: str, among: set[str]) -> set[str]:
    """Those of a set that feed a member of it, step by step within the set."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        fresh = (indicators_before(books, waiting.pop()) & among) - found
        found |= fresh
        waiting += fresh
    return found

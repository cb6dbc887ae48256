"""Search 智能检索: one box for document numbers, names, payees, purposes, amounts, divisions, numbers and record ids.

Terms parted by blanks must all meet a record. Brackets of document numbers may take any form, and numbers one slip
away are found too; Chinese also by pinyin initials and in traditional characters; `12.5万` is an amount. Ranking:
points of the match, then amount, then name. Cost: distinct texts plus matching records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lineage.errors import LineageError, Misuse
from lineage.graph.arrays import day
from lineage.money import yuan
from lineage.schema import NODE_KINDS
from queries.described import one_line
from queries.page import Page
from queries.search_index import Index, index_of
from queries.search_match import Matched, Scores, match, match_texts, nothing
from queries.search_sources import FIELDS
from queries.search_terms import pulled_apart
from queries.territory import subtree

if TYPE_CHECKING:
    from lineage.graph import Graph
    from lineage.ledger import Ledger

OTHER_KINDS = ("agency", "division", "project")
KINDS = (*NODE_KINDS, *OTHER_KINDS)
FIRST_PAGE = Page(20)
_TELLING = ("payee", "person", "title", "doc_no", "superior_doc_no")


@dataclass(frozen=True, slots=True)
class Filter:
    """What hits are wanted: of one kind, of a division and those below it, of one fiscal year.

    `divisions` restricts to just these codes, whatever is asked: for readers who may not see others.
    """

    kind: str | None = None
    division: str | None = None
    year: int | None = None
    divisions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found; `snippet` says in which field and words, the amount is in fen.

    `words` are what a person knows the record by: payee, title, document number.
    """

    record: str
    title: str
    words: str
    date: date | None
    snippet: str
    amount_fen: int | None
    division_code: str | None
    points: float

    def to_json(self) -> dict[str, Any]:
        """The hit of 5-interfaces."""
        return {
            "record": self.record,
            "title": self.title,
            "snippet": self.snippet,
            "amount": None if self.amount_fen is None else yuan(self.amount_fen),
            "division_code": self.division_code,
        }


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of one page and how many there are in all."""

    query: str
    total: int
    hits: tuple[Hit, ...]

    def to_json(self) -> dict[str, Any]:
        """The search object of 5-interfaces."""
        return {"query": self.query, "total": self.total, "hits": [hit.to_json() for hit in self.hits]}


def search(ledger: Ledger, text: str, filters: Filter | None = None, page: Page = FIRST_PAGE) -> SearchResult:
    """Records that meet every term of a text, best first. Raises Misuse (no text, kind), NotFound (division).

    A text that meets nothing is tried once more with Chinese and digits pulled apart.
    """
    if not text.split():
        raise Misuse("nothing to search for", "give a document number, a name, an amount, …")
    found = _search(ledger, text, filters, page)
    apart = pulled_apart(text)
    if found.total or apart.split() == text.split() or not apart:
        return found
    return replace(_search(ledger, apart, filters, page), query=text)


def _search(ledger: Ledger, text: str, filters: Filter | None, page: Page) -> SearchResult:
    terms = text.split()
    index, graph = index_of(ledger), ledger.graph
    matched = [match(index, graph, term, token_of(ledger, term)) for term in terms]
    points = _all_terms(matched)
    if len(terms) > 1:  # a name may have a blank in it
        whole = nothing(index, graph)
        match_texts(index, graph, text, whole)
        np.maximum(points, whole.points, out=points)
        matched.append(whole)
    wanted = np.flatnonzero((points > 0) if filters is None else (points > 0) & _inside(ledger, index, filters))
    best = _best(points, wanted, graph, page)
    borne = index.borne(best, _TELLING)
    hits = (_hit(index, graph, record, borne, (matched, points)) for record in best.tolist())
    return SearchResult(text, len(wanted), tuple(hits))


def token_of(ledger: Ledger, term: str) -> str | None:
    """The token of a term that may be the number of an account or a person; None where no key is at hand."""
    from lineage.ledger import tokens

    if sum(character.isdigit() for character in term) < 8:
        return None
    try:
        return tokens.token(term, tokens.read_key(ledger.path))
    except LineageError:
        return None


def _all_terms(matched: list[Matched]) -> Scores:
    """The mean of the points of records that every term meets."""
    points = matched[0].points.copy()
    for one in matched[1:]:
        met = np.flatnonzero((points > 0) & (one.points > 0))
        both = points[met] + one.points[met]
        points[:] = 0
        points[met] = both
    points /= len(matched)
    return points


def _inside(ledger: Ledger, index: Index, asked: Filter) -> NDArray[np.bool_]:
    """Which records (nodes, then others) the filter lets through."""
    graph = ledger.graph
    count = graph.node_count
    inside = np.ones(count + len(index.others), np.bool_)
    if asked.kind is not None:
        if asked.kind not in KINDS:
            raise Misuse(f'found kind "{asked.kind}"', f"expected one of {', '.join(sorted(KINDS))}")
        inside &= _of_kind(index, graph, asked.kind)
    codes = subtree(ledger, asked.division) if asked.division else None
    if asked.divisions is not None:
        codes = asked.divisions if codes is None else codes & asked.divisions
    if codes is not None:
        among = [place for place, code in enumerate(graph.division_codes) if code in codes]
        inside[:count] &= np.isin(graph.nodes.division, among)
        inside[count:] &= np.isin(index.others["division_code"].to_numpy(zero_copy_only=False), sorted(codes))
    if asked.year is not None:
        inside[:count] &= index.years == asked.year
        inside[count:] = False
    return inside


def _of_kind(index: Index, graph: Graph, kind: str) -> NDArray[np.bool_]:
    wanted = np.zeros(graph.node_count + len(index.others), np.bool_)
    if kind in NODE_KINDS:
        place = NODE_KINDS.index(kind)
        wanted[int(graph.kind_start[place]) : int(graph.kind_start[place + 1])] = True
    else:
        names = index.others["record"].to_pylist()
        wanted[graph.node_count :] = [name.startswith(kind + ":") for name in names]
    return wanted


def _best(points: Scores, wanted: NDArray[np.int64], graph: Graph, page: Page) -> NDArray[np.int64]:
    """One page of: best points first, then greatest amount, then the records' own order."""
    last = page.offset + page.limit
    if last < len(wanted):  # only what can stand on this page is put in order
        reached = np.partition(points[wanted], -last)[-last]
        better, equal = wanted[points[wanted] > reached], wanted[points[wanted] == reached]
        needed = last - len(better)
        if needed < len(equal):
            sizes = _amounts_of(graph, equal)
            least = np.partition(sizes, -needed)[-needed]
            equal = equal[sizes >= least]
        wanted = np.concatenate([better, equal])
    order = np.lexsort((wanted, -_amounts_of(graph, wanted), -points[wanted]))
    return wanted[order][page.offset : last]


def _amounts_of(graph: Graph, records: NDArray[np.int64]) -> NDArray[np.int64]:
    result: NDArray[np.int64] = np.zeros(len(records), np.int64)
    is_node = records < graph.node_count
    result[is_node] = graph.nodes.amount[records[is_node]]
    return result


def _hit(
    index: Index,
    graph: Graph,
    record: int,
    borne: Mapping[tuple[int, str], str],
    of: tuple[list[Matched], Scores],
) -> Hit:
    matched, points = of
    snippets = dict.fromkeys(_snippet(index, int(one.text[record])) for one in matched if one.text[record] >= 0)
    snippet = "; ".join(snippets)
    if record >= graph.node_count:
        row = index.others.slice(record - graph.node_count, 1).to_pylist()[0]
        place = row["division_code"] or None
        return Hit(row["record"], row["title"], row["title"], None, snippet, None, place, float(points[record]))
    title = graph.nodes.titles[record]
    return Hit(
        graph.record(record),
        title,
        _words(record, title, borne),
        day(int(graph.nodes.date[record])),
        snippet,
        int(graph.nodes.amount[record]),
        graph.division(record),
        float(points[record]),
    )


def _words(record: int, title: str, borne: Mapping[tuple[int, str], str]) -> str:
    payee = borne.get((record, "payee")) or borne.get((record, "person"))
    number = borne.get((record, "doc_no")) or borne.get((record, "superior_doc_no"))
    return one_line(payee, borne.get((record, "title")) or title, number)


def _snippet(index: Index, text: int) -> str:
    field = FIELDS[index.texts["field"][text].as_py()].field
    return f"{field}: {index.texts['shown'][text].as_py()}"

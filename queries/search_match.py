"""One term against the index: which records it meets and how well. Scores are points; they rank, no more.

Cost: one pass over the distinct texts (not over the records) and over the records that match.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from queries.search_sources import FIELDS
from queries.search_terms import amount_asked, document_parts, is_near
from queries.search_text import document_form, plain, words

if TYPE_CHECKING:
    from lineage.graph import Graph
    from queries.search_index import Index, Joined

Scores = NDArray[np.float32]
IDENTIFIER, ITSELF, EXACT, AMOUNT, BEGINNING, INSIDE, ABOUT, NEAR, PINYIN, LOCATED = (
    130,
    110,
    100,
    90,
    80,
    60,
    50,
    45,
    40,
    10,
)
"""A record's own name; a key; a whole text; an amount; the beginning of a text or key; part of one; a rounded amount; a
number one slip away; pinyin initials; a record of a division met by name."""
SHORTEST_INITIALS = 2


@dataclass(frozen=True, slots=True)
class Matched:
    """Points of every record (nodes, then others) and, for those met in a text, which text; 0 and -1 elsewhere."""

    points: Scores
    text: NDArray[np.int32]


def match(index: Index, graph: Graph, term: str, token: str | None) -> Matched:
    """All records that a term meets. `token` is the token of the term taken as the number of an account or person."""
    found = nothing(index, graph)
    match_texts(index, graph, term, found)
    _amounts(graph, term, found)
    _keys(index, [plain(term)] + ([token] if token else []), found)
    _identifiers(graph, term, found)
    return found


def nothing(index: Index, graph: Graph) -> Matched:
    """No record met."""
    count = graph.node_count + len(index.others)
    return Matched(np.zeros(count, np.float32), np.full(count, -1, np.int32))


def match_texts(index: Index, graph: Graph, term: str, found: Matched) -> None:
    """Add the records that bear a text with the term in it."""
    points = text_points(index, term)
    met = np.flatnonzero(points > 0)
    met = met[np.argsort(points[met], kind="stable")]  # of several texts of one record the best comes last and stays
    first, count = index.starts[met], index.starts[met + 1] - index.starts[met]
    offset = np.cumsum(count) - count
    records = index.places[np.repeat(first - offset, count) + np.arange(int(count.sum()))]
    _in_divisions(graph, index, records[records >= graph.node_count], found)
    found.points[records] = np.repeat(points[met], count)
    found.text[records] = np.repeat(met, count)


def _in_divisions(graph: Graph, index: Index, others: NDArray[np.int32], found: Matched) -> None:
    """The records of the divisions met by name, after everything else: so that `中牟 道路` finds payments there."""
    rows = index.others.take(pa_indexes(others - graph.node_count)).to_pylist()
    met = {row["division_code"] for row in rows if row["record"].startswith("division:")}
    among = [place for place, code in enumerate(graph.division_codes) if code in met]
    if among:
        found.points[: graph.node_count][np.isin(graph.nodes.division, among)] = LOCATED


def text_points(index: Index, term: str) -> Scores:
    """Points of each distinct text (t,), 0 where the term is not in it."""
    documents, count = index.document_count, len(index.texts)
    points = np.zeros(count, np.float32)
    _contained(index.plain, document_form(term), (0, documents), points)
    _contained(index.plain, plain(term), (documents, count), points)
    if term.isascii() and term.isalpha() and len(term) >= SHORTEST_INITIALS:
        _spelled(index.initials, term.lower(), (documents, count), points)
    _near(index, term, points)
    weights = words()["weights"]
    of_field = np.array([weights[source.field] for source in FIELDS], np.float32)
    met = np.flatnonzero(points > 0)
    points[met] += of_field[index.texts["field"].take(pa_indexes(met)).to_numpy()]
    return points


def pa_indexes(places: NDArray[np.int64] | NDArray[np.int32]) -> Any:
    """Positions as Arrow wants them."""
    import pyarrow as pa

    return pa.array(places)


def _contained(texts: Joined, wanted: str, among: tuple[int, int], points: Scores) -> None:
    """Points by where the wanted text stands in a text, the more the greater its share of the whole."""
    met, begins = texts.containing(wanted, *among)
    share = len(wanted.encode()) / np.maximum(texts.length(met), 1)
    points[met] = np.where(share == 1, EXACT, np.where(begins, BEGINNING, INSIDE)) + 9 * share


def _spelled(texts: Joined, letters: str, among: tuple[int, int], points: Scores) -> None:
    met, begins = texts.containing(letters, *among)
    spelled = PINYIN - 5 * ~begins + 9 * len(letters) / np.maximum(texts.length(met), 1)
    points[met] = np.maximum(points[met], spelled)


def _near(index: Index, term: str, points: Scores) -> None:
    """Numbers one slip from the one asked; only those that share two of its three parts are looked at."""
    parts = document_parts(document_form(term))
    if parts is None:
        return
    texts, last = index.plain, index.document_count
    of_number, _ = texts.containing(f"〕{parts.number}号", 0, last)
    of_issuer, begins = texts.containing(f"{parts.issuer}〔", 0, last)
    of_year, _ = texts.containing(f"〔{parts.year}〕", 0, last)
    groups = (of_number, of_issuer[begins], of_year)
    shared = np.bincount(np.concatenate(groups), minlength=1) if any(map(len, groups)) else np.zeros(0, np.int64)
    for text in np.flatnonzero(shared == 2):
        other = document_parts(texts[int(text)])
        if other is not None and is_near(parts, other):
            points[text] = max(points[text], NEAR)


def _amounts(graph: Graph, term: str, found: Matched) -> None:
    asked = amount_asked(term)
    if asked is None or asked.fen == 0:
        return
    amounts: Any = graph.nodes.amount
    points = found.points[: graph.node_count]
    if asked.within_fen:
        about = (amounts >= asked.fen - asked.within_fen) & (amounts <= asked.fen + asked.within_fen)
        points[about] = np.maximum(points[about], ABOUT)
    exact = amounts == asked.fen
    points[exact] = np.maximum(points[exact], AMOUNT)


def _keys(index: Index, wanted: list[str], found: Matched) -> None:
    """Keys that equal one of the texts, or begin with it; the keys are sorted, so two searches by halves find them."""
    keys = index.keys["text"]
    for text in filter(None, wanted):
        first = _first_at_least(keys, text)
        last = _first_at_least(keys, text + chr(0x10FFFF))
        records = index.key_places[first:last]
        found.points[records] = np.maximum(found.points[records], BEGINNING)
        exact = index.key_places[first : _first_at_least(keys, text + "\0")]
        found.points[exact] = np.maximum(found.points[exact], ITSELF)


def _first_at_least(keys: Any, text: str) -> int:
    low, high = 0, len(keys)
    wanted = text.encode()
    while low < high:
        middle = (low + high) // 2
        if keys[middle].as_py().encode() < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def _identifiers(graph: Graph, term: str, found: Matched) -> None:
    from lineage.schema import NODE_KINDS

    kind, colon, name = term.partition(":")
    asked = [(kind, name)] if colon and kind in NODE_KINDS else [(one, term) for one in NODE_KINDS]
    for one, identifier in asked:
        node = graph.find(f"{one}:{identifier}")
        if node >= 0:
            found.points[node] = IDENTIFIER

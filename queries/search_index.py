"""The search index: each distinct text once, with the records that bear it; kept beside the ledger's derived set.

`texts` are searched by content (names, titles, purposes, document numbers), `keys` by their whole or their
beginning (vouchers, bank references, contracts, tokens of numbers). Records are node numbers of the graph; past those
come divisions, agencies and projects, which are no nodes. Invariant: the index holds nothing that the ledger has not;
it may be thrown away at any time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lineage.ledger import derived
from queries.search_sources import DOCUMENT_FIELDS, FIELDS, KEYS, OTHERS, YEARS, Source
from queries.search_text import document_form, initials, plain

if TYPE_CHECKING:
    from lineage.graph import Graph
    from lineage.ledger import Ledger

Ints = NDArray[np.int32]
FOLDER = "search-2"
"""With the number of its form: an index of another form is left alone, and one made beside it."""
FEW_HITS = 5_000
"""Below so many hits, looking for one after the other is faster."""
_loaded: WeakKeyDictionary[Ledger, Index] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Joined:
    """Texts laid end to end, a newline after each: one search through memory finds all that contain something.

    Measured on 146,000 texts: 1 ms, where a search text by text in Arrow took 32 ms.
    """

    data: bytes
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: list[str]) -> Joined:
        """Lay texts out; none of them has a newline (blanks are gone)."""
        parts = [text.encode() for text in texts]
        lengths = np.array([0, *(len(part) + 1 for part in parts)], np.int64)
        return cls(b"".join(part + b"\n" for part in parts), np.cumsum(lengths))

    def length(self, text: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bytes of texts."""
        result: NDArray[np.int64] = self.starts[text + 1] - self.starts[text] - 1
        return result

    def __getitem__(self, text: int) -> str:
        return self.data[self.starts[text] : self.starts[text + 1] - 1].decode()

    def containing(self, wanted: str, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Texts of first..last - 1 that contain something, in order, and whether they begin with it."""
        if not wanted or first >= last:
            return np.zeros(0, np.int64), np.zeros(0, np.bool_)
        place = self._places(wanted.encode(), int(self.starts[first]), int(self.starts[last]))
        text = np.searchsorted(self.starts, place, side="right") - 1
        earliest = np.ones(len(text), np.bool_)  # places are in order, so those of one text stand together
        earliest[1:] = text[1:] != text[:-1]
        text, place = text[earliest], place[earliest]
        return text, self.starts[text] == place

    def _places(self, wanted: bytes, start: int, end: int) -> NDArray[np.int64]:
        """Where some bytes stand, in order. Many hits go byte by byte through numpy, in a tenth of the time."""
        found = re.compile(re.escape(wanted)).finditer(self.data, start, end)
        place = np.fromiter((met.start() for met in islice(found, FEW_HITS)), np.int64)
        if len(place) < FEW_HITS:
            return place
        data = np.frombuffer(self.data, np.uint8, end - start, start)
        last = len(wanted) - 1
        place = np.flatnonzero(data[last:] == wanted[last])
        for offset in range(last):
            place = place[data[place + offset] == wanted[offset]]
        return place + start


@dataclass(frozen=True, slots=True)
class Index:
    """Arrow tables by memory map: `texts` (field, shown), `keys` (sorted text), `others` (record, title, division).

    `texts` has their field and how they are shown, the first `document_count` being document numbers; `starts` (t + 1,)
    leads from a text into `places` (p,), the records that bear it; `key_places` has one a key; `years` (n,) has the
    fiscal year of each node, 0 for none.
    """

    texts: Any
    plain: Joined
    initials: Joined
    document_count: int
    starts: NDArray[np.int64]
    places: Ints
    keys: Any
    key_places: Ints
    others: Any
    years: NDArray[np.int16]

    def borne(self, records: NDArray[np.int64], fields: Collection[str]) -> dict[tuple[int, str], str]:
        """The texts that records bear themselves in some fields, as written. Cost: a pass over the fields' bearers."""
        found: dict[tuple[int, str], str] = {}
        text_field = self.texts["field"].to_numpy()
        for number, source in enumerate(FIELDS):
            if source.field not in fields or not source.is_own:
                continue
            first, last = np.searchsorted(text_field, (number, number + 1))
            bearers = self.places[self.starts[first] : self.starts[last]]
            place = np.flatnonzero(np.isin(bearers, records))
            text = np.searchsorted(self.starts, place + self.starts[first], side="right") - 1
            shown = self.texts["shown"].take(text).to_pylist()
            for record, words in zip(bearers[place].tolist(), shown, strict=True):
                found.setdefault((record, source.field), words)
        return found

    def written(self, wanted: str, fields: Collection[str]) -> list[str]:
        """The texts of some fields that are the wanted one in plain form, each as it is written."""
        met, begins = self.plain.containing(wanted, self.document_count, len(self.texts))
        whole = met[begins & (self.plain.length(met) == len(wanted.encode()))]
        found = self.texts.take(whole).to_pylist()
        return [row["shown"] for row in found if FIELDS[row["field"]].field in fields]


def index_of(ledger: Ledger) -> Index:
    """The index of a view: from its derived set, into which it is put when first asked; else built in memory."""
    found = index_at_hand(ledger)
    if found is None:
        found = _loaded[ledger] = _built(ledger)
    return found


def index_at_hand(ledger: Ledger) -> Index | None:
    """The index where the view has a derived set; None where it would have to be built in memory."""
    found = _loaded.get(ledger)
    if found is None:
        found = _kept(ledger)
        if found is not None:
            _loaded[ledger] = found
    return found


def derive(ledger: Ledger, folder: Path) -> None:
    """The derivation step of search: writes the index into `folder`."""
    save(_built(ledger), folder / FOLDER)


def _kept(ledger: Ledger) -> Index | None:
    found = derived.in_force(ledger.path)
    if found is None or not found.fits_graph(ledger):
        return None
    folder = found.folder(ledger.path)
    if not (folder / FOLDER).is_dir():
        aside = folder / f".{FOLDER}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        try:
            save(_built(ledger), aside)
            aside.rename(folder / FOLDER)
        except OSError:  # no permission, no space, or another reader was faster: nothing is lost but the time
            shutil.rmtree(aside, ignore_errors=True)
    return load(folder / FOLDER) if (folder / FOLDER).is_dir() else None


def save(index: Index, folder: Path) -> None:
    """Write an index into a new folder."""
    from pyarrow import ipc

    folder.mkdir(parents=True)
    for name in ("texts", "keys", "others"):
        table = getattr(index, name)
        with ipc.new_file(folder / f"{name}.arrow", table.schema) as writer:
            writer.write_table(table)
    for name in ("starts", "places", "key_places", "years"):
        np.save(folder / f"{name}.npy", getattr(index, name))
    for name, joined in (("plain", index.plain), ("initials", index.initials)):
        (folder / f"{name}.txt").write_bytes(joined.data)
        np.save(folder / f"{name}.npy", joined.starts)
    (folder / "index.json").write_text(json.dumps({"document_count": index.document_count}))


def load(folder: Path) -> Index:
    """Open an index by memory map."""
    import pyarrow as pa
    from pyarrow import ipc

    tables = {
        name: ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"))).read_all()
        for name in ("texts", "keys", "others")
    }
    arrays: dict[str, Any] = {
        name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))
        for name in ("starts", "places", "key_places", "years")
    }
    values: dict[str, Any] = json.loads((folder / "index.json").read_text())
    for name in ("plain", "initials"):
        values[name] = Joined((folder / f"{name}.txt").read_bytes(), np.load(folder / f"{name}.npy"))
    return Index(**tables, **arrays, **values)


def _built(ledger: Ledger) -> Index:
    import pyarrow as pa

    graph = ledger.graph
    others = ledger.query(OTHERS)
    texts, plain, starts, places = _texts(ledger, graph, others)
    keys, key_places = _keys(ledger, graph, others)
    documents = [number for number, source in enumerate(FIELDS) if source.field in DOCUMENT_FIELDS]
    return Index(
        texts=pa.table(texts),
        plain=Joined.of(plain),
        initials=Joined.of(initials(plain)),
        document_count=int(np.isin(texts["field"], documents).sum()),
        starts=starts,
        places=places,
        keys=keys,
        key_places=key_places,
        others=others.combine_chunks(),
        years=_years(ledger, graph),
    )


def _positions(graph: Graph, others: Any, source: Source, ids: Any) -> Ints:
    """Record numbers of ids of one kind; -1 where the graph has none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from lineage.schema import NODE_KINDS

    wanted = ids.cast(pa.large_string())
    if source.kind in NODE_KINDS:
        kind = NODE_KINDS.index(source.kind)
        first, last = int(graph.kind_start[kind]), int(graph.kind_start[kind + 1])
        known = graph.nodes.ids.to_arrow()[first:last]
    else:
        first = graph.node_count
        kind_text, colon = (pa.scalar(text, pa.large_string()) for text in (source.kind, ":"))
        wanted = pc.binary_join_element_wise(kind_text, wanted, colon)
        known = others["record"].cast(pa.large_string())
    found = pc.fill_null(pc.index_in(wanted, value_set=known, skip_nulls=True), -1)
    place = found.to_numpy(zero_copy_only=False) if hasattr(found, "combine_chunks") else found.to_numpy()
    result: Ints = np.where(place >= 0, place + first, -1).astype(np.int32)
    return result


def _texts(ledger: Ledger, graph: Graph, others: Any) -> tuple[dict[str, Any], list[str], NDArray[np.int64], Ints]:
    field_parts, shown, texts, place_parts, counts = [], [], [], [], []
    for number, source in enumerate(FIELDS):
        table = ledger.query(source.sql)
        position = _positions(graph, others, source, table["id"])
        encoded = table["text"].combine_chunks().dictionary_encode()
        code = encoded.indices.to_numpy(zero_copy_only=False)
        keep = position >= 0
        position, code = position[keep], code[keep]
        order = np.argsort(code, kind="stable")
        place_parts.append(position[order])
        counts.append(np.bincount(code, minlength=len(encoded.dictionary)))
        known = encoded.dictionary.to_pylist()
        form = document_form if source.field in DOCUMENT_FIELDS else plain
        shown += known
        texts += [form(text) for text in known]
        field_parts.append(np.full(len(encoded.dictionary), number, np.int8))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    return (
        {"field": np.concatenate(field_parts), "shown": shown},
        texts,
        starts,
        np.concatenate(place_parts).astype(np.int32),
    )


def _keys(ledger: Ledger, graph: Graph, others: Any) -> tuple[Any, Ints]:
    import pyarrow as pa
    import pyarrow.compute as pc

    texts, parts = [], []
    for source in KEYS:
        table = ledger.query(source.sql)
        position = _positions(graph, others, source, table["id"])
        texts.append(_plain_keys(table["text"]))
        parts.append(position)
    whole, places = pa.concat_arrays(texts), np.concatenate(parts).astype(np.int32)
    order = pc.sort_indices(whole).to_numpy()
    order = order[places[order] >= 0]
    return pa.table({"text": whole.take(pa.array(order))}), places[order]


def _plain_keys(column: Any) -> Any:
    """Keys as they are compared; nearly all are plain already, and millions of them take one pass in Arrow."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = column.cast(pa.large_string()).combine_chunks()
    if pc.all(pc.match_substring_regex(whole, r"^[!-~]*$")).as_py() is not False:
        return pc.ascii_lower(whole)
    return pa.array([plain(text) for text in whole.to_pylist()], pa.large_string())


def _years(ledger: Ledger, graph: Graph) -> NDArray[np.int16]:
    years = np.zeros(graph.node_count, np.int16)
    for source in YEARS:
        table = ledger.query(source.sql)
        position = _positions(graph, None, source, table["id"])
        known = position >= 0
        years[position[known]] = table["text"].to_numpy().astype(np.int16)[known]
    return years

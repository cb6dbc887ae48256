"""Columns of text as two flat arrays, so that ten million ids open by memory map and cost no objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TextColumn:
    """UTF-8 text, row i in data[offsets[i]:offsets[i + 1]]. offsets int64[n + 1], data uint8."""

    offsets: NDArray[np.int64]
    data: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def raw(self, row: int) -> bytes:
        """The bytes of one row."""
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes()

    def __getitem__(self, row: int) -> str:
        return self.raw(row).decode()

    def find(self, wanted: str, start: int, stop: int) -> int:
        """The row in start:stop, sorted by code point, that equals `wanted`; -1 without one. O(log n)."""
        key = wanted.encode()
        low, high = start, stop
        while low < high:
            middle = (low + high) // 2
            if self.raw(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low if low < stop and self.raw(low) == key else -1

    def to_arrow(self) -> Any:
        """The same column as an Arrow large_string array, without copying."""
        import pyarrow as pa

        offsets = np.ascontiguousarray(self.offsets, dtype=np.int64)
        return pa.LargeStringArray.from_buffers(len(self), pa.py_buffer(offsets), pa.py_buffer(self.data))


def ascend(pieces: list[TextColumn]) -> bool:
    """Whether the rows of all pieces, laid end to end, are sorted by code point, none twice."""
    import pyarrow.compute as pc

    last: bytes | None = None
    for piece in pieces:
        if not len(piece):
            continue
        rows = piece.to_arrow()
        if last is not None and piece.raw(0) <= last:
            return False
        if len(rows) > 1 and not pc.all(pc.less(rows[:-1], rows[1:])).as_py():
            return False
        last = piece.raw(len(piece) - 1)
    return True


def joined(pieces: list[TextColumn]) -> TextColumn:
    """All pieces laid end to end; `pieces` is emptied on the way, so that no text is held twice for long."""
    offsets = np.zeros(sum(len(piece) for piece in pieces) + 1, np.int64)
    data = np.empty(sum(len(piece.data) for piece in pieces), np.uint8)
    row = place = 0
    while pieces:
        piece = pieces.pop(0)
        offsets[row + 1 : row + len(piece) + 1] = piece.offsets[1:] + place
        data[place : place + len(piece.data)] = piece.data
        row, place = row + len(piece), place + len(piece.data)
    return TextColumn(offsets, data)


def from_arrow(chunks: list[Any]) -> TextColumn:
    """One column out of Arrow string arrays laid end to end; a null becomes empty text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = [pc.fill_null(_whole(chunk), "") for chunk in chunks]
    whole = pa.concat_arrays(parts) if parts else pa.array([], pa.large_string())
    if whole.offset:
        whole = pa.concat_arrays([whole, pa.array([], pa.large_string())])
    if not len(whole):
        return TextColumn(np.zeros(1, np.int64), np.zeros(0, np.uint8))
    offsets = np.frombuffer(whole.buffers()[1], np.int64)[: len(whole) + 1]
    data = np.frombuffer(whole.buffers()[2], np.uint8)[int(offsets[0]) : int(offsets[-1])]
    return TextColumn(offsets - offsets[0], data.copy())


def _whole(column: Any) -> Any:
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.cast(pa.large_string()).combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.large_string())
        return column
    return column.cast(pa.large_string())


def from_texts(texts: list[str]) -> TextColumn:
    """A column of Python strings."""
    raw = [text.encode() for text in texts]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(part) for part in raw], dtype=np.int64)])
    return TextColumn(offsets.astype(np.int64), np.frombuffer(b"".join(raw), np.uint8))

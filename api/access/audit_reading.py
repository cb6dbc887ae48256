"""Reading who looked at what: a day's lines of all workers in the order of time, from any place on.

Each file is in the order of its times, so a place is found by halving, and a page costs what it shows, not the day.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

Place = tuple[str, str, int]
"""Where a line stands: its moment, its file, its byte."""
START: Place = ("", "", -1)
_NEAR_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: of one person, of requests whose address holds a text; "" for all."""

    who: str = ""
    about: str = ""

    def takes(self, entry: dict[str, Any]) -> bool:
        """Whether a line is wanted."""
        if self.who and entry.get("who") != self.who:
            return False
        return not self.about or self.about in unquote(f"{entry.get('path', '')}?{entry.get('query', '')}")


def days(ledger: Path) -> list[str]:
    """The days of which there are lines, in order."""
    return sorted({file.stem[-10:] for file in (ledger / "audit").glob("*-????-??-??.jsonl")})


def lines(ledger: Path, day: str, wanted: Wanted, after: Place = START) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The wanted lines of a day (UTC) behind a place, each with its own place."""
    files = sorted((ledger / "audit").glob(f"*-{day}.jsonl"))
    yield from heapq.merge(*(_of_file(file, wanted, after) for file in files), key=lambda found: found[0])


def _of_file(file: Path, wanted: Wanted, after: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    with file.open("rb") as stream:
        _seek(stream, after[0])
        while True:
            byte = stream.tell()
            line = stream.readline()
            if not line.endswith(b"\n"):
                return  # the end, or a line that is being written
            entry: dict[str, Any] = json.loads(line)
            place = (str(entry["at"]), file.name, byte)
            if place > after and wanted.takes(entry):
                yield place, entry


def _seek(stream: BinaryIO, moment: str) -> None:
    """Go to a line that is not behind the first one of a moment, and not far before it."""
    low, high = 0, stream.seek(0, 2)
    while moment and high - low > _NEAR_BYTES:
        middle = (low + high) // 2
        stream.seek(middle)
        stream.readline()  # a line's rest
        line = stream.readline()
        if line.endswith(b"\n") and json.loads(line)["at"] < moment:
            low = middle
        else:
            high = middle
    stream.seek(low)
    if low:
        stream.readline()

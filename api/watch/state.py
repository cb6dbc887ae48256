"""What a watch remembers between rounds, in `NAME.watch/state.json` beside the ledger; written whole, by rename.

Losing it loses no record: the next round then tells of everything that holds as new.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lineage.errors import Damaged
from lineage.ledger import durable


@dataclass(slots=True)
class FeedState:
    """One feed as last looked at; times are ISO or "". Mutable: a round brings it up to date."""

    signature: str = ""
    looked_at: str = ""
    delivered_at: str = ""
    batch: int = 0
    rejected: int = 0
    error: str = ""
    stale: bool = False


@dataclass(slots=True)
class State:
    """Feeds by name; ids of findings that hold, that held once and no longer do, that were told as overdue; mutable."""

    rounds: int = 0
    begun_at: str = ""
    round_at: str = ""
    digested_on: str = ""
    backed_up_on: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    feeds: dict[str, FeedState] = field(default_factory=dict)
    holding: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)

    def feed(self, name: str) -> FeedState:
        """A feed's state, made when first asked for."""
        return self.feeds.setdefault(name, FeedState())


def home_of(ledger: Path) -> Path:
    """Where a ledger's watch keeps its state and its messages: beside it."""
    return ledger.absolute().with_name(ledger.absolute().name + ".watch")


def read_state(home: Path) -> State:
    """The state as last written; a new one where there is none. Raises Damaged."""
    file = home / "state.json"
    try:
        said: dict[str, Any] = json.loads(file.read_bytes())
        feeds = {name: FeedState(**one) for name, one in said.pop("feeds").items()}
        return State(**said, feeds=feeds)
    except FileNotFoundError:
        return State()
    except (ValueError, TypeError, KeyError) as error:
        raise Damaged(f"{file}: not what a watch wrote ({error})", "move it away: all is told anew") from error


def write_state(home: Path, state: State) -> None:
    """Put the state in place."""
    durable.write(home / "state.json", durable.to_json(asdict(state)) + b"\n")

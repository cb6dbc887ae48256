"""What several batches leave in force, worked out slowly: all batches are read again from the start each time.

Written from the design's words (2-ledger.md), sharing no code with the engine. A batch keeps the rows that it loaded
or corrected and the keys that it took out; of every key the last batch in force that speaks of it counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.oracle.network import Row, Tables
from tests.oracle.view import DATES
from tests.oracle.view import KEYS as ONE_COLUMN_KEYS

KEYS = {name: (key,) for name, key in ONE_COLUMN_KEYS.items()} | {"divisions": ("division_code", "valid_from")}
ORDER = ("divisions", "allocations", "transfers", "indicators", "payments", "special_accounts", "account_entries",
         "one_card_batches", "one_card_payments", "indicator_adjustments")
AMOUNTS = ("amount", "opening_balance", "opening_poverty")
FLAGS = {"": None, "true": True, "1": True, "是": True, "Y": True, "false": False, "0": False, "否": False, "N": False}
FLAG_COLUMNS = ("poverty", "accounting_enabled", "direct", "poverty_county")
DAYS = ("date", "issue_date", "receive_date", "pay_date", "opening_date")
UNSIGNED = ("allocations", "indicators", "one_card_batches", "one_card_payments")
Key = tuple[object, ...]
Place = tuple[str, int | None]
COUNTS = ("read", "loaded", "corrected", "unchanged", "rejected", "removed")


class Unreadable(ValueError):
    """A cell that cannot be read."""


def meaning(name: str, row: Row) -> Row:
    """A row by what it says, however it is written: fen, days, flags; raises Unreadable."""
    return {column: _value(column, cell.strip()) for column, cell in row.items() if column != "resolution"}  # type: ignore[misc]


def _value(column: str, cell: str) -> object:
    if not cell:
        return None
    if column in AMOUNTS:
        return fen_written(cell)
    if column in FLAG_COLUMNS:
        return FLAGS[cell]
    if column in DAYS:
        return day_written(cell)
    return cell


def fen_written(cell: str) -> int:
    plain = cell.replace(",", "")
    sign = -1 if plain.startswith("-") else 1
    whole, _, part = plain.lstrip("-").partition(".")
    if not (whole.isdigit() and (part == "" or part.isdigit()) and len(part.rstrip("0")) <= 2):
        raise Unreadable(cell)
    return sign * (int(whole) * 100 + int((part + "00")[:2]))


def day_written(cell: str) -> str:
    if cell.isdigit() and len(cell) == 8:
        parts = [cell[:4], cell[4:6], cell[6:]]
    else:
        parts = cell.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").split("-")
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except (ValueError, TypeError) as error:
        raise Unreadable(cell) from error


@dataclass
class Batch:
    """What one batch keeps: rows and keys taken out, by table; or the batches it takes back."""

    kept: dict[str, dict[Key, Row]] = field(default_factory=lambda: defaultdict(dict))
    removed: dict[str, set[Key]] = field(default_factory=lambda: defaultdict(set))
    withdraws: int = 0
    files: frozenset[str] = frozenset()
    """The contents of the files given."""


@dataclass
class Told:
    """What a load answers: the last batch, and of each table its counts."""

    batch: int
    written: bool
    tables: dict[str, dict[str, int]]


@dataclass
class Books:
    """A ledger's batches, 1 being the first."""

    batches: list[Batch] = field(default_factory=list)

    def withdrawn(self, known: int | None = None) -> set[int]:
        """Batches not in force: a later one that is itself in force takes them back."""
        out: set[int] = set()
        for number in range(len(self.batches[:known]), 0, -1):
            if number not in out and self.batches[number - 1].withdraws:
                out.add(self.batches[number - 1].withdraws)
        return out

    def meanings(self, known: int | None = None) -> dict[str, dict[Key, Row]]:
        """The rows in force as given, by table and key."""
        out = self.withdrawn(known)
        found: dict[str, dict[Key, Row]] = {name: {} for name in ORDER}
        for number, batch in enumerate(self.batches[:known], 1):
            if number in out:
                continue
            for name, keys in batch.removed.items():
                for key in keys:
                    found[name].pop(key, None)
            for name, rows in batch.kept.items():
                found[name].update(rows)
        return found

    def in_force(self, known: int | None = None) -> Tables:
        """The rows in force, by table."""
        return {name: list(rows.values()) for name, rows in self.meanings(known).items()}

    def withdraw(self, batch: int) -> int:
        """Take a batch back by a new one."""
        assert batch not in self.withdrawn()
        self.batches.append(Batch(withdraws=batch))
        return len(self.batches)

    def load(self, tables: Tables, *, snapshots: Sequence[tuple[str, str, int]] = (), allow_move: bool = False,
             files: frozenset[str] = frozenset(), marks: Tables | None = None) -> Told:  # fmt: skip
        """One load; `marks` are rows that bear a deletion mark."""
        there = self.meanings()
        batch = Batch(files=files)
        told: dict[str, dict[str, int]] = {}
        unreadable: set[str] = set()
        extracts: dict[str, set[Key]] = {}
        marks = marks or {}
        for name in (one for one in ORDER if one in tables or one in marks):
            counts = dict.fromkeys(COUNTS, 0)
            seen: dict[Key, tuple[Row, bool]] = {}
            given = [(row, False) for row in tables.get(name, ())] + [(row, True) for row in marks.get(name, ())]
            for row, gone in given:
                counts["read"] += 1
                outcome = self._verdict(name, (row, gone), seen, there[name], allow_move)
                counts[outcome] += 1
                key = key_of(name, row)
                if outcome == "rejected" and not (key in seen and seen[key][0] is row):
                    unreadable.add(name)
                if outcome == "corrected" and gone:
                    batch.removed[name].add(key)
                elif outcome in ("loaded", "corrected"):
                    batch.kept[name][key] = row
            extracts[name] = set(seen)
            told[name] = counts
        for name, division, year in snapshots:
            if name in unreadable:
                continue
            told.setdefault(name, dict.fromkeys(COUNTS, 0))
            for key, row in there[name].items():
                if place_of(name, row, there) == (division, year) and key not in extracts.get(name, set()):
                    if key not in batch.removed[name]:
                        told[name]["removed"] += 1
                    batch.removed[name].add(key)
        seen_before = frozenset().union(
            *(one.files for number, one in enumerate(self.batches, 1) if number not in self.withdrawn())
        )
        new = any(counts["loaded"] + counts["corrected"] + counts["removed"] for counts in told.values())
        rejects = any(counts["rejected"] for counts in told.values())
        written = new or (rejects and not files <= seen_before)
        if written:
            self.batches.append(batch)
        return Told(len(self.batches), written, told)

    def _verdict(self, name: str, given: tuple[Row, bool], seen: dict[Key, tuple[Row, bool]],
                 there: dict[Key, Row], allow_move: bool) -> str:  # fmt: skip
        """Outcome of one row. Rows that can be read are noted in `seen`, the first of each key."""
        row, gone = given
        try:
            says = meaning(name, row)
        except Unreadable:
            return "rejected"
        amount = says.get("amount")
        if "amount" in says and amount is None:
            return "rejected"
        if isinstance(amount, int) and name != "indicator_adjustments":
            negative = amount < 0
            if negative != bool(says.get("reverses")) and not (amount == 0 and not says.get("reverses")):
                return "rejected"
            if negative and name in UNSIGNED:
                return "rejected"
        key = key_of(name, row)
        if key in seen:
            first, first_gone = seen[key]
            return "unchanged" if meaning(name, first) == says and first_gone == gone else "rejected"
        seen[key] = (row, gone)
        if gone:
            return "corrected" if key in there else "unchanged"
        if key not in there:
            return "loaded"
        if meaning(name, there[key]) == says:
            return "unchanged"
        return "rejected" if moves(there[key], row) and not allow_move else "corrected"

    def latest_date(self, known: int | None = None) -> str:
        """The default as-of where every load is later than all its dates."""
        rows = self.in_force(known)
        return max((day_written(row[column]) for name, column in DATES.items() for row in rows[name] if row[column]),
                   default="")  # fmt: skip


def key_of(name: str, row: Row) -> Key:
    return tuple(row.get(column, "").strip() for column in KEYS[name])


def moves(old: Row, new: Row) -> bool:
    """Whether a correction puts a record into another division or fiscal year, by what the row itself says."""
    return any(old.get(column) and new.get(column) and old[column] != new[column]
               for column in ("division_code", "to_division_code", "fiscal_year"))  # fmt: skip


def place_of(name: str, row: Row, there: dict[str, dict[Key, Row]]) -> Place:
    """Division and fiscal year of a record: its own, else those of the record it hangs on (1-mission.md)."""

    def named(table: str, kind: str, reference: str) -> Row | None:
        bare = reference.removeprefix(kind + ":")
        return there[table].get((bare,)) if bare else None

    def dated(column: str) -> int | None:
        return int(day_written(row[column])[:4]) if row[column] else None

    if name in ("allocations", "indicators"):
        return row["division_code"], int(row["fiscal_year"])
    if name == "transfers":
        allocation = named("allocations", "allocation", row["source_id"])
        indicator = named("indicators", "indicator", row["source_id"])
        source = (allocation or indicator) if not (allocation and indicator) else None
        return row["to_division_code"], int(source["fiscal_year"]) if source else dated("issue_date")
    if name == "payments":
        drawn = named("indicators", "indicator", row["indicator_id"])
        return row["division_code"], int(drawn["fiscal_year"]) if drawn else dated("pay_date")
    if name == "account_entries":
        account = named("special_accounts", "special_account", row["account_id"])
        return (account["division_code"] if account else ""), dated("date")
    if name == "one_card_batches":
        return row["division_code"], dated("pay_date")
    if name == "one_card_payments":
        paid = named("one_card_batches", "one_card_batch", row["batch_id"])
        return place_of("one_card_batches", paid, there) if paid else ("", None)
    if name == "indicator_adjustments":
        changed = named("indicators", "indicator", row["indicator_id"])
        return place_of("indicators", changed, there) if changed else ("", None)
    raise AssertionError(name)

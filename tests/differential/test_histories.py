"""Random histories of a ledger: many batches, taken back and corrected in every order, beside the oracle's reading.

A history must not matter: after every batch the rows in force are the oracle's, and the ledger answers as one does into
which just these rows were loaded at once. `LINEAGE_WORLDS=100 LINEAGE_SEED=7` makes more of them (`make test-long`).
"""

from __future__ import annotations

import csv
import datetime
import os
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import lineage
import loaders
import queries
from lineage.ledger import Ledger, Snapshot, verify, write
from lineage.ledger.tokens import key_file
from lineage.links.decisions import accept, revoke
from lineage.links.proposals import propose
from tests.oracle.batches import AMOUNTS, KEYS, ORDER, Books, Told, key_of, meaning, place_of
from tests.oracle.network import Row, Tables, tables_of
from tests.oracle.random_ledger import EXAMPLE, World, text_of

WORLDS = int(os.environ.get("LINEAGE_WORLDS", "6"))
HISTORIES = max(1, WORLDS // 10)
SEED = int(os.environ.get("LINEAGE_SEED", "1"))
STEPS = 6 if WORLDS <= 6 else 10
AT = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
LAST = datetime.date(2199, 12, 31)
DELETION = 'deleted = { column = "gone", values = ["x"] }'


@dataclass
class History:
    """A ledger being made, and the oracle's books of it; `said` tells each step for a failing test."""

    folder: Path
    seed: int
    books: Books = field(default_factory=Books)
    links: dict[str, Any] = field(default_factory=dict)
    decided: dict[int, list[Any]] = field(default_factory=dict)
    """Links in force as known at each batch."""
    said: list[str] = field(default_factory=list)
    loads: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.world = World(self.seed, "w-", size=self.random.choice((9, 18)), most=10**13)
        self.given: list[tuple[Tables, Tables | None, dict[str, Any]]] = []
        self.profile = self.folder / "deleted.toml"
        self.profile.write_text(
            "\n".join(f"[table.{name}]\n{DELETION}" for name in ORDER if name != "divisions"), encoding="utf-8"
        )

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def begin(self) -> None:
        """The first load: a world whose records are of three years."""
        tables = self.world.make()
        for name in ("allocations", "indicators"):
            for row in tables[name]:
                row["fiscal_year"] = self.random.choice(("2017", "2017", "2016", "2018"))
        for name, column in (("transfers", "issue_date"), ("payments", "pay_date"), ("account_entries", "date"),
                             ("one_card_batches", "pay_date")):  # fmt: skip
            for row in tables[name]:
                if row[column] and self.chance(0.2):
                    row[column] = "2018" + row[column][4:]
        self.load({**tables, "divisions": tables_of(EXAMPLE)["divisions"]})

    def step(self) -> None:
        """One more batch or decision, of any kind."""
        choices = (self.correct, self.correct, self.extract, self.take_back, self.take_back, self.again, self.delete,
                   self.decide)  # fmt: skip
        self.random.choice(choices)()

    def load(self, tables: Tables, marks: Tables | None = None, **terms: Any) -> None:
        """Load rows, and hold what is said against the oracle."""
        self.given.append((tables, marks, terms))
        self.loads += 1
        bundle = self.folder / f"bundle{self.loads}"
        files = write_tables(bundle, tables, marks or {})
        snapshots = terms.get("snapshots", ())
        result = loaders.load(
            self.ledger, [bundle], at=AT, profile=self.profile, allow_move=terms.get("allow_move", False),
            snapshots=tuple(Snapshot(*one) for one in snapshots), derive=self.chance(0.15)
        )  # fmt: skip
        told = self.books.load(tables, marks=marks, files=files, **terms)
        self.said.append(f"load {self.loads}: {terms} {'with marks' if marks else ''} -> {told.batch}")
        assert result.written == told.written, (self.said, result.to_json(), told)
        assert counts_of(result.to_json()) == counts_told(told), self.said
        for one in result.rejects:
            assert one["hint"], one

    def correct(self) -> None:
        """Rows changed, moved, repeated, unreadable, the same, the same written otherwise."""
        world = self.world
        world.tables = {name: rows or [dict(row) for row in world.tables[name]]
                        for name, rows in self.books.in_force().items() if name in world.tables}  # fmt: skip
        tables = world.corrected(self.random.choice((0.05, 0.3)))
        for name, rows in tables.items():
            for row in list(rows):
                chance = self.random.random()
                if chance < 0.08:
                    column = "to_division_code" if name == "transfers" else "division_code"
                    if column in row:
                        row[column] = world.division()
                elif chance < 0.14 and "fiscal_year" in row:
                    row["fiscal_year"] = self.random.choice(("2016", "2017", "2018"))
                elif chance < 0.2:
                    rows.append(dict(row))
                elif chance < 0.26:
                    rows.append({**row, **({"amount": world.yuan()} if "amount" in row else {"name": "改"})})
                elif chance < 0.29 and "amount" in row:
                    row["amount"] = self.random.choice(("1.234", "-", "x", ""))
                elif chance < 0.33 and "amount" in row:
                    row["amount"] = text_of(-world.random.randint(1, 500))
            same = [dict(row) for row in self.books.in_force()[name] if self.chance(0.1)]
            there = {key_of(name, row) for row in rows}
            rows.extend(otherwise(self.random, row) for row in same if key_of(name, row) not in there)
        fresh = World(self.seed * 1000 + self.loads, f"x{self.loads}-", size=3, most=10**13).make()
        for name in ("payments", "transfers"):
            tables[name].extend(fresh[name])
        self.load({name: rows for name, rows in tables.items() if rows}, allow_move=self.chance(0.4))

    def extract(self) -> None:
        """A full extract of a part of a table, some of whose rows are gone, changed or unreadable."""
        books = self.books.in_force()
        there = self.books.meanings()
        names = [name for name in ORDER if name not in ("divisions", "special_accounts") and books[name]]
        if not names:
            return
        name = self.random.choice(names)
        division, year = place_of(name, self.random.choice(books[name]), there)
        if not division or year is None:
            return
        inside = [dict(row) for row in books[name] if place_of(name, row, there) == (division, year)]
        kept = [row for row in inside if self.chance(0.6)]
        for row in kept:
            if self.chance(0.1) and not row.get("reverses") and name != "indicator_adjustments":
                row["amount"] = self.random.choice((self.world.yuan(), self.world.yuan(), "bad"))
        tables = {name: kept}
        if self.chance(0.3):  # another part's rows come along and stay
            tables[name] += [dict(row) for row in books[name] if row not in inside and self.chance(0.3)]
        self.load(tables, snapshots=[(name, division, year)])

    def take_back(self) -> None:
        """Withdraw any batch that is in force, a withdrawal too."""
        numbers = sorted(set(range(1, len(self.books.batches) + 1)) - self.books.withdrawn())
        if len(numbers) < 2:
            return
        number = self.random.choice(numbers[1:] if self.chance(0.8) else numbers)
        with write(self.ledger, who="tests", at=AT) as writer:
            made = writer.withdraw(number, "by chance").batch
        assert made == self.books.withdraw(number)
        self.said.append(f"withdraw {number} -> {made}")

    def again(self) -> None:
        """An earlier load once more, its file unchanged."""
        tables, marks, terms = self.random.choice(self.given)
        self.load(tables, marks, **terms)

    def delete(self) -> None:
        """Rows with a deletion mark, of records there and not there."""
        marks: Tables = {}
        for name in ("payments", "transfers", "indicators"):
            rows = [row for row in self.books.in_force()[name] if self.chance(0.08)]
            if rows:
                marks[name] = [dict(row) for row in rows]
                marks[name].append({**rows[0], KEYS[name][0]: "NOBODY"})
        if marks:
            self.load({}, marks=marks)

    def decide(self) -> None:
        """Accept some proposed links, revoke some accepted ones."""
        proposed = [one for one in propose(lineage.open(self.ledger)) if self.chance(0.3) and one.id not in self.links]
        entries = accept(self.ledger, proposed, "by chance", by="tests", at=AT)
        self.links |= {one.id: one for one in proposed}
        ledger = lineage.open(self.ledger)
        for name in [name for name in self.links if self.chance(0.2)]:
            revoke(ledger, name, "by chance", by="tests", at=AT)
            del self.links[name]
        self.said.append(f"{len(entries)} links accepted, {len(self.links)} in force")

    def note(self) -> None:
        """The links as known at the last batch, until there is another one."""
        self.decided[len(self.books.batches)] = list(self.links.values())


def write_tables(bundle: Path, tables: Tables, marks: Tables) -> frozenset[str]:
    """Write a bundle, deletion marks in a column `gone`; the contents of its files."""
    bundle.mkdir()
    contents = []
    for name in sorted({*tables, *marks}):
        rows = [{**row, "gone": ""} for row in tables.get(name, ())]
        rows += [{**row, "gone": "x"} for row in marks.get(name, ())]
        columns = list(dict.fromkeys(column for row in rows for column in row)) or [*KEYS[name], "gone"]
        file = bundle / f"{name}.csv"
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        contents.append(f"{name}:{file.read_text(encoding='utf-8')}")
    return frozenset(contents)


def otherwise(chance: random.Random, row: Row) -> Row:
    """The same row in other signs: amounts, days and flags as people write them."""
    row = dict(row)
    for column, cell in row.items():
        if not cell or chance.random() < 0.5:
            continue
        if column in AMOUNTS and cell.endswith("0"):
            row[column] = cell.rstrip("0").rstrip(".")
        elif column.endswith("date") and len(cell) == 10:
            chinese = f"{cell[:4]}年{cell[5:7]}月{cell[8:]}日"
            row[column] = chance.choice((cell.replace("-", "/"), cell.replace("-", ""), chinese))
        elif cell in ("true", "false"):
            row[column] = {"true": "是", "false": "否"}[cell]
        else:
            row[column] = f" {cell} " if column not in AMOUNTS else cell
    return row


def counts_of(answer: dict[str, Any]) -> dict[str, Any]:
    """What the JSON of a load counts."""
    names = ("read", "loaded", "corrected", "unchanged", "rejected")
    tables = {one["table"]: {name: one[name] for name in (*names, "removed")} for one in answer["tables"]}
    return {"batch": answer["batch"], **{name: answer[name] for name in names},
            "tables": {name: counts for name, counts in tables.items() if any(counts.values())}}  # fmt: skip


def counts_told(told: Told) -> dict[str, Any]:
    """The same by the oracle."""
    names = ("read", "loaded", "corrected", "unchanged", "rejected")
    sums = {name: sum(counts[name] for counts in told.tables.values()) for name in names}
    return {"batch": told.batch, **sums,
            "tables": {name: counts for name, counts in told.tables.items() if any(counts.values())}}  # fmt: skip


def shown(ledger: Ledger, name: str) -> list[dict[str, Any]]:
    """The rows of a table as questions see them, without where they came from."""
    rows = ledger.rows(f'SELECT * EXCLUDE (batch, file, sheet, "row", extras) FROM {name}')
    return sorted(rows, key=repr)


def columns_seen(ledger: Ledger, name: str) -> list[tuple[Any, ...]]:
    """Keys, amounts and days of the rows in force."""
    columns = {row["column_name"] for row in ledger.rows(f"DESCRIBE SELECT * FROM {name}")}
    found = []
    for row in ledger.rows(f"SELECT * FROM {name}"):
        found.append(tuple(str(row[column]) for column in (*KEYS[name], "amount_fen", "fiscal_year", "division_code")
                           if column in columns))  # fmt: skip
    return sorted(found)


def columns_told(rows: list[Row], name: str) -> list[tuple[Any, ...]]:
    """The same by the oracle."""
    found = []
    for row in rows:
        says: dict[str, Any] = {"amount_fen": None, **meaning(name, row)}
        if "amount" in says:
            says["amount_fen"] = says["amount"]
        chosen = [*KEYS[name], *(["amount_fen"] if "amount" in says else []),
                  *(one for one in ("fiscal_year", "division_code") if one in says)]  # fmt: skip
        found.append(tuple(str(says[column]) for column in chosen))
    return sorted(found)


@pytest.fixture(scope="module", params=range(HISTORIES))
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> History:
    made = History(tmp_path_factory.mktemp("history"), SEED * 1000 + request.param)
    made.begin()
    made.note()
    while len(made.books.batches) < STEPS:
        made.step()
        made.note()
    return made


def test_rows_in_force_as_known_at_every_batch_are_the_oracles(history: History) -> None:
    for known in range(1, len(history.books.batches) + 1):
        ledger = lineage.open(history.ledger, as_known=known, as_of=LAST)
        for name, rows in history.books.in_force(known).items():
            if name != "divisions":
                assert columns_seen(ledger, name) == columns_told(rows, name), (known, name, history.said)
        assert str(lineage.open(history.ledger, as_known=known).as_of or "") == history.books.latest_date(known)


def test_a_history_answers_as_its_rows_loaded_at_once(history: History, tmp_path: Path) -> None:
    last = len(history.books.batches)
    for known in (last, history.random.randint(1, last - 1)):
        at_once = load_at_once(tmp_path / str(known), history, known)
        ledger = lineage.open(history.ledger, as_known=known)
        for name in ORDER:
            if name != "divisions":
                assert shown(ledger, name) == shown(at_once, name), (known, name, history.said)
        for name, question in asked(at_once).items():
            if name == "rank" and known < last:
                continue  # whether a finding still holds is judged on the latest version
            assert plain(question(ledger)) == plain(question(at_once)), (known, name, history.said)


def test_a_history_verifies_whole(history: History) -> None:
    assert not verify(history.ledger).problem, history.said


def load_at_once(folder: Path, history: History, known: int) -> Ledger:
    """A ledger of the rows in force at a batch and nothing else, with the links accepted then."""
    folder.mkdir()
    write_tables(folder / "bundle", {name: rows for name, rows in history.books.in_force(known).items() if rows}, {})
    if not any(history.books.in_force(known).values()):
        pytest.skip("nothing is in force")
    shutil.copy(key_file(history.ledger), folder / "ledger.key")  # the same tokens
    result = loaders.load(folder / "ledger", [folder / "bundle"], at=AT, profile=history.profile, derive=False)
    assert not result.rejected, result.rejects[:3]
    accept(folder / "ledger", history.decided[known], "by chance", by="tests", at=AT)
    return lineage.open(folder / "ledger")


def asked(ledger: Ledger) -> dict[str, Any]:
    """Every question that the rows answer, by name: a function each."""
    questions: dict[str, Any] = {
        "check": lambda one: queries.check(one).to_json(),
        "rank": lambda one: queries.rank(one).to_json(),
        "repair": lambda one: [proposal.to_json() for proposal in propose(one)],
    }
    for calibre in ("2017", "next"):
        questions[f"overview {calibre}"] = lambda one, calibre=calibre: queries.overview(one, calibre=calibre).to_json()
    for row in ledger.rows("SELECT record FROM nodes ORDER BY record"):
        for direction in ("up", "down"):
            questions[f"{row['record']} {direction}"] = lambda one, record=row["record"], direction=direction: (
                one.trace(record, direction=direction).to_json()
            )
    return questions


def plain(answer: Any) -> Any:
    """An answer without what tells one ledger from another."""
    if isinstance(answer, dict):
        return {key: plain(value) for key, value in answer.items() if key not in ("version", "as_known", "batch")}
    return [plain(one) for one in answer] if isinstance(answer, list) else answer

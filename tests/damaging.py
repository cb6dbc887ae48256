"""Made provinces with links taken out or misspelt, and what each lost link was: what `repair` is measured on."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from loaders.province import make_province

Row = dict[str, str]
Link = tuple[str, str]
KINDS = ("received", "given", "paid", "carried")


@dataclass(slots=True)
class Damage:
    """The bundle's folder, and per kind of link those lost, as (from, to); mutable while rows are spoilt."""

    bundle: Path
    lost: dict[str, set[Link]] = field(default_factory=lambda: {kind: set() for kind in KINDS})


def misspelt(text: str, dice: random.Random) -> str:
    """A reference as people mistype it: another sign, a blank, brackets, a hyphen lost, digits swapped, a zero more."""
    digits = [place for place, sign in enumerate(text) if sign.isdigit()]
    place = dice.choice(digits)
    ways: list[Callable[[], str]] = [
        lambda: text.replace("-", "", 1), lambda: text.replace("-", " ", 1), lambda: f"（{text}）",
        lambda: text[:place] + "\u00a0" + text[place:], lambda: text[:place] + "0" + text[place:],
        lambda: text[:place] + {"0": "O", "1": "l", "5": "S"}.get(text[place], "0") + text[place + 1 :],
        lambda: text[: digits[-2]] + text[digits[-1]] + text[digits[-2]],
    ]
    changed = dice.choice(ways)()
    return changed if changed != text else f"{text}."


def misquoted(number: str, dice: random.Random) -> str:
    """A document number as people mistype it: another year, brackets, blanks, a digit wrong or left out."""
    digits = [place for place, sign in enumerate(number) if sign.isdigit()]
    place = dice.choice(digits[4:])
    return dice.choice((
        number.replace("2017", "2016").replace("2018", "2017"), number.replace("〔", "(").replace("〕", "]"),
        number.replace("号", " 号"), number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :],
        number[:place] + number[place + 1 :], number.replace("号", ""),
    ))


def damaged(
    folder: Path, payments: int, seed: int, part: float, faults: str | tuple[str, ...] = ()
) -> Damage:
    """A made province of which `part` of the references of each kind are emptied or misspelt.

    Half of its carry-over transfers become a `previous_id` first, so that these are lost as well.
    """
    make_province(folder, payments, seed, faults)
    dice = random.Random(seed)
    damage = Damage(folder)
    earlier: dict[str, str] = {}

    known = {row[key] for table, key in (("indicators", "indicator_id"), ("allocations", "allocation_id"))
             for row in _rows(folder / f"{table}.csv")}

    def spoilt(row: Row, column: str, empty: float) -> bool:
        """Empty or misspell a reference; never into the name of another record, which no one could tell is missing."""
        if not row.get(column) or row.get("reverses") or dice.random() >= part:
            return False
        kind, _, name = row[column].rpartition(":")
        slip = misspelt(name, dice)
        row[column] = "" if dice.random() < empty or slip in known else f"{kind}:{slip}".removeprefix(":")
        return True

    def transfer(row: Row) -> None:
        if row["kind"] == "carry_over" and row["target_id"] and dice.random() < 0.5:
            earlier[row["target_id"]] = row["source_id"].removeprefix("indicator:")
            row["kind"] = ""
            return
        name, source, target = f"transfer:{row['transfer_id']}", row["source_id"], row["target_id"]
        if spoilt(row, "target_id", 0.6):
            damage.lost["received"].add((name, f"indicator:{target}"))
        elif spoilt(row, "source_id", 0.5):
            damage.lost["given"].add((source, name))

    def payment(row: Row) -> None:
        indicator = row["indicator_id"]
        if spoilt(row, "indicator_id", 0.5):
            damage.lost["paid"].add((f"indicator:{indicator}", f"payment:{row['payment_id']}"))

    def indicator(row: Row) -> None:
        mine = f"indicator:{row['indicator_id']}"
        row["previous_id"] = before = earlier.get(row["indicator_id"], row["previous_id"])
        if spoilt(row, "previous_id", 0.5):
            damage.lost["carried"].add((f"indicator:{before}", mine))
        if row["superior_doc_no"] and mine in received and dice.random() < 0.5:
            row["superior_doc_no"] = misquoted(row["superior_doc_no"], dice)

    _rewrite(folder / "transfers.csv", transfer)
    received = {target for _, target in damage.lost["received"]}
    _rewrite(folder / "payments.csv", payment)
    _rewrite(folder / "indicators.csv", indicator)
    return damage


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _rewrite(path: Path, change: Callable[[Row], None]) -> None:
    rows = _rows(path)
    for row in rows:
        change(row)
    rows = [row for row in rows if row.get("kind", "kept")]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def healed(damage: Damage, folder: Path) -> Path:
    """The bundle with every reference that was lost as it was: what it is once the true links are accepted."""
    shutil.copytree(damage.bundle, folder)
    received = {source: target.removeprefix("indicator:") for source, target in damage.lost["received"]}
    given = {target: source for source, target in damage.lost["given"]}
    paid = {target: source.removeprefix("indicator:") for source, target in damage.lost["paid"]}
    carried = {target: source.removeprefix("indicator:") for source, target in damage.lost["carried"]}

    def fill(kind: str, key: str, column: str, known: dict[str, str]) -> Callable[[Row], None]:
        def change(row: Row) -> None:
            row[column] = known.get(f"{kind}:{row[key]}", row[column])

        return change

    _rewrite(folder / "transfers.csv", fill("transfer", "transfer_id", "target_id", received))
    _rewrite(folder / "transfers.csv", fill("transfer", "transfer_id", "source_id", given))
    _rewrite(folder / "payments.csv", fill("payment", "payment_id", "indicator_id", paid))
    _rewrite(folder / "indicators.csv", fill("indicator", "indicator_id", "previous_id", carried))
    return folder

"""A reconciliation as sheets of a workbook: differences, causes with what to do and whose task, records, changes.

Invariant: amounts are exact in the unit chosen (万元 has six decimals of fen); only what a cell shows is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.exports.rows import Cell, Sheet
from lineage.exports.workbook import write_sheets
from lineage.money import fen_in
from lineage.words import Language, say
from queries.described import Description, describe

if TYPE_CHECKING:
    from lineage.ledger import Ledger
    from queries.reconcile import Difference, Reconciliation


@dataclass(frozen=True, slots=True)
class Style:
    """Language and unit (元, 万元, 亿元) of a workbook."""

    language: Language = "zh"
    unit: str = "万元"

    def word(self, name: str) -> str:
        """A heading or text of reconciliation."""
        return say(f"reconcile.{name}", self.language)

    def money(self, name: str) -> str:
        """The heading of an amount column."""
        return say("reconcile.in_unit", self.language, name=self.word(name), unit=self.unit)

    def amount(self, fen: int) -> str:
        """Exactly so many of the unit, as digits."""
        return format(Decimal(fen) / fen_in(self.unit), "f")


@dataclass(frozen=True, slots=True)
class Book:
    """A reconciliation with the words of the records it names."""

    found: Reconciliation
    style: Style
    words: dict[str, Description] = field(repr=False)

    @classmethod
    def of(cls, ledger: Ledger, found: Reconciliation, style: Style) -> Book:
        """Look the records of all causes up."""
        named = (record.record for one in found.differences for cause in one.causes for record in cause.records)
        return cls(found, style, describe(ledger, named))

    def sheets(self) -> list[Sheet]:
        """All sheets of one workbook."""
        every = [self._differences(), self._causes(), self._records(), self._explanations()]
        if self.found.earlier:
            every.append(self._changes(self.found.earlier))
        return every

    def _row(self, one: Difference) -> list[Cell]:
        return [
            one.division_code,
            one.division_name,
            self.style.word(f"measure_{one.measure}"),
            self.style.word(f"tier_{one.tier}"),
        ]

    def _sheet(self, name: str, words: Iterable[str], amounts: Iterable[str], rows: list[list[Cell]]) -> Sheet:
        money = {column: self.style.money(column) for column in amounts}
        columns = tuple(money.get(column) or self.style.word(column) for column in words)
        return Sheet(
            self.style.word(f"sheet_{name}"), columns, tuple(tuple(row) for row in rows), tuple(money.values())
        )

    def _differences(self) -> Sheet:
        amounts = ("system", "report", "difference", "unexplained", "outside", "rounding")
        rows = [
            [
                *self._row(one),
                *map(
                    self.style.amount,
                    (
                        one.system_fen,
                        one.report_fen,
                        one.difference_fen,
                        one.unexplained_fen,
                        one.outside_treasury_at_most_fen,
                        one.rounding_at_most_fen,
                    ),
                ),
            ]
            for one in self.found.differences
        ]
        return self._sheet("differences", ("division", "name", "measure", "tier", *amounts), amounts, rows)

    def _causes(self) -> Sheet:
        rows: list[list[Cell]] = []
        for one in self.found.differences:
            named = [(cause.name, cause.amount_fen) for cause in one.causes] + [("unexplained", one.unexplained_fen)]
            rows += [
                [
                    *self._row(one),
                    self.style.word(f"cause_{name}"),
                    self.style.amount(fen),
                    self.style.word(f"do_{name}"),
                    self.style.word(f"office_{name}"),
                ]
                for name, fen in named
                if fen
            ]
        return self._sheet(
            "causes", ("division", "name", "measure", "tier", "cause", "amount", "do", "office"), ("amount",), rows
        )

    def _records(self) -> Sheet:
        rows: list[list[Cell]] = []
        for one in self.found.differences:
            for cause in one.causes:
                for record in cause.records:
                    said = self.words.get(record.record)
                    because = record.because if record.because != cause.name else None
                    rows.append(
                        [
                            *self._row(one),
                            self.style.word(f"cause_{cause.name}"),
                            record.record,
                            self.style.amount(record.amount_fen),
                            said.doc_no if said else "",
                            said.title if said else "",
                            said.date.isoformat() if said and said.date else None,
                            self.style.word(f"cause_{because}") if because else "",
                        ]
                    )
        return self._sheet(
            "records",
            ("division", "name", "measure", "tier", "cause", "record", "amount", "doc_no", "title", "date", "because"),
            ("amount",),
            rows,
        )

    def _explanations(self) -> Sheet:
        rows = [
            [
                *self._row(one),
                said.why,
                None if said.amount_fen is None else self.style.amount(said.amount_fen),
                said.by,
                said.at,
            ]
            for one in self.found.differences
            for said in one.explanations
        ]
        return self._sheet(
            "explanations",
            ("division", "name", "measure", "tier", "explanation", "amount", "by", "at"),
            ("amount",),
            rows,
        )

    def _changes(self, earlier: Reconciliation) -> Sheet:
        from queries.reconcile_since import bridge

        rows: list[list[Cell]] = []
        for change in bridge(earlier, self.found):
            division, measure, tier = change.key
            start = [
                division,
                self.style.word(f"measure_{measure}"),
                self.style.word(f"tier_{tier}"),
                *(None if fen is None else self.style.amount(fen) for fen in (change.earlier_fen, change.later_fen)),
            ]
            moved = [(cause.cause, cause.amount_fen) for cause in change.causes]
            moved += [("unexplained", change.unexplained_fen)] if change.unexplained_fen else []
            rows += [[*start, self.style.word(f"cause_{name}"), self.style.amount(fen)] for name, fen in moved]
        return self._sheet(
            "changes",
            ("division", "measure", "tier", "earlier", "later", "cause", "change"),
            ("earlier", "later", "change"),
            rows,
        )


def write_workbook(ledger: Ledger, found: Reconciliation, path: Path, style: Style) -> None:
    """One workbook with everything."""
    write_sheets(Book.of(ledger, found, style).sheets(), path)


def write_each(ledger: Ledger, found: Reconciliation, folder: Path, style: Style) -> list[Path]:
    """One workbook for every division that reports; gives the files written, by division."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = Book.of(ledger, found, style)
    written = []
    for code in dict.fromkeys(one.division_code for one in found.differences):
        path = folder / f"{code}.xlsx"
        write_sheets(replace(whole, found=_of_division(found, code)).sheets(), path)
        written.append(path)
    return written


def _of_division(found: Reconciliation, code: str) -> Reconciliation:
    mine = tuple(one for one in found.differences if one.division_code == code)
    earlier = _of_division(found.earlier, code) if found.earlier else None
    return replace(found, differences=mine, earlier=earlier)

"""Random tangled ledgers as bundles of CSV rows: what is hostile but loadable, for differential tests.

Reversals of every kind and over-reversals, rings of transfers and of carry-overs, records that feed themselves, named
draws into right and wrong pools, document links written in many ways, carry-overs twice told, dangling, missing and
bare references, nothing, void, undated and future rows, receipts from outside, opening balances, adjustments, one-card
batches fed from two sides; amounts of a few fen (so that ties abound) or near 10^16 fen.

A ledger holds many worlds that share nothing but divisions and accounts' layout: each has a mark in all its ids and
numbers, so that one load serves many comparisons and each world is also an unrelated batch to all others.
"""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

from tests.oracle.network import Row, Tables, tables_of

EXAMPLE = Path(__file__).parents[1] / "examples" / "tangled" / "bundle"
COLUMNS = {
    "allocations": "allocation_id,fiscal_year,division_code,source,doc_no,date,amount,function_code,poverty",
    "transfers": "transfer_id,kind,source_id,target_id,to_division_code,doc_no,issue_date,receive_date,amount,poverty,"
                 "reverses",
    "indicators": "indicator_id,fiscal_year,division_code,superior_doc_no,date,amount,function_code,expenditure_kind,"
                  "origin,poverty,previous_id",
    "payments": "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,account_id,"
                "one_card_batch_id,transfer_id,reverses",
    "special_accounts": "account_id,division_code,name,accounting_enabled,opening_balance,opening_poverty,opening_date",
    "account_entries": "entry_id,account_id,date,direction,amount,payment_id,one_card_batch_id,poverty,reverses",
    "one_card_batches": "batch_id,division_code,pay_date,amount,person_count,programme",
    "one_card_payments": "one_card_payment_id,batch_id,person_id,month,amount,status",
    "indicator_adjustments": "adjustment_id,indicator_id,date,amount,function_code,poverty",
}
MOST_FEN = 10**16
BRACKETS = ("〔〕", "[]", "（）", "()", "［］", "【】", "﹝﹞")


class World:
    """One made world; mutable while it is made. `tables` holds its rows, all cells text."""

    def __init__(self, seed: int, mark: str = "", size: int = 30, most: int = MOST_FEN) -> None:
        self.random = random.Random(seed)
        self.mark, self.number = mark, seed
        self.size = size
        self.most = self.random.choice((3, 40, 100_000, 10**11, most))
        self.days = self.random.choice((1, 3, 27))
        self.tables: Tables = {name: [] for name in COLUMNS}
        self.parents = {row["division_code"]: row["fiscal_parent"] for row in tables_of(EXAMPLE)["divisions"]}
        self.home = self.random.sample(sorted(self.parents), 3)

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def yuan(self) -> str:
        fen = 0 if self.chance(0.03) else self.random.randint(1, self.most)
        return text_of(fen)

    def day(self) -> str:
        return f"2017-0{self.random.randint(1, 3)}-{self.random.randint(1, self.days):02d}"

    def flag(self) -> str:
        return self.random.choice(("", "true", "false"))

    def division(self) -> str:
        code = self.random.choice(self.home)
        return self.parents[code] if self.chance(0.3) and self.parents[code] else code

    def doc_no(self) -> str:
        left, right = self.random.choice(BRACKETS)
        before = self.random.choice(("", "", "第", "0", "第00"))
        number = self.number % 100_000 * 10 + self.random.randint(1, 4)
        return f"豫财农{left}2017{right}{before}{number}{self.random.choice(('号', '号', ' 号'))}"

    def some(self, table: str, kind: str = "") -> str:
        key = COLUMNS[table].split(",")[0]
        name = self.random.choice(self.tables[table])[key] if self.tables[table] else ""
        return f"{kind}:{name}" if kind and name and self.chance(0.2) else name

    def named(self, letter: str, number: int) -> str:
        """An id; their order by code point is not that of their numbers."""
        return f"{self.mark}{letter}{self.random.choice(('', '', 'z', '票', 'É', '-'))}{number}"

    def add(self, table: str, **values: str) -> Row:
        row = dict.fromkeys(COLUMNS[table].split(","), "") | values
        self.tables[table].append(row)
        return row

    def reverse(self, table: str, row: Row, part: float) -> None:
        """Take some, all, or more than all of a row back; now and then what is not there, or a reversal."""
        key = COLUMNS[table].split(",")[0]
        while self.chance(part):
            whole = abs(fen_of(row["amount"]))
            fen = -(whole * self.random.choice((1, 3, 10, 12)) // 10 or 1)
            original = row[key] if self.chance(0.9) else self.mark + "GONE"
            kind = {"transfers": "transfer", "payments": "payment", "account_entries": "account_entry"}[table]
            changes = {key: f"{self.mark}R{len(self.tables[table])}{kind[0]}", "amount": text_of(max(fen, -MOST_FEN)),
                       "reverses": f"{kind}:{original}" if self.chance(0.3) else original}
            dated = {"transfers": "issue_date", "payments": "pay_date", "account_entries": "date"}[table]
            if self.chance(0.5):
                changes[dated] = self.day()
            if table == "payments" and self.chance(0.2):
                changes["status"] = "void"
            row = self.add(table, **(row | changes))

    def make(self) -> Tables:
        """All rows of the world."""
        for number in range(self.random.randint(1, 4)):
            source = self.random.choice(("central", "city", "county", "bond", "relocation_financing", "donation"))
            self.add("allocations", allocation_id=self.named("A", number), fiscal_year="2017",
                     division_code=self.division(), source=source, date=self.day(), amount=self.yuan(),
                     poverty=self.flag(), function_code=self.random.choice(("2130504", "2050204", "")))
        for number in range(self.size // 3):
            self.indicator(number)
        for number in range(3):
            opening = self.chance(0.3)
            self.add("special_accounts", account_id=self.named("S", number), division_code=self.division(), name="专户",
                     accounting_enabled=self.random.choice(("true", "false")),
                     opening_balance=self.yuan() if opening else "",
                     opening_poverty=self.yuan() if opening and self.chance(0.4) else "",
                     opening_date=self.day() if opening and self.chance(0.7) else "")
            self.add("one_card_batches", batch_id=self.named("B", number), division_code=self.division(),
                     pay_date=self.day(), amount=self.yuan(), person_count="2", programme="补贴")
        for number in range(self.size):
            self.transfer(number)
        for number in range(self.size):
            self.payment(number)
        for number in range(self.size // 3):
            self.entry(number)
            self.add("one_card_payments", one_card_payment_id=self.named("C", number),
                     batch_id=self.some("one_card_batches", "one_card_batch") if self.chance(0.95) else "GONE",
                     person_id=f"H{number}", month="2017-02", amount=self.yuan(),
                     status="returned" if self.chance(0.1) else "paid")
        return self.tables

    def indicator(self, number: int) -> None:
        origin = self.random.choice(("own", "superior", "superior", "carry_over"))
        name = self.named("I", number)
        chance = self.random.random()
        earlier = self.some("indicators", "indicator") if chance < 0.25 else ""
        earlier = name if chance > 0.97 else self.mark + "GONE" if chance > 0.95 else earlier
        row = self.add("indicators", indicator_id=name, fiscal_year="2017", division_code=self.division(),
                       superior_doc_no=self.doc_no() if self.chance(0.5) else "", date=self.day(), amount=self.yuan(),
                       function_code=self.random.choice(("2130504", "2050204", "")), origin=origin,
                       expenditure_kind=self.random.choice(("", "basic", "project")), poverty=self.flag(),
                       previous_id=earlier)
        if self.chance(0.05) and number:
            self.random.choice(self.tables["indicators"])["previous_id"] = name
        if self.chance(0.15):
            less = -self.random.randint(0, min(self.most, MOST_FEN // 2))
            self.add("indicator_adjustments", adjustment_id=self.named("J", number), date=self.day(),
                     poverty=self.flag(), indicator_id=row["indicator_id"], amount=text_of(less),
                     function_code=self.random.choice(("", "2130504", "2050204")))

    def transfer(self, number: int) -> None:
        if self.chance(0.3):
            name = self.some("allocations")
            source = name if self.chance(0.1) else "allocation:" + name
        else:
            name = self.some("indicators") if self.chance(0.95) else self.mark + "GONE"
            source = name if self.chance(0.1) else "indicator:" + name
        if self.chance(0.03):
            source = ""
        target = self.some("indicators", "indicator") if self.chance(0.7) else ""
        target = self.mark + "GONE" if not target and self.chance(0.1) else target
        kind = self.random.choice(("issue", "issue", "breakdown", "carry_over", "integration"))
        row = self.add("transfers", transfer_id=self.named("T", number), kind=kind, source_id=source,
                       target_id=target, to_division_code=self.division(),
                       doc_no=self.doc_no() if self.chance(0.6) else "",
                       issue_date=self.day(), receive_date=self.day() if target and self.chance(0.5) else "",
                       amount=self.yuan(), poverty=self.flag())
        self.reverse("transfers", row, 0.1)

    def payment(self, number: int) -> None:
        chance = self.random.random()
        indicator = self.some("indicators") if chance < 0.94 else self.mark + "GONE" if chance < 0.97 else ""
        coming = [row["transfer_id"] for row in self.tables["transfers"]
                  if indicator and row["target_id"].removeprefix("indicator:") == indicator]
        named = self.random.choice(coming) if coming and self.chance(0.3) else ""
        named = self.some("transfers", "transfer") if self.chance(0.05) else named
        row = self.add("payments", payment_id=self.named("P", number), indicator_id=indicator,
                       division_code=self.division(), amount=self.yuan(),
                       pay_date="" if self.chance(0.04) else self.day(),
                       status=self.random.choice(("void", "pending")) if self.chance(0.06) else "valid",
                       method="direct", payee_kind="village", payee_name="村",
                       account_id=self.some("special_accounts", "special_account") if self.chance(0.3) else "",
                       transfer_id=named)
        if self.chance(0.3):
            row["one_card_batch_id"] = self.some("one_card_batches", "one_card_batch")
        self.reverse("payments", row, 0.1)

    def entry(self, number: int) -> None:
        receipt = self.chance(0.35)
        row = self.add("account_entries", entry_id=self.named("E", number), date=self.day(),
                       account_id=self.some("special_accounts", "special_account") if self.chance(0.95) else "GONE",
                       direction="receipt" if receipt else "expenditure", amount=self.yuan(),
                       payment_id=self.some("payments") if receipt and self.chance(0.3) else "",
                       one_card_batch_id=self.some("one_card_batches") if not receipt and self.chance(0.5) else "",
                       poverty=self.flag())
        self.reverse("account_entries", row, 0.1)

    def corrected(self, part: float = 0.15) -> Tables:
        """A second version of some rows: other amounts, dates, references, flags; never another division or year."""
        found: Tables = {name: [] for name in self.tables}
        for name, rows in self.tables.items():
            for row in rows:
                if self.chance(part):
                    found[name].append(self._changed(name, row))
        return found

    def _changed(self, name: str, row: Row) -> Row:
        row = dict(row)
        other = self.random.choice(self.tables[name])
        for column in ("date", "issue_date", "receive_date", "poverty", "target_id", "indicator_id", "account_id",
                       "one_card_batch_id", "superior_doc_no", "transfer_id", "status", "opening_date"):
            if column in row and column != COLUMNS[name].split(",")[0] and self.chance(0.3):
                row[column] = other[column]
        if not row.get("reverses") and name != "indicator_adjustments" and "amount" in row:
            row["amount"] = self.yuan()
        return row


def text_of(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen_of(text: str) -> int:
    return (-1 if text.startswith("-") else 1) * int(text.lstrip("-").replace(".", ""))


def write_bundle(folder: Path, worlds: list[Tables], seed: int = 0) -> None:
    """Write tables of many worlds as one bundle, its rows in a random order."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLE / "divisions.csv", folder)
    for name, columns in COLUMNS.items():
        rows = [row for tables in worlds for row in tables.get(name, ())]
        random.Random(seed).shuffle(rows)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns.split(","))
            writer.writeheader()
            writer.writerows(rows)

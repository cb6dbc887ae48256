"""Random tangled bundles as CSV files: what a hostile but loadable ledger looks like, for differential tests.

Reversals and over-reversals, rings of transfers, named draws, document links, carry-overs twice told, dangling and
missing references, void and undated payments, receipts from outside, one-card batches fed from two sides.
"""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "tangled" / "bundle"
COLUMNS = {
    "allocations": "allocation_id,fiscal_year,division_code,source,doc_no,date,amount,function_code,poverty",
    "transfers": "transfer_id,kind,source_id,target_id,to_division_code,doc_no,issue_date,receive_date,amount,poverty,"
                 "reverses",
    "indicators": "indicator_id,fiscal_year,division_code,superior_doc_no,date,amount,function_code,expenditure_kind,"
                  "origin,poverty,previous_id",
    "payments": "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,account_id,"
                "one_card_batch_id,transfer_id,reverses",
    "special_accounts": "account_id,division_code,name,accounting_enabled",
    "account_entries": "entry_id,account_id,date,direction,amount,payment_id,one_card_batch_id,poverty,reverses",
    "one_card_batches": "batch_id,division_code,pay_date,amount,person_count,programme",
    "one_card_payments": "one_card_payment_id,batch_id,person_id,month,amount,status",
}
PROVINCE = "410000000"


class _Bundle:
    def __init__(self, seed: int, size: int) -> None:
        self.random = random.Random(seed)
        self.size = size
        self.most = self.random.choice((40, 100_000, 10**11))
        self.rows: dict[str, list[dict[str, str]]] = {name: [] for name in COLUMNS}
        with (EXAMPLE / "divisions.csv").open(encoding="utf-8", newline="") as file:
            self.parents = {row["division_code"]: row["fiscal_parent"] for row in csv.DictReader(file)}

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def yuan(self) -> str:
        fen = self.random.randint(1, self.most)
        return f"{fen // 100}.{fen % 100:02d}"

    def day(self) -> str:
        return f"2017-0{self.random.randint(1, 3)}-{self.random.randint(1, 9):02d}"

    def division(self) -> str:
        return self.random.choice(sorted(self.parents))

    def some(self, table: str) -> str:
        key = COLUMNS[table].split(",")[0]
        return self.random.choice(self.rows[table])[key] if self.rows[table] else ""

    def add(self, table: str, **values: str) -> dict[str, str]:
        row = dict.fromkeys(COLUMNS[table].split(","), "") | values
        self.rows[table].append(row)
        return row

    def reverse(self, table: str, row: dict[str, str], part: float) -> None:
        """Take some, or more than all, of a row back."""
        key = COLUMNS[table].split(",")[0]
        if self.chance(part):
            fen = -round(int(row["amount"].replace(".", "")) * self.random.choice((0.3, 1, 1.2))) or -1
            self.add(table, **(row | {key: "R" + row[key], "reverses": row[key], "amount": f"{fen / 100:.2f}"}))

    def make(self) -> None:
        for number in range(4):
            source = self.random.choice(("central", "city", "county", "bond", "relocation_financing"))
            self.add("allocations", allocation_id=f"A{number}", fiscal_year="2017", division_code=self.division(),
                     source=source, date=self.day(), amount=self.yuan(), poverty=self.random.choice(("true", "false")),
                     function_code=self.random.choice(("2130504", "2050204")))
        for number in range(self.size // 3):
            self.indicator(number)
        for number in range(3):
            self.add("special_accounts", account_id=f"S{number}", division_code=self.division(), name="专户",
                     accounting_enabled=self.random.choice(("true", "false")))
            self.add("one_card_batches", batch_id=f"B{number}", division_code=self.division(), pay_date=self.day(),
                     amount=self.yuan(), person_count="2", programme="补贴")
        for number in range(self.size):
            self.transfer(number)
        for number in range(self.size):
            self.payment(number)
        for number in range(self.size // 3):
            self.entry(number)
            self.add("one_card_payments", one_card_payment_id=f"C{number}", batch_id=self.some("one_card_batches"),
                     person_id=f"H{number}", month="2017-02", amount=self.yuan(),
                     status="returned" if self.chance(0.1) else "paid")

    def indicator(self, number: int) -> None:
        origin = self.random.choice(("own", "superior", "superior", "carry_over"))
        earlier = self.some("indicators") if self.chance(0.25) else ""
        self.add("indicators", indicator_id=f"I{number}", fiscal_year="2017", division_code=self.division(),
                 superior_doc_no=f"豫财农（2017）{self.random.randint(1, 5)}号" if self.chance(0.5) else "",
                 date=self.day(), amount=self.yuan(), function_code=self.random.choice(("2130504", "2050204")),
                 expenditure_kind=self.random.choice(("", "basic", "project")), origin=origin,
                 poverty=self.random.choice(("true", "false")), previous_id=earlier)

    def transfer(self, number: int) -> None:
        if self.chance(0.3):
            source = "allocation:" + self.some("allocations")
        else:
            source = "indicator:" + (self.some("indicators") if self.chance(0.95) else "GONE")
        target = self.some("indicators") if self.chance(0.7) else "GONE" if self.chance(0.1) else ""
        kind = self.random.choice(("issue", "issue", "breakdown", "carry_over"))
        row = self.add("transfers", transfer_id=f"T{number}", kind=kind, source_id=source,
                       target_id=target, to_division_code=self.division(),
                       doc_no=f"豫财农〔2017〕{self.random.randint(1, 5)}号" if self.chance(0.6) else "",
                       issue_date=self.day(), receive_date=self.day() if target and self.chance(0.5) else "",
                       amount=self.yuan(), poverty=self.random.choice(("", "true", "false")))
        self.reverse("transfers", row, 0.1)

    def payment(self, number: int) -> None:
        chance = self.random.random()
        indicator = self.some("indicators") if chance < 0.94 else "GONE" if chance < 0.97 else ""
        coming = [row["transfer_id"] for row in self.rows["transfers"] if row["target_id"] == indicator and indicator]
        row = self.add("payments", payment_id=f"P{number}", indicator_id=indicator, division_code=self.division(),
                       amount=self.yuan(), pay_date="" if self.chance(0.04) else self.day(),
                       status="void" if self.chance(0.05) else "valid", method="direct", payee_kind="village",
                       payee_name="村", account_id=self.some("special_accounts") if self.chance(0.3) else "",
                       transfer_id=self.random.choice(coming) if coming and self.chance(0.3) else "")
        if not row["account_id"] and self.chance(0.3):
            row["one_card_batch_id"] = self.some("one_card_batches")
        self.reverse("payments", row, 0.1)

    def entry(self, number: int) -> None:
        receipt = self.chance(0.35)
        row = self.add("account_entries", entry_id=f"E{number}", account_id=self.some("special_accounts"),
                       date=self.day(), direction="receipt" if receipt else "expenditure", amount=self.yuan(),
                       payment_id=self.some("payments") if receipt and self.chance(0.3) else "",
                       one_card_batch_id=self.some("one_card_batches") if not receipt and self.chance(0.5) else "",
                       poverty=self.random.choice(("", "true", "false")))
        self.reverse("account_entries", row, 0.1)


def write_random_bundle(folder: Path, seed: int, size: int = 30) -> None:
    """Write a bundle of about 3 × size records; the same for the same seed, its rows in a random order."""
    bundle = _Bundle(seed, size)
    bundle.make()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLE / "divisions.csv", folder)
    for name, rows in bundle.rows.items():
        bundle.random.shuffle(rows)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[name].split(","))
            writer.writeheader()
            writer.writerows(rows)

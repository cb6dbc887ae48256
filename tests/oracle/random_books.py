"""Random small ledgers on which every question has something to say: the differential tests of rules and measures.

Unlike `random_ledger`, which tangles the graph, the rows here are nearly right: amounts repeat so that a typed
indicator equals a transfer or a sum of them, documents are quoted, balances are carried on, accounts are kept or not,
batches and reports nearly agree, and any field that may be empty sometimes is.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

PROVINCE, CITY, OTHER_CITY = "410000000", "410100000", "410200000"
COUNTY, DIRECT, FAR_COUNTY, TOWN = "410122000", "410181000", "410221000", "410122101"
PARENTS = {
    PROVINCE: "",
    CITY: PROVINCE,
    OTHER_CITY: PROVINCE,
    COUNTY: CITY,
    DIRECT: PROVINCE,
    FAR_COUNTY: OTHER_CITY,
    TOWN: COUNTY,
}
LEVELS = {PROVINCE: "province", CITY: "city", OTHER_CITY: "city", TOWN: "township"}
FUNCTIONS = ("2130504", "2130504", "2130599", "2050204", "2130301", "2020101", "")
COLUMNS = {
    "divisions": "division_code,name,level,fiscal_parent,direct,poverty_county",
    "agencies": "agency_code,name,division_code",
    "allocations": "allocation_id,fiscal_year,division_code,source,doc_no,date,amount,function_code,poverty",
    "transfers": "transfer_id,kind,source_id,target_id,to_division_code,doc_no,issue_date,receive_date,amount,poverty,"
    "reverses",
    "indicators": "indicator_id,fiscal_year,division_code,agency_code,doc_no,superior_doc_no,date,amount,function_code,"
    "expenditure_kind,origin,entry,integrated,poverty,previous_id",
    "payments": "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,"
    "payee_account,account_id,one_card_batch_id,transfer_id,doc_no,purpose,reverses",
    "special_accounts": "account_id,division_code,name,accounting_enabled",
    "account_entries": "entry_id,account_id,date,direction,amount,payment_id,payee_kind,payee_name,one_card_batch_id,"
    "poverty,purpose,reverses",
    "one_card_batches": "batch_id,division_code,pay_date,amount,person_count,programme",
    "one_card_payments": "one_card_payment_id,batch_id,person_id,month,amount,status",
    "daily_reports": "division_code,report_date,measure,tier,amount,cut_off_date",
    "fund_scope": "fiscal_year,function_code,doc_no,listed",
    "indicator_adjustments": "adjustment_id,indicator_id,date,amount,function_code,poverty",
}
Row = dict[str, str]


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen(text: str) -> int:
    return int(text.replace(".", ""))


class Maker:
    """Draws rows of one ledger; everything by one seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.rows: dict[str, list[Row]] = {name: [] for name in COLUMNS}
        self.fine = self.draw.choice((1, 10_000, 1_000_000))
        self.focus = self.draw.sample(sorted(PARENTS), 2)

    def chance(self, part: float) -> bool:
        return self.draw.random() < part

    def one(self, *options: str) -> str:
        return self.draw.choice(options)

    def amount(self) -> str:
        return yuan(self.draw.randint(1, 6) * self.fine * (1 if self.chance(0.8) else 3) + self.chance(0.1))

    def day(self, year: str = "2017") -> str:
        if self.chance(0.1):
            year = self.one("2016", "2017")
        return f"{year}-{self.draw.randint(1, 12):02d}-{self.draw.randint(1, 28):02d}"

    def division(self) -> str:
        """Often one of two, so that records meet."""
        if self.chance(0.02):
            return "419999000"
        return self.draw.choice(self.focus if self.chance(0.5) else sorted(PARENTS))

    def number(self) -> str:
        good = f"豫财农〔2017〕{self.draw.randint(1, 6)}号"
        bad = self.one(
            "财农2017-3", "豫财农(2015)2号", "豫财农〔2018〕2号", "豫财农［2017］第03号", "豫财农 〔2016〕 4 号"
        )
        return "" if self.chance(0.35) else bad if self.chance(0.15) else good

    def year(self) -> str:
        return "2016" if self.chance(0.25) else "2017"

    def add(self, table: str, **values: str) -> Row:
        row = dict.fromkeys(COLUMNS[table].split(","), "") | values
        self.rows[table].append(row)
        return row

    def some(self, table: str, lost: float = 0.03, *, need: bool = False) -> str:
        if self.chance(lost) or not self.rows[table]:
            return "GONE" if need or self.chance(0.7) else ""
        return self.draw.choice(self.rows[table])[COLUMNS[table].split(",")[0]]

    def reverse(self, table: str, row: Row, date_column: str, part: float = 0.08) -> None:
        key = COLUMNS[table].split(",")[0]
        if self.chance(part):
            back = -max(1, int(fen(row["amount"]) * self.draw.choice((0.4, 1, 1, 1.2))))
            self.add(
                table,
                **(row | {key: "R" + row[key], "reverses": row[key], "amount": yuan(back), date_column: self.day()}),
            )

    def make(self) -> None:
        for code, parent in PARENTS.items():
            self.add(
                "divisions",
                division_code=code,
                name="区划" + code,
                level=LEVELS.get(code, "county"),
                fiscal_parent=parent,
                direct="true" if code == DIRECT else "false",
            )
            self.add("agencies", agency_code=code + "001", name="单位" + code, division_code=code)
        for number in range(self.draw.randint(2, 5)):
            self.allocation(number)
        for number in range(self.draw.randint(4, 12)):
            self.indicator(number)
        for number in range(self.draw.randint(4, 16)):
            self.transfer(number)
        for number in range(self.draw.randint(0, 5)):
            self.typed(number)
        for number in range(2):
            self.add(
                "special_accounts",
                account_id=f"S{number}",
                division_code=self.division(),
                name="专户",
                accounting_enabled=self.one("true", "false"),
            )
            self.add(
                "one_card_batches",
                batch_id=f"B{number}",
                division_code=self.division(),
                pay_date=self.day(),
                amount=self.amount(),
                person_count="2",
                programme=self.one("低保", "产业补贴"),
            )
        for number in range(self.draw.randint(3, 16)):
            self.payment(number)
        if self.chance(0.15):
            self.rush()
        for number in range(self.draw.randint(0, 6)):
            self.entry(number)
        for number in range(self.draw.randint(0, 8)):
            self.add(
                "one_card_payments",
                one_card_payment_id=f"C{number}",
                batch_id=self.some("one_card_batches", need=True),
                person_id=f"H{self.draw.randint(1, 3)}",
                month=self.one("2017-02", "2017-03"),
                amount=self.amount(),
                status=self.one("paid", "paid", "paid", "returned"),
            )
        self.scope()
        self.reports()
        for number in range(self.draw.randint(0, 2) if self.chance(0.3) else 0):
            self.add(
                "indicator_adjustments",
                adjustment_id=f"J{number}",
                indicator_id=self.some("indicators", 0),
                date=self.day(),
                amount=yuan(self.draw.choice((1, -1)) * self.fine // 2 or 1),
                function_code=self.one("", "2130504", "2050204"),
                poverty=self.one("", "true", "false"),
            )

    def allocation(self, number: int) -> None:
        source = self.one(
            "central", "province", "province", "city", "county", "bond", "donation", "relocation_financing"
        )
        year = self.year()
        self.add(
            "allocations",
            allocation_id=f"A{number}",
            fiscal_year=year,
            source=source,
            doc_no=self.number(),
            division_code=PROVINCE if self.chance(0.6) else self.division(),
            date=self.day(year),
            amount=self.amount(),
            function_code=self.draw.choice(FUNCTIONS),
            poverty=self.one("true", "true", "false", ""),
        )

    def indicator(self, number: int) -> None:
        division, year = self.division(), self.year()
        earlier = self.some("indicators", 0.2) if self.chance(0.15) else ""
        quoted = self.number()
        if self.chance(0.05):
            quoted += "、" + self.number()
        self.add(
            "indicators",
            indicator_id=f"I{number}",
            fiscal_year=year,
            division_code=division,
            doc_no=self.number(),
            agency_code=division + "001" if self.chance(0.5) else "",
            superior_doc_no=quoted,
            date=self.day(year),
            amount=self.amount(),
            function_code=self.draw.choice(FUNCTIONS),
            expenditure_kind=self.one("", "", "project", "basic"),
            previous_id=earlier,
            origin=self.one("superior", "superior", "superior", "own", "own", "carry_over"),
            entry=self.one("", "linked", "manual"),
            integrated=self.one("", "", "true", "false"),
            poverty=self.one("true", "true", "false", ""),
        )

    def transfer(self, number: int) -> None:
        target = self.draw.choice(self.rows["indicators"])
        kind = self.one("issue", "issue", "issue", "breakdown", "carry_over", "integration")
        to = target["division_code"] if self.chance(0.9) else self.division()
        wanted = PARENTS.get(to, PROVINCE) if kind == "issue" else to
        givers = [
            "indicator:" + row["indicator_id"] for row in self.rows["indicators"] if row["division_code"] == wanted
        ]
        givers += [
            "allocation:" + row["allocation_id"] for row in self.rows["allocations"] if row["division_code"] == wanted
        ]
        source = (
            self.draw.choice(givers) if givers and self.chance(0.85) else "indicator:" + self.some("indicators", 0.1)
        )
        received = self.chance(0.55)
        issued = self.day()
        row = self.add(
            "transfers",
            transfer_id=f"T{number}",
            kind=kind,
            source_id="" if self.chance(0.04) else source,
            target_id=target["indicator_id"] if received else self.one("", "", "", "", "GONE"),
            to_division_code=to,
            issue_date=issued,
            receive_date=self.day() if received and self.chance(0.5) else "",
            doc_no=target["superior_doc_no"] if self.chance(0.5) else self.number(),
            amount=target["amount"] if self.chance(0.6) else self.amount(),
            poverty=self.one("", "", "", "true", "false"),
        )
        self.reverse("transfers", row, "issue_date")

    def typed(self, number: int) -> None:
        """An own indicator typed in: one transfer again, several as one, or last year's balance."""
        open_ = [
            row
            for row in self.rows["transfers"]
            if not row["target_id"] and row["kind"] == "issue" and not row["reverses"]
        ]
        how = self.one("again", "bundle", "balance")
        values = {
            "division_code": self.division(),
            "amount": self.amount(),
            "fiscal_year": "2017",
            "poverty": "true",
            "function_code": self.draw.choice(FUNCTIONS),
        }
        if how == "again" and open_:
            row = self.draw.choice(open_)
            source = next(
                (
                    one
                    for one in (*self.rows["indicators"], *self.rows["allocations"])
                    if one.get("indicator_id", one.get("allocation_id")) == row["source_id"].split(":")[-1]
                ),
                None,
            )
            values |= {"amount": row["amount"], "division_code": row["to_division_code"]}
            values |= {name: source[name] for name in ("fiscal_year", "function_code", "poverty")} if source else {}
        elif how == "bundle":
            values |= self.bundle(number, values["division_code"])
        elif how == "balance":
            row = self.draw.choice(self.rows["indicators"])
            values |= {name: row[name] for name in ("division_code", "agency_code", "function_code", "amount")}
            values["fiscal_year"] = str(int(row["fiscal_year"]) + 1)
        self.add(
            "indicators",
            **(
                {
                    "indicator_id": f"K{number}",
                    "date": self.day(),
                    "origin": "own",
                    "entry": self.one("manual", "manual", ""),
                }
                | values
            ),
        )

    def bundle(self, number: int, division: str) -> Row:
        """Unreceived issues to one division out of one source, and what an indicator is that sums some of them."""
        source = self.draw.choice((*self.rows["allocations"], *self.rows["indicators"]))
        kind = "allocation" if "allocation_id" in source else "indicator"
        rows = [
            self.add(
                "transfers",
                transfer_id=f"B{number}{piece}",
                kind="issue",
                to_division_code=division,
                source_id=f"{kind}:{source[kind + '_id']}",
                doc_no=self.number(),
                issue_date=self.day(),
                amount=self.amount(),
                poverty=self.one("", "", "true", "false"),
            )
            for piece in range(self.draw.randint(2, 6))
        ]
        chosen = self.draw.sample(rows, min(len(rows), self.draw.randint(2, 3)))
        said = "、".join(row["doc_no"] for row in chosen if row["doc_no"]) if self.chance(0.4) else ""
        return {
            "amount": yuan(sum(fen(row["amount"]) for row in chosen)),
            "superior_doc_no": said,
            "fiscal_year": source["fiscal_year"],
            "poverty": self.one("true", source["poverty"]),
        }

    def payment(self, number: int) -> None:
        indicator = self.some("indicators", 0.08)
        row = next((one for one in self.rows["indicators"] if one["indicator_id"] == indicator), None)
        coming = [one["transfer_id"] for one in self.rows["transfers"] if one["target_id"] == indicator and indicator]
        account = self.some("special_accounts", 0.1) if self.chance(0.2) else ""
        kind = self.one("person", "household", "enterprise", "village", "agency", "special_account")
        given = self.add(
            "payments",
            payment_id=f"P{number}",
            indicator_id=indicator,
            division_code=row["division_code"] if row and self.chance(0.9) else self.division(),
            amount=row["amount"] if row and self.chance(0.3) else self.amount(),
            pay_date="" if self.chance(0.05) else self.day(),
            status=self.one(*["valid"] * 10, "void", "pending"),
            method="direct",
            payee_kind=kind,
            payee_name=self.one("村委会", "张三", "农户名单", "某公司"),
            payee_account=self.one("", "", "6222000000000000123"),
            account_id=account,
            doc_no=self.number(),
            one_card_batch_id=self.some("one_card_batches") if not account and self.chance(0.3) else "",
            transfer_id=self.draw.choice(coming) if coming and self.chance(0.2) else "",
            purpose=self.one("", "修路", "代发补贴", "招待费", "购车"),
        )
        if self.chance(0.1):
            self.add("payments", **(given | {"payment_id": f"Q{number}"}))
        self.reverse("payments", given, "pay_date")

    def rush(self) -> None:
        """Many payments of one division, so that its year's end can be judged."""
        indicator = self.draw.choice(self.rows["indicators"])
        indicator |= {"poverty": "true", "fiscal_year": "2017", "origin": self.one("own", "superior")}
        for number in range(self.draw.randint(18, 26)):
            month = self.one("12", "11", "06", "05", "04")
            self.add(
                "payments",
                payment_id=f"Y{number:02d}",
                indicator_id=indicator["indicator_id"],
                status="valid",
                division_code=indicator["division_code"],
                amount=self.amount(),
                method="direct",
                payee_kind="village",
                pay_date=f"2017-{month}-{self.draw.randint(1, 28):02d}",
                payee_name=f"村{number}",
            )

    def entry(self, number: int) -> None:
        receipt = self.chance(0.3)
        row = self.add(
            "account_entries",
            entry_id=f"E{number}",
            account_id=self.some("special_accounts", 0.05, need=True),
            date=self.day(),
            direction="receipt" if receipt else "expenditure",
            amount=self.amount(),
            payment_id=self.some("payments") if receipt and self.chance(0.5) else "",
            payee_kind="" if receipt else self.one("", "person", "household", "agency", "village"),
            payee_name=self.one("", "农户", "村"),
            purpose=self.one("", "批量发放"),
            one_card_batch_id=self.some("one_card_batches") if not receipt and self.chance(0.3) else "",
            poverty=self.one("", "true", "false"),
        )
        self.reverse("account_entries", row, "date")

    def scope(self) -> None:
        seen = set()
        for _ in range(self.draw.randint(0, 3)):
            by_document = self.chance(0.3)
            key = (
                self.year(),
                "" if by_document else self.one("213", "21303", "2050204", "205"),
                self.number() if by_document else "",
            )
            if key not in seen and any(key[1:]):
                seen.add(key)
                self.add(
                    "fund_scope",
                    fiscal_year=key[0],
                    function_code=key[1],
                    doc_no=key[2],
                    listed=self.one("true", "true", "false"),
                )

    def reports(self) -> None:
        for code in PARENTS:
            for day in {self.day(), self.day()} if self.chance(0.5) else ():
                cut_off = self.day() if self.chance(0.4) else ""
                for measure, tiers in (
                    ("scale", ("province", "city", "county", "relocation", "all")),
                    ("expenditure", ("all",)),
                ):
                    for tier in tiers:
                        if self.chance(0.8):
                            self.add(
                                "daily_reports",
                                division_code=code,
                                report_date=day,
                                measure=measure,
                                tier=tier,
                                amount=self.amount() if self.chance(0.7) else "0.00",
                                cut_off_date=cut_off,
                            )


def write_random_books(folder: Path, seed: int) -> None:
    """Write the bundle of a seed, its rows in a random order."""
    maker = Maker(seed)
    maker.make()
    for rows in maker.rows.values():
        maker.draw.shuffle(rows)
    write_rows(folder, maker.rows)


def write_rows(folder: Path, tables: dict[str, list[Row]]) -> None:
    """Write tables as a bundle of CSV files; all rows of a table have the same columns."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else COLUMNS[name].split(","))
            writer.writeheader()
            writer.writerows(rows)

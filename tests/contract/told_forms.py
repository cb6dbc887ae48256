"""A made bundle cut down to what another form of it can say, by plain Python beside the profiles' SQL.

Loaded as CSV, such a bundle must give byte for byte the answers that the form gives through its profile. What the forms
cannot say: docs/made-province.md.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from loaders.province.key import yuan_text
from loaders.province.messy import read_table
from loaders.province.standard import PLAIN

Row = dict[str, str]
Rows = list[Row]


def as_standard_says(bundle: Path, folder: Path) -> Path:
    """The bundle as the tables of the national standard tell it."""
    tables = {name: read_table(bundle, name) for name in (*PLAIN, "allocations", "one_card_payments")}
    indicators, payments, given = (read_table(bundle, name) for name in ("indicators", "payments", "transfers"))
    transfers, renamed = _ties(netted(given), {row["indicator_id"]: row for row in indicators})
    vouchers = {}
    for row in payments:
        row["voucher_no"] = row["voucher_no"] or "N" + row["payment_id"]
        row["transfer_id"] = renamed.get(row["transfer_id"], row["transfer_id"])
        if row["one_card_batch_id"]:
            vouchers[row["one_card_batch_id"]] = row["voucher_no"]
            row["one_card_batch_id"] = row["voucher_no"]
        if row["status"] == "valid" and not row["pay_date"]:
            row["status"] = "pending"
    batches = {row["batch_id"]: row for row in read_table(bundle, "one_card_batches")}
    paid: dict[str, int] = defaultdict(int)
    for row in tables["one_card_payments"]:
        paid[row["batch_id"]] += fen(row["amount"])
        row["batch_id"] = vouchers.get(row["batch_id"], row["batch_id"])
    tables["one_card_batches"] = [row | {"batch_id": vouchers.get(name, name), "amount": yuan_text(paid[name])}
                                  for name, row in batches.items() if name in paid]  # fmt: skip
    fed = {row["target_id"] for row in transfers}
    for row in indicators:
        row |= {"entry": "", "expenditure_kind": ""} | ({"previous_id": ""} if row["indicator_id"] in fed else {})
    return write(folder, tables | {"indicators": indicators, "payments": payments, "transfers": transfers})


def _ties(transfers: Rows, indicators: dict[str, Row]) -> tuple[Rows, dict[str, str]]:
    """The transfers as ORI_BGT_ID and BA_BGT_ADJSUB tell them, and the new names of those that have no id there."""
    first: dict[str, str] = {}
    added: dict[str, int] = defaultdict(int)
    for row in transfers:
        if row["target_id"] and first.setdefault(row["target_id"], row["transfer_id"]) != row["transfer_id"]:
            added[row["target_id"]] += fen(row["amount"])
    out, renamed = [], {}
    for row in transfers:
        target = indicators.get(row["target_id"])
        if row["kind"] == "issue" or target is None:
            out.append(row)
        elif first[row["target_id"]] == row["transfer_id"]:
            name = renamed[row["transfer_id"]] = row["target_id"] + "-tie"
            kind = "integration" if target["integrated"] == "true" else "breakdown"
            amount = yuan_text(fen(target["amount"]) - added[row["target_id"]])
            out.append(row | {
                "transfer_id": name, "kind": "carry_over" if target["origin"] == "carry_over" else kind, "amount": amount,
                "to_division_code": target["division_code"], "to_agency_code": target["agency_code"], "doc_no": "", "title": "",
                "poverty": "", "issue_date": target["date"], "receive_date": row["receive_date"] or target["date"]})  # fmt: skip
        else:
            day = row["receive_date"] or row["issue_date"]
            out.append(row | {"kind": "breakdown", "doc_no": "", "title": "", "poverty": "", "issue_date": day, "receive_date": day,
                              "to_division_code": target["division_code"], "to_agency_code": target["agency_code"]})  # fmt: skip
    return out, renamed


def as_feed_says(bundle: Path, folder: Path) -> Path:
    """The bundle as the older three-table feed tells it: one source an indicator, the province's money without its giver."""
    tables = {name: read_table(bundle, name) for name in ("divisions", "agencies", "projects", "daily_reports", "fund_scope")}
    given = {row["allocation_id"]: row for row in read_table(bundle, "allocations")}
    blank = {"superior_doc_no": "", "agency_code": "", "economy_code": ""}
    indicators = [row | blank | {"indicator_id": name} for name, row in given.items() if row["division_code"] != "410000000"]
    indicators += read_table(bundle, "indicators")
    known = given | {row["indicator_id"]: row for row in indicators}
    source: dict[str, str] = {}
    for row in netted(read_table(bundle, "transfers")):
        if row["target_id"]:
            source.setdefault(row["target_id"], row["source_id"].rpartition(":")[2])
    transfers = []
    for row in indicators:
        name = row["indicator_id"]
        feeder = known.get(source.get(name, ""), {})
        inside = feeder.get("division_code") == row["division_code"]
        above = row["superior_doc_no"] or ("" if inside else feeder.get("doc_no", ""))
        if source.get(name):
            transfers.append({
                "transfer_id": f"{name}-tie", "kind": "breakdown" if inside else "issue", "source_id": source[name], "target_id": name,
                "to_division_code": row["division_code"], "to_agency_code": row["agency_code"], "doc_no": row["doc_no"] if inside else above,
                "issue_date": row["date"], "receive_date": row["date"], "amount": row["amount"]})  # fmt: skip
        row |= {"superior_doc_no": above, "origin": "superior" if _is_passed_down(name, source, known) else "own"}
    kept = ("indicator_id", "fiscal_year", "division_code", "agency_code", "doc_no", "superior_doc_no", "date", "amount", "function_code",
            "economy_code", "fund_type_code", "origin", "poverty", "project_code", "title")  # fmt: skip
    tables["indicators"] = [{name: row[name] for name in kept} for row in indicators]
    tables["allocations"] = [row | {"source": "province", "fund_name": ""} for row in given.values() if row["division_code"] == "410000000"]
    lost = dict.fromkeys(("account_id", "one_card_batch_id", "transfer_id", "contract_no", "bank_reference", "function_code", "doc_no"), "")
    payments = read_table(bundle, "payments")
    for row in payments:
        if row["status"] == "valid" and not row["pay_date"]:
            row["status"] = "pending"
    return write(folder, tables | {"transfers": transfers, "payments": [row | lost for row in payments]})


def _is_passed_down(name: str, source: dict[str, str], known: dict[str, Row]) -> bool:
    """Whether the line of breakdowns that an indicator stands in begins with money of another division."""
    place, seen = known[name]["division_code"], {name}
    while source.get(name):
        name = source[name]
        if known.get(name, {}).get("division_code") != place:
            return True
        if name in seen:
            return False
        seen.add(name)
    return False


def netted(transfers: Rows) -> Rows:
    """Transfers without reversals, amounts net of them."""
    back: dict[str, int] = defaultdict(int)
    for row in transfers:
        if row["reverses"]:
            back[row["reverses"]] += fen(row["amount"])
    kept = [row for row in transfers if not row["reverses"]]
    return [row | {"amount": yuan_text(fen(row["amount"]) + back[row["transfer_id"]])} for row in kept]


def write(folder: Path, tables: dict[str, Rows]) -> Path:
    """Write tables as a bundle of CSV files; those without rows are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        if rows:
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    return folder


def fen(yuan: str) -> int:
    """Yuan with two decimals as fen."""
    return int(yuan.replace(".", ""))

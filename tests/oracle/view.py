"""What a ledger shows, worked out slowly: batches laid over one another, and all that is dated later left out."""

from __future__ import annotations

from tests.oracle.network import Row, Tables, bare

KEYS = {"allocations": "allocation_id", "transfers": "transfer_id", "indicators": "indicator_id",
        "payments": "payment_id", "special_accounts": "account_id", "account_entries": "entry_id",
        "one_card_batches": "batch_id", "one_card_payments": "one_card_payment_id",
        "indicator_adjustments": "adjustment_id", "divisions": "division_code"}
DATES = {"allocations": "date", "transfers": "issue_date", "indicators": "date", "payments": "pay_date",
         "account_entries": "date", "one_card_batches": "pay_date"}
REFERENCES = {
    "transfers": {"target_id": "indicators", "reverses": "transfers"},
    "indicators": {"previous_id": "indicators"},
    "payments": {"indicator_id": "indicators", "one_card_batch_id": "one_card_batches", "transfer_id": "transfers"},
    "account_entries": {"payment_id": "payments", "one_card_batch_id": "one_card_batches"},
}
KINDS = {"allocations": "allocation", "transfers": "transfer", "indicators": "indicator", "payments": "payment",
         "one_card_batches": "one_card_batch"}


def laid_over(batches: list[Tables]) -> Tables:
    """Of every key the row of the last batch that has it."""
    rows: dict[str, dict[str, Row]] = {}
    for batch in batches:
        for name, listed in batch.items():
            for row in listed:
                rows.setdefault(name, {})[row[KEYS[name]]] = row
    return {name: list(found.values()) for name, found in rows.items()}


def seen_on(tables: Tables, day: str) -> Tables:
    """Records up to a day, amounts as booked then; references to what comes later are empty, they do not dangle."""
    late = {name: {row[KEYS[name]] for row in tables.get(name, ()) if row[dated] > day}
            for name, dated in DATES.items()}
    found: Tables = {}
    for name, listed in tables.items():
        rows = [row for row in listed if name not in late or row[KEYS[name]] not in late[name]]
        found[name] = [_without(row, name, late) for row in rows]
    found["one_card_payments"] = [row for row in found.get("one_card_payments", ())
                                  if bare(row["batch_id"], "one_card_batch") not in late["one_card_batches"]]
    found["indicators"] = [_booked(row, tables, day) for row in found.get("indicators", ())]
    found["special_accounts"] = [
        {**row, "opening_balance": "", "opening_poverty": ""} if row.get("opening_date", "") > day else row
        for row in found.get("special_accounts", ())]
    return found


def _without(row: Row, name: str, late: dict[str, set[str]]) -> Row:
    """The row with references to later records emptied; a reversal stays one, whatever it takes back."""
    row = dict(row)
    for column, target in REFERENCES.get(name, {}).items():
        if column != "reverses" and bare(row.get(column, ""), KINDS[target]) in late[target]:
            row[column] = ""
    if name == "transfers" and row["source_id"]:
        kind, _, record = row["source_id"].rpartition(":")
        places = {"allocation": ("allocations",), "indicator": ("indicators",)}.get(kind, ("allocations", "indicators"))
        if any(record in late[place] for place in places):
            row["source_id"] = ""
    return row


def _booked(row: Row, tables: Tables, day: str) -> Row:
    """An indicator with the amount and flags in force on the day: its amount is the latest, so later changes go off."""
    row = dict(row)
    changes = [change for change in tables.get("indicator_adjustments", ())
               if bare(change["indicator_id"], "indicator") == row["indicator_id"]]
    changes.sort(key=lambda change: (change["date"], change["adjustment_id"]))
    for change in changes:
        if change["date"] > day:
            row["amount"] = _yuan(_fen(row["amount"]) - _fen(change["amount"]))
        for column in ("function_code", "poverty"):
            if change["date"] <= day and change[column]:
                row[column] = change[column]
    return row


def _fen(text: str) -> int:
    whole, _, part = (text or "0").lstrip("-").partition(".")
    return (-1 if text.startswith("-") else 1) * (int(whole) * 100 + int((part + "00")[:2]))


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"

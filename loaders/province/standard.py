"""A bundle in the form of the national budget integration standard (预算管理一体化), and of the older feed.

The standard has no table of transfers: an indicator row names the row it was made from (ORI_BGT_ID), and a row that
is handed on names who receives it (REC_DIV_CODE). So `BA_BGT_INFO` holds, told apart by BGT_TYPE_CODE,
1 what is arranged (an allocation), 2 what is handed on (a transfer: ORI_BGT_ID is its source), 3 what is booked (an
indicator: ORI_BGT_ID is the first row of type 2 that it was made from; SUP_BGT_DOC_NO its superior document).
`BA_BGT_ADJSUB` holds further money for an indicator (ORI_BGT_ID: the other rows of type 2), what a row of type 2 lost
again (negative, BGT_ID that row), and plain adjustments (no ORI_BGT_ID); `BA_BGT_CARRYOVERS` last year's indicators.
Payments are `PAY_VOUCHER` (what was asked) joined to `PAY_VOUCHER_BILL` (what was paid) by PAY_CERT_ID, those by
appropriation `PAY_ALLOCATION_CERT`, shares of one-card batches `PAY_DETAIL` with the batch as TRACKING_ID.
Tables the standard does not have are written as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from loaders.province.messy import Row, read_table

LEVELS = {"central": "1", "province": "2", "city": "4", "county": "5", "bond": "2", "relocation_financing": "9"}
ORIGINS = {"superior": "2", "own": "1", "carry_over": "3"}
TRANSFER_KINDS = {"issue": "2", "breakdown": "1", "carry_over": "3", "integration": "4"}
PAY_TYPES = {"direct": "1", "authorized": "2", "appropriation": "3"}
PLAIN = (
    "divisions",
    "agencies",
    "projects",
    "special_accounts",
    "account_entries",
    "one_card_batches",
    "daily_reports",
    "fund_scope",
    "watch_lists",
)
"""Tables that the standard leaves out."""


def write_standard(bundle: Path, folder: Path) -> Path:
    """Writes the standard's tables, and the plain ones, to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        name: read_table(bundle, name)
        for name in ("allocations", "transfers", "indicators", "indicator_adjustments", "payments", "one_card_payments")
    }
    first, further = _ties(tables["transfers"])
    _write(
        folder / "BA_BGT_INFO.csv",
        (
            *map(_arranged, tables["allocations"]),
            *(_handed_on(row, _divisions(tables)) for row in tables["transfers"] if not row["reverses"]),
            *(_booked(row, first) for row in tables["indicators"]),
        ),
    )
    _write(
        folder / "BA_BGT_ADJSUB.csv",
        (
            *further,
            *(_taken_back(row) for row in tables["transfers"] if row["reverses"]),
            *map(_adjusted, tables["indicator_adjustments"]),
        ),
    )
    _write(folder / "BA_BGT_CARRYOVERS.csv", [_carried(row) for row in tables["indicators"] if row["previous_id"]])
    _write_payments(tables["payments"], folder)
    _write(folder / "PAY_DETAIL.csv", map(_detail, tables["one_card_payments"]))
    for name in PLAIN:
        (folder / f"{name}.csv").write_bytes((bundle / f"{name}.csv").read_bytes())
    return folder


def _ties(transfers: list[dict[str, str]]) -> tuple[Mapping[str, str], list[Row]]:
    """For each indicator the transfer it was made from, and rows for all further ones."""
    first: dict[str, str] = {}
    further: list[Row] = []
    for row in transfers:
        target = row["target_id"]
        if not target or row["reverses"]:
            continue
        if target not in first:
            first[target] = row["transfer_id"]
        else:
            further.append(
                {
                    "ADJ_SUB_ID": f"M-{row['transfer_id']}",
                    "BGT_ID": target,
                    "ADD_AMOUNT": row["amount"],
                    "ORI_BGT_ID": row["transfer_id"],
                    "ADJ_DATE": row["receive_date"] or row["issue_date"],
                }
            )
    return first, further


def _divisions(tables: Mapping[str, list[dict[str, str]]]) -> Mapping[str, str]:
    """The division of each record that a transfer may come from."""
    found = {"allocation:" + row["allocation_id"]: row["division_code"] for row in tables["allocations"]}
    return found | {"indicator:" + row["indicator_id"]: row["division_code"] for row in tables["indicators"]}


def _arranged(row: Row) -> Row:
    return {
        "BGT_TYPE_CODE": "1",
        "BGT_ID": row["allocation_id"],
        "MOF_DIV_CODE": row["division_code"],
        "FISCAL_YEAR": row["fiscal_year"],
        "COR_BGT_DOC_NO": row["doc_no"],
        "BGT_DOC_TITLE": row["title"],
        "DOC_DATE": row["date"],
        "BUDGET_LEVEL_CODE": LEVELS[row["source"]],
        "FUND_TYPE_CODE": row["fund_type_code"],
        "EXP_FUNC_CODE": row["function_code"],
        "AMOUNT": row["amount"],
        "PRO_CODE": row["project_code"],
        "IS_POVERTY": _flag(row["poverty"]),
        "BGT_EXE_FLAG": "0",
        "BGT_DEC": row["fund_name"],
        "IS_DELETED": "2",
    }


def _handed_on(row: Row, divisions: Mapping[str, str]) -> Row:
    source = row["source_id"]
    return {
        "BGT_TYPE_CODE": "2",
        "BGT_ID": row["transfer_id"],
        "FISCAL_YEAR": row["issue_date"][:4],
        "MOF_DIV_CODE": divisions.get(source, divisions.get("indicator:" + source, "")),
        "ORI_BGT_ID": source.partition(":")[2] or source,
        "REC_DIV_CODE": row["to_division_code"],
        "AGENCY_CODE": row["to_agency_code"],
        "COR_BGT_DOC_NO": row["doc_no"],
        "BGT_DOC_TITLE": row["title"],
        "DOC_DATE": row["issue_date"],
        "REG_DATE": row["receive_date"],
        "AMOUNT": row["amount"],
        "SOURCE_TYPE_CODE": TRANSFER_KINDS[row["kind"]],
        "IS_POVERTY": _flag(row["poverty"]),
        "BGT_EXE_FLAG": "0",
        "IS_DELETED": "2",
    }


def _booked(row: Row, made_from: Mapping[str, str]) -> Row:
    return {
        "BGT_TYPE_CODE": "3",
        "BGT_ID": row["indicator_id"],
        "MOF_DIV_CODE": row["division_code"],
        "FISCAL_YEAR": row["fiscal_year"],
        "AGENCY_CODE": row["agency_code"],
        "ORI_BGT_ID": made_from.get(row["indicator_id"], ""),
        "COR_BGT_DOC_NO": row["doc_no"],
        "SUP_BGT_DOC_NO": row["superior_doc_no"],
        "BGT_DOC_TITLE": row["title"],
        "DOC_DATE": row["date"],
        "AMOUNT": row["amount"],
        "EXP_FUNC_CODE": row["function_code"],
        "GOV_BGT_ECO_CODE": row["economy_code"],
        "FUND_TYPE_CODE": row["fund_type_code"],
        "SOURCE_TYPE_CODE": ORIGINS[row["origin"]],
        "EXP_KIND": row["expenditure_kind"],
        "ENTRY_TYPE": row["entry"],
        "IS_INTEGRATED": _flag(row["integrated"]),
        "IS_POVERTY": _flag(row["poverty"]),
        "PRO_CODE": row["project_code"],
        "BGT_DEC": row["fund_name"],
        "BGT_EXE_FLAG": "1" if row["agency_code"] else "0",
        "IS_DELETED": "2",
    }


def _taken_back(row: Row) -> Row:
    return {
        "ADJ_SUB_ID": row["transfer_id"],
        "BGT_ID": row["reverses"],
        "ADD_AMOUNT": row["amount"],
        "ORI_BGT_ID": row["reverses"],
        "ADJ_DATE": row["issue_date"],
    }


def _adjusted(row: Row) -> Row:
    return {
        "ADJ_SUB_ID": row["adjustment_id"],
        "BGT_ID": row["indicator_id"],
        "ADD_AMOUNT": row["amount"],
        "ADJ_DATE": row["date"],
    }


def _carried(row: Row) -> Row:
    return {
        "BGT_ID": row["indicator_id"],
        "ORI_BGT_ID": row["previous_id"],
        "MOF_DIV_CODE": row["division_code"],
        "FISCAL_YEAR": row["fiscal_year"],
        "CARRYOVERS_AMT": row["amount"],
    }


def _write_payments(payments: Iterable[Row], folder: Path) -> None:
    asked: list[Row] = []
    paid: list[Row] = []
    appropriated: list[Row] = []
    for row in payments:
        payee = {"PAYEE_ACCT_NAME": row["payee_name"], "PAYEE_ACCT_NO": row["payee_account"]}
        common = {
            "MOF_DIV_CODE": row["division_code"],
            "AGENCY_CODE": row["agency_code"],
            "BGT_ID": row["indicator_id"],
            "FUND_TRAOBJ_TYPE_CODE": row["payee_kind"],
            "USE_DES": row["purpose"],
            "PRO_CODE": row["project_code"],
            "SPE_ACCT_ID": row["account_id"],
            "TRACKING_ID": row["one_card_batch_id"],
            "TRA_BGT_ID": row["transfer_id"],
            "ORI_PAY_ID": row["reverses"],
            "PAY_STATUS": row["status"],
            "CONTRACT_NO": row["contract_no"],
            **payee,
        }
        if row["method"] == "appropriation":
            appropriated.append(
                {
                    "PAY_ALLOC_CERT_ID": row["payment_id"],
                    "PAY_ALLOC_CERT_NO": row["voucher_no"],
                    "PAY_AMT": row["amount"],
                    "ACC_DATE": row["pay_date"],
                    **common,
                }
            )
            continue
        asked.append(
            {
                "PAY_APP_ID": "Q" + row["payment_id"],
                "PAY_CERT_ID": row["payment_id"],
                "PAY_TYPE_CODE": PAY_TYPES[row["method"]],
                "PAY_APP_AMT": row["amount"],
                **common,
            }
        )
        paid.append(
            {
                "PAY_CERT_ID": row["payment_id"],
                "PAY_CERT_NO": row["voucher_no"],
                "PAY_AMT": row["amount"],
                "XPAY_AMT": row["amount"],
                "XPAY_DATE": row["pay_date"],
                "AGENT_BUSINESS_NO": row["bank_reference"],
                "MOF_DIV_CODE": row["division_code"],
                **payee,
            }
        )
    _write(folder / "PAY_VOUCHER.csv", asked)
    _write(folder / "PAY_VOUCHER_BILL.csv", paid)
    _write(folder / "PAY_ALLOCATION_CERT.csv", appropriated)


def _detail(row: Row) -> Row:
    return {
        "PAY_DETAIL_ID": row["one_card_payment_id"],
        "TRACKING_ID": row["batch_id"],
        "IDEN_NO": row["person_id"],
        "PAYEE_ACCT_NO": row["payee_account"],
        "PAY_MONTH": row["month"],
        "PAY_AMT": row["amount"],
        "PAY_STATUS": row["status"],
    }


def write_feed(bundle: Path, folder: Path) -> Path:
    """The older three-table feed: FPMV_INDI and FPMV_PAY, every value text, ids and ties only where it has them.

    Less than the bundle: no documents above, no accounts, no batches; FPMV_INDIAPI is not written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    first, _ = _ties(read_table(bundle, "transfers"))
    source = {row["transfer_id"]: row["source_id"].partition(":")[2] for row in read_table(bundle, "transfers")}
    _write(
        folder / "FPMV_INDI.csv",
        (
            {
                "indiguid": row["indicator_id"],
                "sourceindi": source.get(first.get(row["indicator_id"], ""), ""),
                "bgtdocno": row["doc_no"] or row["superior_doc_no"],
                "bdgagency": row["agency_code"],
                "expfunc": row["function_code"],
                "fundtype": row["fund_type_code"],
                "govexpeconormic": row["economy_code"],
                "procode": row["project_code"],
                "amt": row["amount"],
                "province": row["division_code"],
                "year": row["fiscal_year"],
                "adddate": row["date"].replace("-", ""),
                "status": "1",
            }
            for row in read_table(bundle, "indicators")
        ),
    )
    _write(
        folder / "FPMV_PAY.csv",
        (
            {
                "guid": row["payment_id"],
                "amt": row["amount"],
                "indiguid": row["indicator_id"],
                "gatherbankacctname": row["payee_name"],
                "gatherbankacctno": row["payee_account"],
                "paydate": row["pay_date"].replace("-", ""),
                "usage": row["purpose"],
                "billcode": row["voucher_no"],
                "bdgagency": row["agency_code"],
                "province": row["division_code"],
                "superguid": row["reverses"],
                "status": {"valid": "1", "void": "0", "pending": "2"}[row["status"]],
            }
            for row in read_table(bundle, "payments")
        ),
    )
    return folder


def _flag(text: str) -> str:
    return {"true": "1", "false": "0"}.get(text, "")


def _write(path: Path, rows: Iterable[Row]) -> None:
    """One CSV whose columns are those of the rows, in the order in which they first come."""
    kept = list(rows)
    names = list(dict.fromkeys(name for row in kept for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)

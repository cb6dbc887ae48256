"""A bundle in the tables of the national budget integration standard (预算管理一体化), and in the older feed.

Written for the shipped profiles `budget_integration` and `fpmv`, which say how the ties are read. The standard has no
table of transfers: an indicator row names what it was made from (ORI_BGT_ID), a row that is issued names who
receives it (REC_DIV_CODE), BA_BGT_ADJSUB names every further feed. What it cannot say is lost: reversals of
transfers (amounts are net), how an indicator was entered, adjustments without a feed; docs/made-province.md has all.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from loaders.province.key import yuan_text
from loaders.province.messy import Row, read_table

LEVELS = {"central": "1", "province": "2", "city": "4", "county": "5"}
ORIGINS = {"own": "1", "superior": "3", "carry_over": "4"}
PAY_TYPES = {"direct": "1", "authorized": "2"}
PAYEES = {"person": "1", "enterprise": "2", "agency": "3", "village": "4", "special_account": "5", "household": "6"}
PLAIN = ("divisions", "agencies", "projects", "special_accounts", "account_entries", "daily_reports", "fund_scope",
         "watch_lists", "steps")  # fmt: skip
"""Tables that the standard leaves out."""
Rows = list[dict[str, str]]


def write_standard(bundle: Path, folder: Path) -> Path:
    """Writes the standard's tables, and the plain ones, to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    indicators, allocations = read_table(bundle, "indicators"), read_table(bundle, "allocations")
    feeds = _feeds(read_table(bundle, "transfers"))
    home = {"allocation:" + row["allocation_id"]: row["division_code"] for row in allocations}
    home |= {"indicator:" + row["indicator_id"]: row["division_code"] for row in indicators}
    issues = [row for row in feeds if row["kind"] == "issue"]
    first, further = _ties(feeds)
    info = [*map(_arranged, allocations), *(_issued(row, home.get(row["source_id"], "")) for row in issues)]
    _write(folder / "BA_BGT_INFO.csv", info + [_booked(row, first.get(row["indicator_id"])) for row in indicators])
    _write(folder / "BA_BGT_ADJSUB.csv", map(_added, further))
    carried = [row for row in indicators if row["previous_id"] and row["indicator_id"] not in first]
    _write(folder / "BA_BGT_CARRYOVERS.csv", map(_carried, carried))
    payments = [{**row, "voucher_no": row["voucher_no"] or "N" + row["payment_id"]}
                for row in read_table(bundle, "payments")]  # fmt: skip
    _write_payments(payments, first, folder)
    _write(folder / "PAY_DETAIL.csv", _details(bundle, payments))
    for name in PLAIN:
        (folder / f"{name}.csv").write_bytes((bundle / f"{name}.csv").read_bytes())
    return folder


def _feeds(transfers: Rows) -> Rows:
    """The transfers with what was taken back taken off."""
    back: dict[str, int] = defaultdict(int)
    for row in transfers:
        if row["reverses"]:
            back[row["reverses"]] += _fen(row["amount"])
    return [{**row, "amount": yuan_text(_fen(row["amount"]) + back[row["transfer_id"]])}
            for row in transfers if not row["reverses"]]  # fmt: skip


def _ties(feeds: Iterable[dict[str, str]]) -> tuple[Mapping[str, dict[str, str]], Rows]:
    """For each indicator the feed its row names, and all further feeds."""
    first: dict[str, dict[str, str]] = {}
    further = []
    for row in feeds:
        if row["target_id"] and first.setdefault(row["target_id"], row) is not row:
            further.append(row)
    return first, further


def _origin_of(feed: Row) -> str:
    """What ORI_BGT_ID says of a feed: the issue that was received, else the record that was split."""
    return feed["transfer_id"] if feed["kind"] == "issue" else feed["source_id"].rpartition(":")[2]


def _arranged(row: Row) -> Row:
    source = row["source"]
    return {
        "BGT_ID": row["allocation_id"],
        "MOF_DIV_CODE": row["division_code"],
        "FISCAL_YEAR": row["fiscal_year"],
        "COR_BGT_DOC_NO": row["doc_no"],
        "BGT_DOC_TITLE": row["title"],
        "BGT_DEC": row["fund_name"],
        "DOC_DATE": _day(row["date"]),
        "BUDGET_LEVEL_CODE": LEVELS.get(source, ""),
        "FOUND_TYPE_CODE": "" if source in LEVELS else source,
        "FUND_TYPE_CODE": row["fund_type_code"],
        "EXP_FUNC_CODE": row["function_code"],
        "AMOUNT": row["amount"],
        "PRO_CODE": row["project_code"],
        "IS_POVERTY": _flag(row["poverty"]),
        "BGT_EXE_FLAG": "0",
        "IS_DELETED": "2",
    }


def _issued(row: Row, division: str) -> Row:
    return {
        "BGT_ID": row["transfer_id"],
        "MOF_DIV_CODE": division,
        "FISCAL_YEAR": row["issue_date"][:4],
        "COR_BGT_DOC_NO": row["doc_no"],
        "BGT_DOC_TITLE": row["title"],
        "DOC_DATE": _day(row["issue_date"]),
        "AMOUNT": row["amount"],
        "ORI_BGT_ID": row["source_id"].rpartition(":")[2],
        "REC_DIV_CODE": row["to_division_code"],
        "REC_AGENCY_CODE": row["to_agency_code"],
        "REC_DATE": _day(row["receive_date"]),
        "IS_POVERTY": _flag(row["poverty"]),
        "BGT_EXE_FLAG": "2",
        "IS_DELETED": "2",
    }


def _booked(row: Row, feed: Row | None) -> Row:
    return {
        "BGT_ID": row["indicator_id"],
        "MOF_DIV_CODE": row["division_code"],
        "FISCAL_YEAR": row["fiscal_year"],
        "AGENCY_CODE": row["agency_code"],
        "COR_BGT_DOC_NO": row["doc_no"],
        "SUP_BGT_DOC_NO": row["superior_doc_no"],
        "BGT_DOC_TITLE": row["title"],
        "BGT_DEC": row["fund_name"],
        "DOC_DATE": _day(row["date"]),
        "AMOUNT": row["amount"],
        "EXP_FUNC_CODE": row["function_code"],
        "GOV_BGT_ECO_CODE": row["economy_code"],
        "FUND_TYPE_CODE": row["fund_type_code"],
        "ORI_BGT_ID": _origin_of(feed) if feed else "",
        "SOURCE_TYPE_CODE": ORIGINS[row["origin"]],
        "REC_DATE": _day(feed["receive_date"]) if feed else "",
        "IS_INTEGRATED": _flag(row["integrated"]),
        "IS_POVERTY": _flag(row["poverty"]),
        "PRO_CODE": row["project_code"],
        "BGT_EXE_FLAG": "1",
        "IS_DELETED": "2",
    }


def _added(feed: Row) -> Row:
    name = feed["transfer_id"]
    return {
        "ADJ_SUB_ID": "R" + name if feed["kind"] == "issue" else name,
        "BGT_ID": feed["target_id"],
        "ADD_AMOUNT": feed["amount"],
        "ORI_BGT_ID": _origin_of(feed),
        "ADJ_DATE": _day(feed["receive_date"] or feed["issue_date"]),
    }


def _carried(row: Row) -> Row:
    return {
        "BGT_ID": row["indicator_id"],
        "ORI_BGT_ID": row["previous_id"].rpartition(":")[2],
        "MOF_DIV_CODE": row["division_code"],
        "FISCAL_YEAR": row["fiscal_year"],
        "AGENCY_CODE": row["agency_code"],
        "CARRYOVERS_DATE": _day(row["date"]),
        "CARRYOVERS_AMT": row["amount"],
    }


def _write_payments(payments: Rows, first: Mapping[str, Row], folder: Path) -> None:
    named = {feed["transfer_id"]: _origin_of(feed) for feed in first.values()}
    banked = [row for row in payments if row["method"] in PAY_TYPES]
    _write(
        folder / "PAY_VOUCHER.csv", (_asked(row, named.get(row["transfer_id"], row["transfer_id"])) for row in banked)
    )
    _write(folder / "PAY_VOUCHER_BILL.csv", map(_paid, banked))
    _write(folder / "PAY_ALLOCATION_CERT.csv", (_granted(row) for row in payments if row["method"] not in PAY_TYPES))


def _asked(row: Row, named: str) -> Row:
    return {
        "PAY_APP_ID": "Q" + row["payment_id"],
        "PAY_CERT_ID": row["payment_id"],
        "BGT_ID": row["indicator_id"],
        "MOF_DIV_CODE": row["division_code"],
        "AGENCY_CODE": row["agency_code"],
        "XPAY_AMT": row["amount"],
        "PAY_TYPE_CODE": PAY_TYPES[row["method"]],
        "FUND_TRAOBJ_TYPE_CODE": PAYEES[row["payee_kind"]],
        "PRO_CODE": row["project_code"],
        "SPEC_ACCT_ID": row["account_id"],
        "CONTRACT_NO": row["contract_no"],
        "ORI_BGT_ID": named,
    }


def _paid(row: Row) -> Row:
    return {
        "PAY_CERT_ID": row["payment_id"],
        "PAY_CERT_NO": row["voucher_no"],
        "MOF_DIV_CODE": row["division_code"],
        "PAY_AMT": row["amount"],
        "XPAY_AMT": row["amount"],
        "XPAY_DATE": _day(row["pay_date"]),
        "AGENT_BUSINESS_NO": row["bank_reference"],
        "XPAYEE_ACCT_NAME": row["payee_name"],
        "XPAYEE_ACCT_NO": row["payee_account"],
        "USE_DES": row["purpose"],
        "VOID_FLAG": "1" if row["status"] == "void" else "",
        "ORI_PAY_CERT_ID": row["reverses"],
    }


def _granted(row: Row) -> Row:
    return {
        "PAY_ALLOC_CERT_ID": row["payment_id"],
        "PAY_ALLOC_CERT_NO": row["voucher_no"],
        "BGT_ID": row["indicator_id"],
        "MOF_DIV_CODE": row["division_code"],
        "AGENCY_CODE": row["agency_code"],
        "PAY_AMT": row["amount"],
        "ACC_DATE": _day(row["pay_date"]) if row["status"] == "valid" else "",
        "PAYEE_ACCT_NAME": row["payee_name"],
        "PAYEE_ACCT_NO": row["payee_account"],
        "USE_DES": row["purpose"],
        "FUND_TRAOBJ_TYPE_CODE": PAYEES[row["payee_kind"]],
        "SPEC_ACCT_ID": row["account_id"],
        "PRO_CODE": row["project_code"],
    }


def _details(bundle: Path, payments: Rows) -> Iterable[Row]:
    """The persons of every batch under the number of the voucher that paid it."""
    vouchers = {row["one_card_batch_id"]: row["voucher_no"] for row in payments if row["one_card_batch_id"]}
    batches = {row["batch_id"]: row for row in read_table(bundle, "one_card_batches")}
    for row in read_table(bundle, "one_card_payments"):
        batch = batches[row["batch_id"]]
        yield {
            "PAY_DETAIL_ID": row["one_card_payment_id"],
            "PAY_CERT_NO": vouchers.get(row["batch_id"], row["batch_id"]),
            "IDEN_NO": row["person_id"],
            "PAYEE_ACCT_NO": row["payee_account"],
            "PAY_MONTH": row["month"],
            "PAY_AMT": row["amount"],
            "MOF_DIV_CODE": batch["division_code"],
            "PAY_DATE": _day(batch["pay_date"]),
            "PRO_NAME": batch["programme"],
            "RETURN_FLAG": "1" if row["status"] == "returned" else "0",
        }


def write_feed(bundle: Path, folder: Path) -> Path:
    """The older three-table feed, FPMV_INDI and FPMV_PAY, every value text; allocations are its first indicators.

    An indicator names one other that it comes from: of several feeds only the first is told. No accounts, no batches.
    The lists of places and the reports, which come from elsewhere, lie beside.
    """
    folder.mkdir(parents=True, exist_ok=True)
    first, _ = _ties(_feeds(read_table(bundle, "transfers")))
    arranged = [_indi(row, row["allocation_id"], "") for row in read_table(bundle, "allocations")]
    booked = [_indi(row, row["indicator_id"], first.get(row["indicator_id"], {}).get("source_id", ""))
              for row in read_table(bundle, "indicators")]  # fmt: skip
    _write(folder / "FPMV_INDI.csv", arranged + booked)
    _write(folder / "FPMV_PAY.csv", map(_pay, read_table(bundle, "payments")))
    for name in ("divisions", "agencies", "projects", "daily_reports", "fund_scope"):
        (folder / f"{name}.csv").write_bytes((bundle / f"{name}.csv").read_bytes())
    return folder


def _indi(row: Row, name: str, source: str) -> Row:
    return {
        "indiguid": name,
        "sourceindi": source.rpartition(":")[2],
        "bgtdocno": row["doc_no"],
        "superdocno": row.get("superior_doc_no", ""),
        "bdgagency": row.get("agency_code", ""),
        "expfunc": row["function_code"],
        "fundtype": row["fund_type_code"],
        "govexpeconormic": row.get("economy_code", ""),
        "procode": row["project_code"],
        "amt": row["amount"],
        "province": row["division_code"],
        "year": row["fiscal_year"],
        "createtime": _day(row["date"]),
        "subject": row["title"],
        "poverty": _flag(row["poverty"]),
        "status": "1",
    }


def _pay(row: Row) -> Row:
    return {
        "guid": row["payment_id"],
        "amt": row["amount"],
        "indiguid": row["indicator_id"],
        "superguid": row["reverses"],
        "gatherbankacctname": row["payee_name"],
        "gatherbankacctno": row["payee_account"],
        "paydate": _day(row["pay_date"]),
        "usage": row["purpose"],
        "billcode": row["voucher_no"],
        "paytype": row["method"],
        "payeekind": PAYEES[row["payee_kind"]],
        "bdgagency": row["agency_code"],
        "province": row["division_code"],
        "procode": row["project_code"],
        "status": "9" if row["status"] == "void" else "1",
    }


def _fen(yuan: str) -> int:
    return int(yuan.replace(".", ""))


def _day(iso: str) -> str:
    return iso.replace("-", "")


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

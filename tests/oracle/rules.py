"""The rule catalogue read word for word: slow, one function a rule, over an auditor's books.

Each function gives (subject, amount in fen, severity). What the design leaves open
is decided as docs/decisions.md has it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator

from tests.oracle.accusations import (
    bundles,
    carried_as_current,
    label_excess,
    label_missing,
    open_transfers,
    re_entered_pairs,
    unspent,
)
from tests.oracle.attribution import Lot
from tests.oracle.measures import spending, system_figures
from tests.oracle.network import bare, fen, strong_sets
from tests.oracle.records import (
    KINDS,
    REFERS,
    Books,
    Record,
    days_between,
    months_after,
    named,
    other_fen,
    part,
    poverty_fen,
)
from tests.oracle.view import KEYS

Hit = tuple[str, int, str]
Rule = Callable[[Books], Iterator[Hit]]
RULES: dict[str, Rule] = {}
BY_RECORD = {"chain/payment-without-indicator", "chain/dangling-reference", "chain/wrong-division", "pay/duplicate"}
"""Rules of what a record names: an accepted link mends the trail, not the voucher."""
LIST_WORDS = ("名单", "代发", "批量发放", "批量代付", "农户")
BARRED_WORDS = ("招待", "奖金", "福利费", "购车", "办公楼", "还债", "偿还债务")
BARRED_CLASSES = ("202", "203", "204", "227", "232")


def rule(name: str) -> Callable[[Rule], Rule]:
    def kept(function: Rule) -> Rule:
        RULES[name] = function
        return function

    return kept


def findings(books: Books) -> dict[str, list[Hit]]:
    """All default rules."""
    return {
        name: sorted(function(books.recorded() if name in BY_RECORD else books)) for name, function in RULES.items()
    }


def own_fen(books: Books, record: Record) -> Lot:
    """Class fen of what a payment or account expenditure pays: F(amount) of what is in it."""
    return part(books.pool(record.name), record.amount)


def has_poverty(books: Books, record: Record) -> bool:
    lot = books.pool(record.name) if record.name.startswith("indicator:") else own_fen(books, record)
    return poverty_fen(lot) > 0


def spendings(books: Books) -> list[Record]:
    """Payments that left and account expenditures."""
    return [*books.paid, *(entry for entry in books.entries if entry.row["direction"] == "expenditure")]


@rule("chain/unreceived-transfer")
def unreceived_transfer(books: Books) -> Iterator[Hit]:
    for transfer in open_transfers(books):
        days = days_between(transfer.row["issue_date"], books.as_of)
        if days > 7 and transfer.amount:
            yield transfer.name, transfer.amount, "red" if days > 30 else "yellow"


@rule("chain/dangling-reference")
def dangling_reference(books: Books) -> Iterator[Hit]:
    for table, columns in REFERS.items():
        for row in books.rows(table):
            told = {column: row[column] for column in columns if row.get(column)}
            if any(not named(reference, columns[column], books.every) for column, reference in told.items()):
                record = f"{KINDS[table]}:{row[KEYS[table]]}"
                net = {one.name: one.amount for one in books.records(table)}
                yield record, abs(net.get(record, fen(row["amount"]))), "red"


def own_dangling_previous(books: Books, record: Record) -> bool:
    return bool(record.row["previous_id"]) and not named(record.row["previous_id"], ("indicators",), books.ids)


@rule("chain/unsourced-indicator")
def unsourced_indicator(books: Books) -> Iterator[Hit]:
    for record in books.indicators.values():
        missing = record.amount - books.inflow(record.name)
        if (
            record.row["origin"] in ("superior", "carry_over")
            and missing > 0
            and not own_dangling_previous(books, record)
        ):
            yield record.name, missing, "red"


@rule("chain/payment-without-indicator")
def payment_without_indicator(books: Books) -> Iterator[Hit]:
    for payment in books.paid:
        if not payment.row["indicator_id"] and payment.amount:
            yield payment.name, payment.amount, "red"


@rule("chain/wrong-division")
def wrong_division(books: Books) -> Iterator[Hit]:
    for transfer in books.transfers:
        to, kind, source = transfer.row["to_division_code"], transfer.row["kind"], books.source(transfer)
        target = books.indicators.get(named(transfer.row["target_id"], ("indicators",), books.ids))
        wrong = target is not None and target.row["division_code"] != to
        if source is not None and kind == "issue":
            wrong |= to in books.divisions and source.row["division_code"] != books.parent(to)
        if source is not None and kind == "breakdown":
            wrong |= source.row["division_code"] != to
        if wrong and transfer.amount:
            yield transfer.name, transfer.amount, "orange"
    for payment in books.payments:
        indicator = books.indicator(payment)
        if indicator is not None and indicator.row["division_code"] != payment.row["division_code"] and payment.amount:
            yield payment.name, payment.amount, "orange"


@rule("entry/re-entered")
def re_entered(books: Books) -> Iterator[Hit]:
    for record in re_entered_pairs(books):
        yield record, books.indicators[record].amount, "red"


@rule("entry/bundled")
def bundled(books: Books) -> Iterator[Hit]:
    for name, (solutions, said) in bundles(books).items():
        yield name, books.indicators[name].amount, "orange" if said or len(solutions) == 1 else "yellow"


@rule("entry/carry-over-as-current")
def carry_over_as_current(books: Books) -> Iterator[Hit]:
    for record in carried_as_current(books):
        yield record.name, record.amount, "orange"


@rule("label/missing")
def missing(books: Books) -> Iterator[Hit]:
    for record in label_missing(books):
        yield record.name, record.amount, "yellow"


@rule("label/excess")
def excess(books: Books) -> Iterator[Hit]:
    for record in label_excess(books):
        yield record.name, record.amount, "yellow"


@rule("mix/non-poverty-source")
def non_poverty_source(books: Books) -> Iterator[Hit]:
    for record in books.indicators.values():
        lots = [books.carried(transfer.name, record.name) for transfer in books.coming_transfers.get(record.name, [])]
        pure = any(lot and not poverty_fen(lot) for lot in lots)
        if books.in_scope(record.name) and pure and any(poverty_fen(lot) for lot in lots):
            yield record.name, sum(other_fen(lot) for lot in lots), "red"


@rule("mix/payment")
def mixed_payment(books: Books) -> Iterator[Hit]:
    for payment in books.paid:
        lot = own_fen(books, payment)
        if min(poverty_fen(lot), other_fen(lot)):
            yield payment.name, min(poverty_fen(lot), other_fen(lot)), "orange"


def out_by_transfer(books: Books, name: str) -> int:
    return sum(edge.amount for edge in books.network.leaving(name) if not edge.target.startswith("payment:"))


@rule("flow/over-allocated")
def over_allocated(books: Books) -> Iterator[Hit]:
    for name, record in books.sources.items():
        if out_by_transfer(books, name) > record.amount:
            yield name, out_by_transfer(books, name) - record.amount, "red"


@rule("flow/overpaid")
def overpaid(books: Books) -> Iterator[Hit]:
    for name, record in books.indicators.items():
        out = sum(edge.amount for edge in books.network.leaving(name))
        if out > record.amount >= out_by_transfer(books, name):
            yield name, out - record.amount, "red"


@rule("flow/under-booked")
def under_booked(books: Books) -> Iterator[Hit]:
    for name, record in books.indicators.items():
        if books.inflow(name) > record.amount:
            yield name, books.inflow(name) - record.amount, "yellow"


@rule("flow/paid-before-funded")
def paid_before_funded(books: Books) -> Iterator[Hit]:
    for name in books.indicators:
        came = books.network.entering(name)
        went = [edge for edge in books.network.leaving(name) if edge.target.startswith("payment:")]
        if not came or sum(edge.amount for edge in came) < sum(edge.amount for edge in went):
            continue
        days = {edge.date for edge in (*came, *went)}
        short = max(
            (
                sum(edge.amount for edge in went if edge.date <= day)
                - sum(edge.amount for edge in came if edge.date <= day)
                for day in days
            ),
            default=0,
        )
        if short > 0:
            yield name, short, "yellow"


@rule("flow/cycle")
def cycle(books: Books) -> Iterator[Hit]:
    for edge in books.network.edges:
        edge.flow, edge.left = edge.amount, edge.flow  # type: ignore[attr-defined]
    sets = strong_sets(books.network.edges)
    for edge in books.network.edges:
        edge.flow = edge.left  # type: ignore[attr-defined]
    for members in sets:
        least = min(edge.amount for edge in books.network.edges if edge.source in members and edge.target in members)
        yield min(members), least, "orange"


@rule("account/lump-sum")
def lump_sum(books: Books) -> Iterator[Hit]:
    for payment in books.paid:
        to_account = payment.row["account_id"] or payment.row["payee_kind"] == "special_account"
        if to_account and has_poverty(books, payment):
            account = books.network.nodes.get("special_account:" + bare(payment.row["account_id"], "special_account"))
            kept = payment.row["account_id"] and account is not None and account.kept
            yield payment.name, payment.amount, "yellow" if kept else "red"


@rule("account/no-accounting")
def no_accounting(books: Books) -> Iterator[Hit]:
    for account in books.records("special_accounts"):
        poor = poverty_fen(books.balance(account.name))
        if poor <= 0:
            continue
        spent = [edge.date for edge in books.network.leaving(account.name)]
        came = [edge.date for edge in books.network.entering(account.name)]
        came += [receipt[0] for receipt in books.network.nodes[account.name].receipts]
        last = max(spent) if spent else min(came)  # an opening balance without a date was there before all else
        if not books.network.nodes[account.name].kept or not last or days_between(last, books.as_of) > 90:
            yield account.name, poor, "orange"


@rule("card/bypassed")
def bypassed(books: Books) -> Iterator[Hit]:
    for record in spendings(books):
        if (
            record.row["payee_kind"] in ("person", "household")
            and not record.row["one_card_batch_id"]
            and has_poverty(books, record)
        ):
            yield record.name, record.amount, "orange"


@rule("card/list-to-bank")
def list_to_bank(books: Books) -> Iterator[Hit]:
    for record in spendings(books):
        said = unicodedata.normalize("NFKC", record.row["purpose"] + " " + record.row["payee_name"])
        if (
            record.row["payee_kind"] in ("agency", "enterprise")
            and any(word in said for word in LIST_WORDS)
            and not record.row["one_card_batch_id"]
            and has_poverty(books, record)
        ):
            yield record.name, record.amount, "orange"


@rule("card/batch-mismatch")
def batch_mismatch(books: Books) -> Iterator[Hit]:
    for batch in books.records("one_card_batches"):
        paid_in = sum(
            record.gross
            for record in spendings(books)
            if bare(record.row["one_card_batch_id"], "one_card_batch") == batch.row["batch_id"]
        )
        out = sum(
            fen(row["amount"])
            for row in books.rows("one_card_payments")
            if bare(row["batch_id"], "one_card_batch") == batch.row["batch_id"]
        )
        worst = max(abs(paid_in - batch.amount), abs(out - batch.amount))
        if worst:
            yield batch.name, worst, "yellow"


@rule("card/duplicate-person")
def duplicate_person(books: Books) -> Iterator[Hit]:
    batches = {batch.row["batch_id"]: batch.row for batch in books.records("one_card_batches")}
    seen = set()
    rows = [
        (batches[bare(row["batch_id"], "one_card_batch")], row)
        for row in books.rows("one_card_payments")
        if row["status"] == "paid" and bare(row["batch_id"], "one_card_batch") in batches
    ]
    for batch, row in sorted(rows, key=lambda pair: (pair[0]["pay_date"], pair[1]["one_card_payment_id"])):
        key = (row["person_id"], batch["programme"], row["month"])
        if key in seen:
            yield "one_card_payment:" + row["one_card_payment_id"], fen(row["amount"]), "orange"
        seen.add(key)


@rule("pay/undated")
def undated(books: Books) -> Iterator[Hit]:
    for payment in books.payments:
        if payment.row["status"] == "valid" and not payment.row["pay_date"] and payment.amount:
            yield payment.name, payment.amount, "yellow"


@rule("pay/duplicate")
def duplicate(books: Books) -> Iterator[Hit]:
    seen = set()
    reversed_ = {
        "payment:" + bare(row["reverses"], "payment")
        for row in books.rows("payments")
        if row["reverses"] and row["status"] == "valid" and row["pay_date"]
    }
    for payment in books.paid:
        if payment.amount != payment.gross or payment.name in reversed_:
            continue
        to = (
            ("account", payment.row["payee_account"])
            if payment.row["payee_account"]
            else ("name", payment.row["payee_name"])
        )
        key = (bare(payment.row["indicator_id"], "indicator"), to, payment.amount, payment.row["pay_date"])
        if key in seen:
            yield payment.name, payment.amount, "orange"
        seen.add(key)


@rule("pay/barred-function")
def barred_function(books: Books) -> Iterator[Hit]:
    for record in books.indicators.values():
        if (
            record.row["agency_code"]
            and record.row["function_code"][:3] in BARRED_CLASSES
            and has_poverty(books, record)
        ):
            yield record.name, record.amount, "red"


@rule("pay/barred-purpose")
def barred_purpose(books: Books) -> Iterator[Hit]:
    for payment in books.paid:
        said = unicodedata.normalize("NFKC", payment.row["purpose"])
        if any(word in said for word in BARRED_WORDS) and has_poverty(books, payment):
            yield payment.name, payment.amount, "yellow"


@rule("pace/late-issue")
def late_issue(books: Books) -> Iterator[Hit]:
    for name, record in books.indicators.items():
        received = [
            transfer.row["receive_date"]
            for transfer in books.coming_transfers.get(name, [])
            if transfer.row["receive_date"]
        ]
        since = max(received, default=record.row["date"])
        left = unspent(books, record)
        waiting = record.row["origin"] == "superior" and not record.row["agency_code"] and books.in_scope(name)
        if waiting and left > 0 and days_between(since, books.as_of) > 30:
            yield name, left, "orange"


@rule("pace/idle")
def idle(books: Books) -> Iterator[Hit]:
    for name, record in books.indicators.items():
        left = unspent(books, record)
        if (
            books.in_scope(name)
            and record.row["agency_code"]
            and left > 0
            and months_after(record.row["date"], 12) < books.as_of
        ):
            yield name, left, "red" if months_after(record.row["date"], 24) < books.as_of else "orange"


@rule("pace/year-end-rush")
def year_end_rush(books: Books) -> Iterator[Hit]:
    year = books.as_of[:4]
    payments: dict[str, int] = defaultdict(int)
    by_month: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in spending(books, year, "2017"):
        if line.date[:4] == year:
            by_month[line.division][line.date[5:7]] += line.amount
            payments[line.division] += not line.reversal
    for division, months in by_month.items():
        whole = sum(months.values())
        december, quarter = months["12"], months["10"] + months["11"] + months["12"]
        over = max(december * 100 - whole * 15, quarter * 100 - whole * 35)
        if payments[division] >= 20 and over > 0:
            yield "division:" + division, -(-over // 100), "yellow"


@rule("report/difference")
def report_difference(books: Books) -> Iterator[Hit]:
    for division, pairs in reported(books).items():
        if any(system != report for system, report in pairs):
            yield "division:" + division, sum(abs(system - report) for system, report in pairs), "blue"


def reported(books: Books) -> dict[str, list[tuple[int, int]]]:
    """Per division (system, report) of both measures in its latest report of the year, tier all."""
    rows = [row for row in books.rows("daily_reports") if row["tier"] == "all" and row["report_date"] <= books.as_of]
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    figures = system_figures(books, books.as_of[:4], "2017")
    for row in rows:
        latest = max(other["report_date"] for other in rows if other["division_code"] == row["division_code"])
        if row["report_date"] == latest and latest[:4] == books.as_of[:4]:
            system = figures[row["division_code"]]
            mine = system.booked if row["measure"] == "scale" else system.expenditure
            found[row["division_code"]].append((mine, fen(row["amount"])))
    return found


WELL_FORMED = re.compile(r"[\u4e00-\u9fff]{2,8}〔(\d{4})〕第?\d+号")


@rule("data/document-number")
def bad_number(books: Books) -> Iterator[Hit]:
    for table in ("allocations", "transfers", "indicators", "payments"):
        for record in books.records(table):
            row = record.row
            year = row.get("fiscal_year") or books.year(record)
            for number in (row.get("doc_no", ""), row.get("superior_doc_no", "")):
                if number and _wrong(number, year):
                    yield record.name, record.amount, "blue"
                    break


def _wrong(number: str, year: str) -> bool:
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", number))
    plain = re.sub(r"[\[({〔【〖]", "〔", re.sub(r"[\])}〕】〗]", "〕", plain))
    found = WELL_FORMED.fullmatch(plain)
    if not found:
        return True
    said = int(found[1])
    return bool(year) and (said > int(year) or said < int(year) - 1)

"""Faults of special accounts: lump sums of poverty money, accounts nobody keeps, receipts that do not match."""

from __future__ import annotations

from loaders.province.faults.money import OTHER, POOR, Money
from loaders.province.faults.sheet import Sheet
from loaders.province.key import Finding
from loaders.province.reports import EXPENDITURE


def _account(sheet: Sheet, place: int, *, kept: bool) -> str:
    return sheet.add(
        "special_accounts",
        division_code=sheet.places.code[place],
        bank="农业银行",
        kind="fiscal",
        name=sheet.places.name[place] + "扶贫专户",
        accounting_enabled="true" if kept else "false",
    )


def _pay_in(sheet: Sheet, place: int, money: Money, account: str) -> tuple[str, int]:
    """A lump sum into the account in June."""
    fen = sheet.fen()
    return sheet.pay(
        sheet.spender(place, fen, money),
        fen // 2,
        method="appropriation",
        account_id=account,
        payee_kind="special_account",
        payee_name=sheet.places.name[place] + "扶贫专户",
        purpose="拨入专户",
    ), fen // 2


def _receipt(sheet: Sheet, account: str, payment: str, fen: int) -> str:
    return sheet.add(
        "account_entries",
        fen,
        account_id=account,
        date=sheet.day(6, 16),
        direction="receipt",
        payment_id=payment,
        purpose="拨入专户",
    )


def _spend(sheet: Sheet, account: str, fen: int, day: str, flag: str = "true") -> str:
    return sheet.add(
        "account_entries",
        fen,
        account_id=account,
        date=day,
        direction="expenditure",
        payee_kind="village",
        payee_name="前李庄村村民委员会",
        poverty=flag,
        purpose="村内道路硬化",
    )


def _counted(sheet: Sheet, place: int, paid: tuple[str, int], entry: tuple[str, int] | None) -> None:
    """What the lump sum does to the figures: counted by calibre 2017, its spending by the next."""
    records = [paid[0], *([entry[0]] if entry else [])]
    sheet.cause(place, EXPENDITURE, "special-account", paid[1] - (entry[1] if entry else 0), *records)


def _lump(sheet: Sheet, place: int, paid: tuple[str, int]) -> Finding:
    return sheet.expect("account/lump-sum", paid[0], place, paid[1])


def lump_sum(sheet: Sheet, turn: int) -> None:
    """Poverty money paid into an account with bookkeeping that goes on spending it. Near miss: other money."""
    place = sheet.county()
    account = _account(sheet, place, kept=True)
    paid = _pay_in(sheet, place, POOR, account)
    _receipt(sheet, account, *paid)
    spent = paid[1] // 2 if turn % 2 == 0 else paid[1]
    _counted(
        sheet, place, paid, (_spend(sheet, account, spent, sheet.before_last(30), "" if turn % 4 else "true"), spent)
    )
    sheet.fault(_lump(sheet, place, paid))
    place = sheet.county()
    account = _account(sheet, place, kept=True)
    paid = _pay_in(sheet, place, OTHER, account)
    _receipt(sheet, account, *paid)
    sheet.near_miss("account/lump-sum", paid[0])
    sheet.near_miss("account/no-accounting", account)


def no_accounting(sheet: Sheet, turn: int) -> None:
    """Poverty money in an account without bookkeeping, or with one that has been silent for months.

    Near miss: a silent account that has spent all."""
    place = sheet.county()
    account = _account(sheet, place, kept=turn % 2 == 1)
    paid = _pay_in(sheet, place, POOR, account)
    spent = 0
    if turn % 2 == 1:
        _receipt(sheet, account, *paid)
        spent = paid[1] // 4
        _counted(sheet, place, paid, (_spend(sheet, account, spent, sheet.day(7, 20)), spent))
    else:
        _counted(sheet, place, paid, None)
    sheet.fault(sheet.expect("account/no-accounting", account, place, paid[1] - spent), _lump(sheet, place, paid))
    place = sheet.county()
    account = _account(sheet, place, kept=True)
    paid = _pay_in(sheet, place, OTHER, account)
    _receipt(sheet, account, *paid)
    _spend(sheet, account, paid[1], sheet.day(7, 20), "false")
    sheet.near_miss("account/no-accounting", account)


def receipt_mismatch(sheet: Sheet, turn: int) -> None:
    """A payment into a kept account whose receipt is missing, or of another sum."""
    place = sheet.county()
    account = _account(sheet, place, kept=True)
    paid = _pay_in(sheet, place, OTHER, account)
    received = 0
    if turn % 2 == 1:
        received = paid[1] - 4_400
        _receipt(sheet, account, paid[0], received)
    sheet.fault(sheet.expect("account/receipt-mismatch", paid[0], place, paid[1] - received))

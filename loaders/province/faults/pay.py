"""Faults of payments: undated, paid twice, for what poverty money must not pay, past the treasury, unreviewed."""

from __future__ import annotations

from loaders.province.faults.money import OTHER, POOR, Money
from loaders.province.faults.sheet import Sheet


def undated(sheet: Sheet, turn: int) -> None:
    """A valid payment without a date. Near miss: a pending one."""
    place, fen = sheet.county(), sheet.fen()
    spender = sheet.spender(place, fen, POOR)
    sheet.fault(sheet.expect("pay/undated", sheet.pay(spender, fen // 4 + turn, pay_date=""), place, fen // 4 + turn))
    sheet.near_miss("pay/undated", sheet.pay(spender, fen // 8, pay_date="", status="pending"))


def duplicate(sheet: Sheet, turn: int) -> None:
    """The same payee, amount and day twice. Near miss: the second came back."""
    for came_back in (False, True):
        place, fen = sheet.county(), sheet.fen()
        spender = sheet.spender(place, fen, POOR)
        same = {"payee_account": f"6230{fen:015d}"} if turn % 2 == 0 else {"payee_account": ""}
        sheet.pay(spender, fen // 4, **same)
        again = sheet.pay(spender, fen // 4, **same)
        if came_back:
            sheet.pay(spender, -(fen // 4), reverses=again, pay_date=sheet.day(6, 29), **same)
            sheet.near_miss("pay/duplicate", again)
        else:
            sheet.fault(sheet.expect("pay/duplicate", again, place, fen // 4))


def barred_function(sheet: Sheet, turn: int) -> None:
    """Poverty money in an agency's indicator of a barred function. Near miss: other money in one."""
    functions = ("2040299", "2020199", "2030699", "2270101", "2320301")
    place, fen = sheet.county(), sheet.fen()
    spender = sheet.spender(place, fen, POOR, function_code=functions[turn % len(functions)])
    sheet.pay(spender, fen // 4)
    sheet.fault(sheet.expect("pay/barred-function", spender, place, fen))
    place, fen = sheet.county(), sheet.fen()
    sheet.near_miss("pay/barred-function", sheet.spender(place, fen, OTHER, function_code=functions[turn % 5]))


def barred_purpose(sheet: Sheet, turn: int) -> None:
    """Poverty money for what it must not pay. Near miss: other money."""
    words = ("公务招待费", "年终奖金", "职工福利费", "购车款", "办公楼维修", "还债", "偿还债务本金")
    word = words[turn % len(words)]
    place, fen = sheet.county(), sheet.fen()
    subject = sheet.pay(sheet.spender(place, fen, POOR), fen // 4, purpose=word)
    sheet.fault(sheet.expect("pay/barred-purpose", subject, place, fen // 4))
    place, fen = sheet.county(), sheet.fen()
    sheet.near_miss("pay/barred-purpose", sheet.pay(sheet.spender(place, fen, OTHER), fen // 4, purpose=word))


def barred_economy(sheet: Sheet, turn: int) -> None:
    """Poverty money in an agency's indicator for wages or entertainment."""
    place, fen = sheet.county(), sheet.fen()
    spender = sheet.spender(place, fen, POOR, economy_code=("50101", "50206")[turn % 2])
    sheet.pay(spender, fen // 4)
    sheet.fault(sheet.expect("pay/barred-economy", spender, place, fen))
    place, fen = sheet.county(), sheet.fen()
    sheet.near_miss("pay/barred-economy", sheet.spender(place, fen, OTHER, economy_code="50101"))


def not_centralised(sheet: Sheet, turn: int) -> None:
    """Appropriated (实拨) to a payee that is no special account. Near miss: to a special account."""
    place, fen = sheet.county(), sheet.fen()
    money = POOR if turn % 2 == 0 else Money("2130504", "")
    subject = sheet.pay(sheet.spender(place, fen, money), fen // 4, method="appropriation")
    sheet.fault(sheet.expect("pay/not-centralised", subject, place, fen // 4))


def unreviewed(sheet: Sheet, turn: int) -> None:
    """A payment without a step where all others have theirs. Near miss: one that has."""
    place, fen = sheet.county(), sheet.fen()
    spender = sheet.spender(place, fen, POOR)
    subject = sheet.pay(spender, fen // 4 + turn)
    sheet.unreviewed.add(subject)
    sheet.fault(sheet.expect("pay/unreviewed", subject, place, fen // 4 + turn))
    sheet.near_miss("pay/unreviewed", sheet.pay(spender, fen // 8))

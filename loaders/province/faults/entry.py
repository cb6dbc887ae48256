"""Faults of entry: received money typed in again as own, one by one, bundled, in pieces, or from last year."""

from __future__ import annotations

from loaders.province.faults.money import POOR, Money
from loaders.province.faults.sheet import Sheet
from loaders.province.key import Finding

EARLIER = Money(years_ago=1)


def _unreceived(sheet: Sheet, place: int, fen: int) -> tuple[str, str, Finding]:
    """An issue never received: its id, its number, and the finding that follows."""
    number = sheet.document(int(sheet.places.parent[place]))
    name = sheet.transfer(
        "issue", sheet.source(place, fen, POOR), "", place, fen, doc_no=number, issue_date=sheet.day(4, 10)
    )
    sheet.scale_cause(place, "province", "unreceived", -fen, name)
    return name, number, sheet.expect("chain/unreceived-transfer", name, place, fen)


def _typed(sheet: Sheet, place: int, fen: int, **columns: str) -> str:
    """An own, typed indicator of the bureau, half of it spent by an agency."""
    name = sheet.indicator(place, fen, POOR, **{"origin": "own", "entry": "manual", "date": sheet.day(5, 8), **columns})
    sheet.booked(name, "county", fen)
    return name


def _spend(sheet: Sheet, own: str, fen: int) -> None:
    sheet.pay(sheet.agency(own, fen, POOR, origin="own", date=sheet.day(5, 15)), fen // 4)


def re_entered(sheet: Sheet, turn: int) -> None:
    """One issue typed in as own, its number quoted or not. Near miss: an amount one fen off."""
    place, fen = sheet.county(), sheet.fen()
    _, number, follows = _unreceived(sheet, place, fen)
    own = _typed(sheet, place, fen, superior_doc_no=number if turn % 2 else "")
    _spend(sheet, own, fen)
    sheet.scale_cause(place, "county", "re-entered", fen, own)
    sheet.fault(sheet.expect("entry/re-entered", own, place, fen), follows)
    sheet.near_miss("entry/re-entered", _typed(sheet, place, fen + 1))


def bundled(sheet: Sheet, turn: int) -> None:
    """Two to four issues typed in as one. Near miss: a sum one fen off."""
    place = sheet.county()
    parts = [sheet.fen() for _ in range(2 + turn % 3)]
    follows = [_unreceived(sheet, place, fen)[2] for fen in parts]
    own = _typed(sheet, place, sum(parts))
    _spend(sheet, own, sum(parts))
    sheet.scale_cause(place, "county", "bundled", sum(parts), own)
    sheet.fault(sheet.expect("entry/bundled", own, place, sum(parts)), *follows)
    sheet.near_miss("entry/bundled", _typed(sheet, place, sum(parts) - 1))


def carry_over_as_current(sheet: Sheet, turn: int) -> None:
    """Last year's balance typed in as this year's money; the old one lies idle, or is too young for that.

    Near miss: a balance typed in under another function."""
    old_day = sheet.day(5, 3, 1) if turn % 2 == 0 else sheet.day(12, 24, 1)
    place, fen = sheet.county(), sheet.fen()
    old, balance = _last_year(sheet, place, fen, old_day)
    own = _typed(sheet, place, balance, agency_code=sheet.places.agency(place, 1))
    sheet.scale_cause(place, "county", "carry-over", balance, own)
    follows = [sheet.expect("pace/idle", old, place, balance)] if turn % 2 == 0 else []
    sheet.fault(sheet.expect("entry/carry-over-as-current", own, place, balance), *follows)
    place, fen = sheet.county(), sheet.fen()
    _, balance = _last_year(sheet, place, fen, sheet.day(12, 24, 1))
    other = _typed(sheet, place, balance, agency_code=sheet.places.agency(place, 1), function_code="2130504")
    sheet.near_miss("entry/carry-over-as-current", other)


def _last_year(sheet: Sheet, place: int, fen: int, day: str) -> tuple[str, int]:
    """An agency's indicator of last year, dated `day`, of which three quarters are left; it and the rest."""
    spent = fen // 4
    name = sheet.spender(place, fen, EARLIER, agency_code=sheet.places.agency(place, 1), date=day)
    sheet.pay(name, spent, pay_date=sheet.day(12, 28, 1))
    return name, fen - spent


def split_re_entry(sheet: Sheet, turn: int) -> None:
    """One issue typed in as two or three own indicators; the first of them is accused, of the whole issue."""
    place, fen = sheet.county(), sheet.fen()
    _, _, follows = _unreceived(sheet, place, fen)
    cuts = (fen // 4 + 1,) if turn % 2 == 0 else (fen // 8 + 1, fen // 4 + 1)
    typed = [_typed(sheet, place, part) for part in (*cuts, fen - sum(cuts))]
    sheet.fault(sheet.expect("entry/split-re-entry", typed[0], place, fen), follows)


def bundled_with_own(sheet: Sheet, turn: int) -> None:
    """Two issues and own matching money typed in as one, their numbers quoted."""
    place, parts, extra = sheet.county(), [sheet.fen(), sheet.fen()], sheet.fen() + turn
    told = [_unreceived(sheet, place, fen) for fen in parts]
    own = _typed(sheet, place, sum(parts) + extra, doc_no=told[0][1], superior_doc_no=told[1][1])
    follows = (finding for _, _, finding in told)
    sheet.fault(sheet.expect("entry/bundled-with-own", own, place, sum(parts) + extra), *follows)

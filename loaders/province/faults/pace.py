"""Faults of pace: handed on late, left idle, spent in a rush."""

from __future__ import annotations

from loaders.province.faults.money import POOR, Money
from loaders.province.faults.sheet import Sheet
from loaders.province.reports import EXPENDITURE, spending
from loaders.province.size import days


def late_issue(sheet: Sheet, turn: int) -> None:
    """A bureau that still holds a part. Near miss: one that received its money three weeks ago."""
    place, fen = sheet.county(), sheet.fen()
    bureau = sheet.bureau(place, fen, POOR)
    rest = fen // 4 + turn
    sheet.pay(sheet.agency(bureau, fen - rest, POOR), fen // 4)
    sheet.fault(sheet.expect("pace/late-issue", bureau, place, rest))
    place, fen = sheet.county(), sheet.fen()
    source, number = sheet.source(place, fen, POOR), sheet.document(int(sheet.places.parent[place]))
    fresh = sheet.indicator(place, fen, POOR, superior_doc_no=number, date=sheet.before_last(21))
    sheet.transfer(
        "issue",
        source,
        fresh,
        place,
        fen,
        doc_no=number,
        issue_date=sheet.before_last(25),
        receive_date=sheet.before_last(21),
    )
    sheet.booked(fresh, "province", fen)
    sheet.near_miss("pace/late-issue", fresh)


def idle(sheet: Sheet, turn: int) -> None:
    """Money of a year or two ago, still unspent. Near miss: not yet a year old."""
    ago = 1 + turn % 2
    place, fen = sheet.county(), sheet.fen()
    money = Money(years_ago=ago)
    spender = sheet.spender(place, fen, money)
    sheet.pay(spender, fen // 4, pay_date=sheet.day(9, 9, ago))
    sheet.fault(sheet.expect("pace/idle", spender, place, fen - fen // 4))
    place, fen = sheet.county(), sheet.fen()
    young = sheet.spender(place, fen, Money(years_ago=1), date=sheet.day(12, 22, 1))
    sheet.near_miss("pace/idle", young)


def year_end_rush(sheet: Sheet, turn: int) -> None:
    """Two thirds of a county's year paid in December. Near miss: the same with less than twenty payments."""
    quiet = sheet.quiet_counties()
    if not quiet:
        return
    place = quiet[turn % len(quiet)]
    sheet.reserved.add(place)
    before, september, december = _paid_by_season(sheet, place)
    early = 20 * 100_000
    late = 2 * (before + early)
    late += -(before + early + late) % 20
    spender = sheet.spender(place, early + late, POOR)
    for each in range(20):
        sheet.pay(spender, early // 20, pay_date=sheet.day(6, 1 + each))
    sheet.pay(spender, late, pay_date=sheet.day(12, 11))
    whole = before + early + late
    excess = max(december + late - whole * 15 // 100, before - september + late - whole * 35 // 100)
    sheet.fault(sheet.expect("pace/year-end-rush", f"division:{sheet.places.code[place]}", place, excess))


def _paid_by_season(sheet: Sheet, place: int) -> tuple[int, int, int]:
    """The county's expenditure in fen: of the year, up to September, in December."""
    paid = spending(sheet.made, place)
    day, fen = paid.day, paid.fen
    year = sheet.size.year
    total = sheet.tally.of(place, EXPENDITURE)
    assert total == int(fen.sum()), "the rows of a county's expenditure add up to its figure"
    return total, int(fen[day < days(year, 10, 1)].sum()), int(fen[day >= days(year, 12, 1)].sum())

"""Faults of the chain itself: what was never received, refers to nothing, comes from nowhere, or goes astray."""

from __future__ import annotations

from loaders.province.faults.money import LISTED, OTHER, POOR
from loaders.province.faults.sheet import Sheet, record


def unreceived_transfer(sheet: Sheet, turn: int) -> None:
    """An issue nobody received, 10 or 40 days old. Near misses: one of five days, one received by its number."""
    place, fen = sheet.county(), sheet.fen()
    subject = sheet.transfer(
        "issue",
        sheet.source(place, fen, POOR),
        "",
        place,
        fen,
        doc_no=sheet.document(int(sheet.places.parent[place])),
        issue_date=sheet.before_last(40 if turn % 2 == 0 else 10),
    )
    sheet.scale_cause(place, "province", "unreceived", -fen, subject)
    sheet.fault(sheet.expect("chain/unreceived-transfer", subject, place, fen))
    _recently_issued(sheet)
    _received_by_number(sheet)


def _recently_issued(sheet: Sheet) -> None:
    place, fen = sheet.county(), sheet.fen()
    young = sheet.transfer("issue", sheet.source(place, fen, OTHER), "", place, fen, issue_date=sheet.before_last(5))
    sheet.near_miss("chain/unreceived-transfer", young)


def _received_by_number(sheet: Sheet) -> None:
    """The two records are joined by the number they both bear, written with other brackets and zeros."""
    place, fen = sheet.county(), sheet.fen()
    parent = int(sheet.places.parent[place])
    source, number = sheet.source(place, fen, POOR), sheet.document(parent)
    told = sheet.transfer("issue", source, "", place, fen, doc_no=number, issue_date=sheet.day(4, 10))
    quoted = number.replace("〔", "[").replace("〕", "]第0")
    bureau = sheet.indicator(place, fen, POOR, superior_doc_no=quoted)
    sheet.booked(bureau, "province", fen)
    sheet.pay(sheet.agency(bureau, fen, POOR), fen // 2)
    sheet.near_miss("chain/unreceived-transfer", told)
    sheet.near_miss("chain/unsourced-indicator", bureau)


def dangling_reference(sheet: Sheet, turn: int) -> None:
    """A reference to a record that is not there, in another column each turn. Near miss: a bare id that resolves."""
    place, fen = sheet.county(), sheet.fen()
    forms = (
        _payment_of_no_indicator,
        _transfer_of_no_source,
        _payment_to_no_account,
        _payment_to_no_batch,
        _payment_of_no_transfer,
        _reversal_of_nothing,
        _carried_from_nothing,
    )
    subject, accused = forms[turn % len(forms)](sheet, place, fen)
    sheet.fault(sheet.expect("chain/dangling-reference", subject, place, accused))
    bare = sheet.bureau(sheet.county(), fen := sheet.fen(), OTHER)
    sheet.agency(bare, fen, OTHER)
    last = dict(sheet.rows["transfers"].pop())
    sheet.rows["transfers"].append({**last, "source_id": bare})
    sheet.near_miss("chain/dangling-reference", last["transfer_id"])


def _payment_of_no_indicator(sheet: Sheet, place: int, fen: int) -> tuple[str, int]:
    name = sheet.pay(sheet.spender(place, fen, OTHER), fen // 4)
    last = dict(sheet.rows["payments"].pop())
    sheet.rows["payments"].append({**last, "indicator_id": "I-LOST-" + name[2:]})
    return name, fen // 4


def _transfer_of_no_source(sheet: Sheet, place: int, fen: int) -> tuple[str, int]:
    bureau = sheet.indicator(place, fen, OTHER)
    lost = "indicator:I-LOST-" + bureau[2:]
    subject = sheet.transfer("issue", lost, bureau, place, fen)
    sheet.agency(bureau, fen, OTHER)
    return subject, fen


def _payment_to_no_account(sheet: Sheet, place: int, fen: int) -> tuple[str, int]:
    return sheet.pay(
        sheet.spender(place, fen, OTHER),
        fen // 4,
        method="appropriation",
        payee_kind="special_account",
        payee_name="社会事业专户",
        account_id="S-LOST",
    ), fen // 4


def _payment_to_no_batch(sheet: Sheet, place: int, fen: int) -> tuple[str, int]:
    return sheet.pay(
        sheet.spender(place, fen, OTHER), fen // 4, payee_kind="person", one_card_batch_id="B-LOST"
    ), fen // 4


def _payment_of_no_transfer(sheet: Sheet, place: int, fen: int) -> tuple[str, int]:
    return sheet.pay(sheet.spender(place, fen, OTHER), fen // 4, transfer_id="T-LOST"), fen // 4


def _reversal_of_nothing(sheet: Sheet, place: int, fen: int) -> tuple[str, int]:
    spender = sheet.spender(place, fen, OTHER)
    sheet.pay(spender, fen // 2)
    return sheet.pay(spender, -(fen // 4), reverses="P-LOST"), fen // 4


def _carried_from_nothing(sheet: Sheet, place: int, fen: int) -> tuple[str, int]:
    agency = sheet.places.agency(place, 0)
    return sheet.indicator(
        place, fen, OTHER, agency_code=agency, origin="carry_over", entry="", date=sheet.day(1, 9), previous_id="I-LOST"
    ), fen


def unsourced_indicator(sheet: Sheet, turn: int) -> None:
    """An indicator said to come from above of which nothing, or not all, can be seen to come."""
    place, fen = sheet.county(), sheet.fen()
    known = 0 if turn % 2 == 0 else fen // 4
    bureau = sheet.indicator(place, fen, POOR, superior_doc_no=sheet.document(int(sheet.places.parent[place])))
    if known:
        sheet.transfer("issue", sheet.source(place, known, POOR), bureau, place, known)
        sheet.booked(bureau, "province", known)
    sheet.booked(bureau, "unknown", fen - known)
    sheet.pay(sheet.agency(bureau, fen, POOR), fen // 2)
    sheet.fault(sheet.expect("chain/unsourced-indicator", bureau, place, fen - known))


def payment_without_indicator(sheet: Sheet, turn: int) -> None:
    """Money paid on no indicator. Near miss: the same, void."""
    place, fen = sheet.county(), sheet.fen()
    plain = {
        "division_code": sheet.places.code[place],
        "agency_code": sheet.places.agency(place, turn % 4),
        "pay_date": sheet.day(7, 3),
        "method": "direct",
        "payee_kind": "enterprise",
        "purpose": "扶贫车间建设",
        "payee_name": sheet.places.name[place] + "惠民建筑工程有限公司",
        "payee_account": f"6211{fen:015d}",
    }
    subject = sheet.add("payments", fen, status="valid", **plain)
    sheet.fault(sheet.expect("chain/payment-without-indicator", subject, place, fen))
    sheet.near_miss("chain/payment-without-indicator", sheet.add("payments", sheet.fen(), status="void", **plain))


def wrong_division(sheet: Sheet, turn: int) -> None:
    """A payment on another division's indicator, a breakdown across the border, an issue past the fiscal parent,
    a target elsewhere than said. Near miss: an integration whose source lies elsewhere."""
    forms = (_paid_elsewhere, _broken_down_elsewhere, _issued_past_the_parent, _received_elsewhere)
    forms[turn % len(forms)](sheet)
    here, there, fen = sheet.county(), sheet.county(), sheet.fen()
    bureau = sheet.bureau(here, fen, OTHER)
    target = sheet.indicator(there, fen, OTHER, agency_code=sheet.places.agency(there, 1), date=sheet.day(4, 20))
    sheet.near_miss("chain/wrong-division", sheet.transfer("integration", bureau, target, there, fen))


def _paid_elsewhere(sheet: Sheet) -> None:
    here, there, fen = sheet.county(), sheet.county(), sheet.fen()
    subject = sheet.pay(sheet.spender(here, fen, POOR), fen // 4, division_code=sheet.places.code[there])
    sheet.fault(sheet.expect("chain/wrong-division", subject, there, fen // 4))


def _broken_down_elsewhere(sheet: Sheet) -> None:
    here, there, fen = sheet.county(), sheet.county(), sheet.fen()
    bureau = sheet.bureau(here, fen, POOR)
    code = sheet.places.agency(there, 2)
    target = sheet.indicator(there, fen, POOR, agency_code=code, date=sheet.day(4, 20))
    subject = sheet.transfer(
        "breakdown",
        bureau,
        target,
        there,
        fen,
        to_agency_code=code,
        issue_date=sheet.day(4, 20),
        receive_date=sheet.day(4, 20),
    )
    sheet.booked(target, "province", fen)
    sheet.fault(sheet.expect("chain/wrong-division", subject, there, fen))


def _issued_past_the_parent(sheet: Sheet) -> None:
    fen = sheet.fen()
    place = next(each for each in iter(sheet.county, None) if sheet.places.parent[each])
    target = sheet.indicator(place, fen, POOR, superior_doc_no=(number := sheet.document(0)))
    subject = sheet.transfer("issue", record(sheet.allocation(fen, POOR)), target, place, fen, doc_no=number)
    sheet.booked(target, "province", fen)
    sheet.agency(target, fen, POOR)
    sheet.fault(sheet.expect("chain/wrong-division", subject, place, fen))


def _received_elsewhere(sheet: Sheet) -> None:
    here, there, fen = sheet.county(), sheet.county(), sheet.fen()
    source = sheet.source(here, fen, LISTED)
    target = sheet.indicator(there, fen, LISTED)
    subject = sheet.transfer("issue", source, target, here, fen)
    sheet.booked(target, "province", fen)
    sheet.agency(target, fen, LISTED)
    sheet.fault(sheet.expect("chain/wrong-division", subject, here, fen))

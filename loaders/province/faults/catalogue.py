"""Which faults can be planted, how often each is, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from lineage.errors import Misuse
from loaders.province.faults import account, card, chain, data, entry, flow, label, mix, pace, pay, report
from loaders.province.faults.sheet import Sheet

Planter = Callable[[Sheet, int], None]
FAULTS: MappingProxyType[str, Planter] = MappingProxyType(
    {
        "chain/unreceived-transfer": chain.unreceived_transfer,
        "chain/dangling-reference": chain.dangling_reference,
        "chain/unsourced-indicator": chain.unsourced_indicator,
        "chain/payment-without-indicator": chain.payment_without_indicator,
        "chain/wrong-division": chain.wrong_division,
        "entry/re-entered": entry.re_entered,
        "entry/bundled": entry.bundled,
        "entry/carry-over-as-current": entry.carry_over_as_current,
        "label/missing": label.missing,
        "label/excess": label.excess,
        "mix/non-poverty-source": mix.non_poverty_source,
        "mix/payment": mix.payment,
        "flow/over-allocated": flow.over_allocated,
        "flow/overpaid": flow.overpaid,
        "flow/under-booked": flow.under_booked,
        "flow/paid-before-funded": flow.paid_before_funded,
        "flow/cycle": flow.cycle,
        "account/lump-sum": account.lump_sum,
        "account/no-accounting": account.no_accounting,
        "card/bypassed": card.bypassed,
        "card/list-to-bank": card.list_to_bank,
        "card/batch-mismatch": card.batch_mismatch,
        "card/duplicate-person": card.duplicate_person,
        "pay/undated": pay.undated,
        "pay/duplicate": pay.duplicate,
        "pay/barred-function": pay.barred_function,
        "pay/barred-purpose": pay.barred_purpose,
        "pace/late-issue": pace.late_issue,
        "pace/idle": pace.idle,
        "pace/year-end-rush": pace.year_end_rush,
        "report/difference": report.difference,
        "data/document-number": data.document_number,
        "entry/split-re-entry": entry.split_re_entry,
        "entry/bundled-with-own": entry.bundled_with_own,
        "pay/not-centralised": pay.not_centralised,
        "account/receipt-mismatch": account.receipt_mismatch,
        "pay/unreviewed": pay.unreviewed,
        "card/listed-person": card.listed_person,
        "pay/barred-economy": pay.barred_economy,
    }
)
"""All rules of the catalogue by name; the last seven are off unless switched on."""
FIRST = ("pace/year-end-rush", "report/difference")
"""Planted before all others, in divisions that they then leave alone."""
ONCE_IN, MOST = 10_000, 40


def names_of(faults: str | tuple[str, ...]) -> tuple[str, ...]:
    """The faults asked for, in planting order. Raises Misuse for one that is not in the catalogue."""
    wanted = set(FAULTS) if faults == "all" else {faults} if isinstance(faults, str) else set(faults)
    unknown = sorted(wanted - set(FAULTS))
    if unknown:
        raise Misuse(f"faults: found {', '.join(unknown)}, expected 'all' or of: {', '.join(FAULTS)}")
    return tuple(sorted(wanted, key=lambda name: (name not in FIRST, tuple(FAULTS).index(name))))


def plant(sheet: Sheet, faults: str | tuple[str, ...]) -> None:
    """Plants each fault once for every ONCE_IN payments and once more, MOST times at the most."""
    times = min(MOST, 1 + sheet.size.payments // ONCE_IN)
    for name in names_of(faults):
        for turn in range(min(times, 5) if name == "pace/year-end-rush" else times):
            FAULTS[name](sheet, turn)

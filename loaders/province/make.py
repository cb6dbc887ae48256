"""Make a province: draw it, plant what is asked, write the bundle and the answer key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from loaders.province import paytables, records
from loaders.province.budget import draw_budget
from loaders.province.bundle import Columns, Row, write_bundle
from loaders.province.faults import names_of, plant
from loaders.province.faults.reporting import report_rows, step_rows
from loaders.province.faults.sheet import Sheet, iso
from loaders.province.flows import draw_flows, sum_up
from loaders.province.key import Fault, ProvinceKey
from loaders.province.payout import draw_accounts, draw_batches, draw_entries
from loaders.province.paytables import Made
from loaders.province.places import henan_2017
from loaders.province.reports import system_tally
from loaders.province.size import Size, size_of
from loaders.province.spending import draw_payments

STEPS_MOST = 100_000
"""Up to so many payments a province has the steps of all of them; a larger one only where their lack is planted."""


def make_province(
    folder: Path | str, payments: int = 2000, seed: int = 1, faults: str | tuple[str, ...] = (), year: int = 2017
) -> ProvinceKey:
    """Writes a bundle of CSV files and its `answer_key.json` to `folder`; returns the key.

    `faults` are names of the catalogue's rules, or "all". The same arguments give the same bytes. Cost: linear,
    measured in docs/made-province.md. Raises Misuse for a number of payments outside 200 … 10,000,000 or a
    fault that is none.
    """
    size = size_of(payments, year)
    made = draw_province(size, seed)
    planting = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, 1))))
    sheet = Sheet(made, size, system_tally(made), planting)
    plant(sheet, faults)
    sheet.rows["allocations"].append(_last_row(size))
    sheet.rows["daily_reports"] = report_rows(sheet)
    parts = _parts(made)
    if payments <= STEPS_MOST or "pay/unreviewed" in names_of(faults):
        parts["steps"] = paytables.step_parts(made)
        sheet.rows["steps"] = step_rows(sheet)
    rows = write_bundle(Path(folder), parts, sheet.rows)
    key = replace(answer(sheet, seed, rows), planted=names_of(faults))
    key.write(Path(folder) / "answer_key.json")
    return key


def answer(sheet: Sheet, seed: int, rows: Mapping[str, int]) -> ProvinceKey:
    """The key of what stands on the sheet."""
    differences = sheet.differences()
    mistold = {sheet.places.code[place] for place in sheet.misreported}
    told = tuple(Fault(each, ()) for each in differences if each.division_code in mistold)
    return ProvinceKey(
        seed=seed,
        payments=sheet.size.payments,
        year=sheet.size.year,
        planted=(),
        as_of=sheet.before_last(0),
        showcase=showcase(sheet.made),
        rows=tuple(sorted(rows.items())),
        faults=(*sheet.faults, *told),
        near_misses=tuple(sheet.near_misses),
        differences=tuple(each for each in differences if each.division_code not in mistold),
        causes=sheet.causes(),
    )


def showcase(made: Made) -> str:
    """A valid payment of an agency whose bureau got money along as many ways as any in the province does."""
    bureaus, spenders = made.budget.bureaus, made.budget.spenders
    ways = (bureaus.parent >= 0).astype(np.int8) + (bureaus.match >= 0)
    ranked = np.where(spenders.bureau >= 0, ways[spenders.bureau], -1)
    first = int(made.payments.first[int(np.argmax(ranked))])
    return f"payment:P-{first + 1:08d}"


def draw_province(size: Size, seed: int) -> Made:
    """Everything about a sound province, from one seed; each part has its own stream of random numbers."""
    streams = [np.random.Generator(np.random.PCG64(each)) for each in np.random.SeedSequence(seed).spawn(6)]
    places = henan_2017()
    budget = draw_budget(size, places, streams[0])
    payments = draw_payments(size, budget, streams[1])
    amounts = sum_up(budget, payments, streams[2])
    flows = draw_flows(budget, amounts, streams[3])
    accounts = draw_accounts(budget, payments)
    return Made(
        places,
        budget,
        payments,
        flows,
        draw_batches(budget, payments, streams[4]),
        accounts,
        draw_entries(size, payments, accounts, streams[5]),
        seed,
    )


def _parts(made: Made) -> dict[str, Iterable[Columns]]:
    documents = records.number_documents(made.budget, made.flows, made.places)
    chain = (made.budget, made.flows, documents, made.places)
    return {
        "divisions": [records.division_columns(made.places)],
        "agencies": [records.agency_columns(made.places)],
        "projects": [records.project_columns(made.places)],
        "allocations": [records.allocation_columns(*chain)],
        "transfers": [records.transfer_columns(*chain)],
        "indicators": [records.bureau_columns(*chain), records.spender_columns(*chain)],
        "payments": paytables.payment_parts(made),
        "special_accounts": [paytables.account_columns(made)],
        "account_entries": paytables.entry_parts(made),
        "one_card_batches": paytables.batch_parts(made),
        "one_card_payments": paytables.card_parts(made),
        "fund_scope": [records.scope_columns(made.budget)],
        "indicator_adjustments": [records.adjustment_columns(made.budget, made.flows)],
    }


def _last_row(size: Size) -> Row:
    """The province's last decision, other money that stays with it: it dates the ledger to the last day."""
    return {
        "allocation_id": "A-99999999",
        "fiscal_year": str(size.year),
        "division_code": "410000000",
        "source": "province",
        "doc_no": f"豫财农〔{size.year}〕999号",
        "date": iso(size.last_day),
        "amount": "1000000.00",
        "function_code": "2050204",
        "fund_type_code": "111",
        "poverty": "false",
        "fund_name": "社会事业发展资金",
        "title": f"关于提前安排{size.year + 1}年社会事业发展资金的通知",
    }

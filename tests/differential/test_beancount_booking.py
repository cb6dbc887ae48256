"""First in, first out and last in, first out equal Beancount 3's booking of the same lots.

Beancount is an independent plain-text ledger program; it books a reduction against lots by FIFO or LIFO. Lots have days
of their own (Beancount leaves the order within a day open) and nothing is drawn before it is there (it refuses that).
"""

from __future__ import annotations

import datetime
import random
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Transaction
from hypothesis import given
from hypothesis import strategies as st

from lineage.attribution.policies import policy_named
from lineage.attribution.pool import Deposit, Draw

FIRST_DAY = datetime.date(2017, 1, 1)


def history(seed: int) -> tuple[list[Deposit], list[Draw]]:
    """A pool's year: deposits of one source each, and draws of at most what is there, in a random sequence of days."""
    chosen = random.Random(seed)
    deposits: list[Deposit] = []
    draws: list[Draw] = []
    there = 0
    for day in range(chosen.randint(2, 30)):
        if there and chosen.random() < 0.5:
            for _ in range(chosen.randint(1, 3)):
                amount = chosen.randint(0, there)
                there -= amount
                if amount:
                    draws.append(Draw(amount, day))
        else:
            amount = chosen.choice((chosen.randint(1, 9), chosen.randint(1, 10**12)))
            deposits.append(Deposit({len(deposits): amount}, amount, day, len(deposits)))
            there += amount
    return deposits, draws


def booked(deposits: list[Deposit], draws: list[Draw], method: str) -> list[dict[int, int]]:
    """What each draw takes of each deposit, as Beancount books it."""
    text = [f'2016-01-01 open Assets:Pool FEN "{method}"', "2016-01-01 open Equity:Outside"]
    events = [(deposit.date, deposit.edge, deposit.amount) for deposit in deposits]
    events += [(draw.date, len(deposits) + place, -draw.amount) for place, draw in enumerate(draws)]
    for day, place, amount in sorted(events):
        cost = f'{{1 CNY, "{place}"}}' if amount > 0 else "{}"
        text.append(f'{FIRST_DAY + datetime.timedelta(days=day)} * "{place}"')
        text.append(f"  Assets:Pool  {amount} FEN {cost}")
        text.append("  Equity:Outside")
    entries, errors, _ = loader.load_string("\n".join(text))
    assert not errors, errors
    lots: list[dict[int, int]] = [{} for _ in draws]
    for entry in entries:
        if isinstance(entry, Transaction) and int(entry.narration or "0") >= len(deposits):
            for posting in entry.postings:
                if posting.account == "Assets:Pool":
                    assert posting.units is not None
                    taken = lots[int(entry.narration or "0") - len(deposits)]
                    taken[int(posting.cost.label)] = int(Decimal(-posting.units.number))
    return lots


@pytest.mark.parametrize("policy", ["fifo", "lifo"])
@given(seed=st.integers(0, 10**9))
def test_every_draw_takes_the_lots_that_beancount_books(policy: str, seed: int) -> None:
    deposits, draws = history(seed)
    found = policy_named(policy)(deposits, draws, bool)
    assert list(found.draws) == booked(deposits, draws, policy.upper())
    assert not found.advances


def test_the_two_methods_differ_so_that_agreeing_means_something() -> None:
    deposits, draws = history(3)
    assert booked(deposits, draws, "FIFO") != booked(deposits, draws, "LIFO")

"""The long tables of a made province, chunk by chunk: payments, one-card batches and payments, account entries.

A chunk of `CHUNK` rows is all that is ever held as text, whatever the size of the province.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loaders.province import texts
from loaders.province.budget import Budget, Ints
from loaders.province.flows import NO_ROW, Flows
from loaders.province.payout import PROGRAMMES, RETURNED, Accounts, Batches, Entries
from loaders.province.places import PROJECTS_EACH, Places
from loaders.province.records import agency_codes, project_codes
from loaders.province.spending import PAYEES, Payee, Payments, Status

Columns = Mapping[str, pa.Array]
CHUNK = 250_000
KIND_WORDS = ("person", "household", "enterprise", "village", "agency", "special_account", "person")
PURPOSES = ("到户补贴", "到户补贴", "扶贫车间建设", "村内道路硬化", "项目管理支出", "拨入专户", "困难救助")
PURPOSES_MORE = (
    "公益性岗位补贴",
    "危房改造补助",
    "光伏电站建设",
    "安全饮水工程",
    "技术培训服务",
    "拨入专户",
    "临时救助",
)
APPROVED_FROM_FEN = 50_000_000
"""From half a million yuan on a payment is approved by a second person."""
VILLAGE_WORDS = "东西南北上下大小前后"
VILLAGE_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
FIRM_NAMES = "惠民富康兴农绿源金穗丰泽众合盛达宏远新希望中原豫北天瑞华诚永昌顺和百信三农春雨大地祥云福田鑫源"
FIRM_TRADES = (
    "建筑工程有限公司",
    "农业开发有限公司",
    "种植专业合作社",
    "养殖专业合作社",
    "建材有限公司",
    "园林绿化有限公司",
    "水利工程有限公司",
    "食品有限公司",
    "商贸有限公司",
    "光伏科技有限公司",
)


@dataclass(frozen=True, slots=True)
class Made:
    """Everything drawn for one province."""

    places: Places
    budget: Budget
    payments: Payments
    flows: Flows
    batches: Batches
    accounts: Accounts
    entries: Entries
    seed: int

    @property
    def held(self) -> int:
        """Bureau indicators; a spender's indicator comes after them."""
        return len(self.budget.bureaus.line)


def payee_words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The PAYEES names of villages and of enterprises, without their division."""
    villages = tuple(VILLAGE_WORDS[at // 40] + VILLAGE_NAMES[at % 40] + "庄村村民委员会" for at in range(PAYEES))
    firms = tuple(
        FIRM_NAMES[at // 10 % 24 * 2 : at // 10 % 24 * 2 + 2]
        + VILLAGE_WORDS[at // 240] * (at >= 240)
        + FIRM_TRADES[at % 10]
        for at in range(PAYEES)
    )
    return villages, firms


@dataclass(frozen=True, slots=True)
class PaymentWords:
    """Word lists of the payments table, made once."""

    agencies: tuple[str, ...]
    projects: tuple[str, ...]
    names: pa.Array
    batch_of: Ints
    account_of: Ints


def payment_parts(made: Made) -> Iterator[Columns]:
    """The payments in chunks: first the regular rows, then the reversals."""
    payments, places = made.payments, made.places
    villages, firms = payee_words()
    names = [place + word for words in (firms, villages) for place in places.name for word in words]
    names += [name + "扶贫开发服务中心" for name in places.name] + [name + "财政扶贫专户" for name in places.name]
    names += [name + "一卡通代发专户" for name in places.name] + ["救助对象"]
    batch_of = np.full(payments.regular, NO_ROW, np.int32)
    batch_of[made.batches.payment] = np.arange(len(made.batches.payment))
    account_of = np.full(payments.regular, NO_ROW, np.int32)
    account_of[made.accounts.payment] = made.accounts.account
    words = PaymentWords(agency_codes(places), project_codes(places), pa.array(names), batch_of, account_of)
    for low in range(0, payments.regular, CHUNK):
        rows = np.arange(low, min(low + CHUNK, payments.regular))
        yield {
            **_payment_columns(made, words, rows),
            "payment_id": texts.ids("P-", rows),
            "amount": texts.yuan(payments.fen[rows]),
            "pay_date": texts.dates(payments.day[rows], empty=payments.status[rows] == Status.PENDING),
            "voucher_no": texts.digits("ZF", rows + 1, 8),
        }
    back = np.arange(len(payments.reversed))
    if len(back):
        yield {
            **_payment_columns(made, words, payments.reversed),
            "payment_id": texts.ids("P-", back + payments.regular),
            "amount": texts.yuan(-payments.taken_fen),
            "pay_date": texts.dates(payments.taken_day),
            "reverses": texts.ids("P-", payments.reversed),
            "voucher_no": texts.digits("TH", back + 1, 8),
        }


def _payment_columns(made: Made, words: PaymentWords, rows: NDArray[np.int64]) -> Columns:
    """The columns that a reversal shares with its payment."""
    payments, spenders = made.payments, made.budget.spenders
    spender, kind = payments.spender[rows], payments.kind[rows]
    place, agency = spenders.place[spender], spenders.agency[spender]
    account_key, name_at = _payees(made, rows, place)
    raised = (made.flows.top_up[spender] > 0) & (payments.ordinal[rows] % 3 == 0)
    return {
        "indicator_id": texts.ids("I-", spender + made.held),
        "division_code": texts.picked(made.places.code, place),
        "agency_code": texts.picked(words.agencies, place * PROJECTS_EACH + agency),
        "status": texts.picked(("valid", "void", "pending"), payments.status[rows]),
        "method": texts.picked(
            ("direct", "authorized", "appropriation"),
            np.where(kind == Payee.ACCOUNT, 2, payments.ordinal[rows] % 5 == 4),
        ),
        "payee_kind": texts.picked(KIND_WORDS, kind),
        "payee_name": pc.take(words.names, pa.array(name_at)),
        "payee_account": texts.accounts(account_key, made.seed),
        "account_id": texts.ids("S-", words.account_of[rows]),
        "one_card_batch_id": texts.ids("B-", words.batch_of[rows]),
        "transfer_id": texts.ids("T-", np.where(raised, made.flows.first_breakdown[spender], NO_ROW)),
        "project_code": texts.picked(words.projects, place * PROJECTS_EACH + agency),
        "purpose": texts.picked(PURPOSES + PURPOSES_MORE, kind + 7 * (rows % 3 == 0)),
    }


def _payees(made: Made, rows: NDArray[np.int64], place: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each payment what its payee's account number is made from, and the position of its name.

    Enterprises and villages come back, a division's PAYEES of each in turn; all other accounts are met once."""
    payments, divisions = made.payments, len(made.places)
    kind = payments.kind[rows]
    turn = (payments.spender[rows].astype(np.int64) * 37 + payments.ordinal[rows]) % PAYEES
    standing = (kind == Payee.VILLAGE) | (kind == Payee.ENTERPRISE)
    known = ((kind == Payee.VILLAGE) * divisions + place) * PAYEES + turn
    key = np.where(standing & ~payments.moved[rows], known, 10**9 + rows)
    after = 2 * divisions * PAYEES
    name = np.select(
        [standing, kind == Payee.AGENCY, kind == Payee.ACCOUNT, kind == Payee.OUTSIDER],
        [known, after + place, after + divisions + place, np.full(len(rows), after + 3 * divisions)],
        after + 2 * divisions + place,
    )
    return key, name


def batch_parts(made: Made) -> Iterator[Columns]:
    """The one-card batches in chunks."""
    batches = made.batches
    for low in range(0, len(batches.payment), CHUNK):
        cut = slice(low, low + CHUNK)
        yield {
            "batch_id": texts.ids("B-", np.arange(len(batches.payment))[cut]),
            "division_code": texts.picked(made.places.code, batches.place[cut]),
            "pay_date": texts.dates(batches.day[cut]),
            "amount": texts.yuan(batches.fen[cut]),
            "person_count": pa.array(batches.persons[cut]),
            "programme": texts.picked(PROGRAMMES, batches.programme[cut]),
        }


def card_parts(made: Made) -> Iterator[Columns]:
    """The one-card payments in chunks of whole batches; equal shares, the first persons a fen more."""
    batches = made.batches
    months = tuple(str(month) for month in np.arange("2010-01", "2040-01", dtype="datetime64[M]"))
    first = np.cumsum(batches.persons.astype(np.int64)) - batches.persons
    for low in range(0, len(batches.payment), CHUNK // 3):
        batch = np.repeat(
            np.arange(low, min(low + CHUNK // 3, len(batches.payment))), batches.persons[low : low + CHUNK // 3]
        )
        row = first[low] + np.arange(len(batch))
        ordinal = row - first[batch]
        share, rest = np.divmod(batches.fen[batch], batches.persons[batch])
        person = batches.place[batch].astype(np.int64) * 10**8 + batches.serial[batch] + ordinal
        month = batches.day[batch].astype("datetime64[D]").astype("datetime64[M]")
        returned = texts.mixed(row, made.seed) % np.uint64(10_000) < np.uint64(int(RETURNED * 10_000))
        yield {
            "one_card_payment_id": texts.ids("C-", row),
            "batch_id": texts.ids("B-", batch),
            "person_id": texts.hexadecimal("H", texts.mixed(person, made.seed + 1)),
            "payee_account": texts.accounts(person, made.seed + 2),
            "month": texts.picked(months, (month - np.datetime64("2010-01")).astype(np.int32)),
            "amount": texts.yuan(share + (ordinal < rest)),
            "status": texts.picked(("paid", "returned"), returned.astype(np.int32)),
        }


def account_columns(made: Made) -> Columns:
    """The special accounts."""
    accounts = made.accounts
    count = len(accounts.place)
    return {
        "account_id": texts.ids("S-", np.arange(count)),
        "division_code": texts.picked(made.places.code, accounts.place),
        "name": texts.picked([name + "财政扶贫专户" for name in made.places.name], accounts.place),
        "bank": texts.picked(("农业银行", "农村信用社", "邮储银行"), accounts.place % 3),
        "kind": texts.picked(("fiscal",), np.zeros(count)),
        "accounting_enabled": texts.flags(accounts.kept),
    }


def entry_parts(made: Made) -> Iterator[Columns]:
    """The account entries in chunks; receipts confirm their payment."""
    entries = made.entries
    villages, firms = payee_words()
    names = (*villages, *firms)
    for low in range(0, len(entries.account), CHUNK):
        row = np.arange(low, min(low + CHUNK, len(entries.account)))
        receipt = entries.is_receipt[row]
        name = np.where(receipt, NO_ROW, row % len(names))
        yield {
            "entry_id": texts.ids("E-", row),
            "account_id": texts.ids("S-", entries.account[row]),
            "date": texts.dates(entries.day[row]),
            "direction": texts.picked(("expenditure", "receipt"), receipt.astype(np.int32)),
            "amount": texts.yuan(entries.fen[row]),
            "payment_id": texts.ids("P-", np.where(receipt, entries.payment[row], NO_ROW)),
            "payee_kind": texts.picked(("village", "enterprise"), np.where(name < 0, NO_ROW, name >= PAYEES)),
            "payee_name": texts.picked(names, name),
            "payee_account": pc.if_else(pa.array(receipt), None, texts.accounts(row, made.seed + 3)),
            "poverty": texts.flags(np.zeros(len(row))),
            "purpose": texts.picked(("拨入专户", "社会事业支出"), (~receipt).astype(np.int32)),
        }


def step_parts(made: Made) -> Iterator[Columns]:
    """The review of every dated payment two days before it, in chunks; large ones are approved a day before too."""
    payments = made.payments
    dated = np.flatnonzero(payments.status != Status.PENDING)
    large = dated[payments.fen[dated] >= APPROVED_FROM_FEN]
    for step, rows, days_before in (("review", dated, 2), ("approve", large, 1)):
        for low in range(0, len(rows), CHUNK):
            cut = rows[low : low + CHUNK]
            yield {
                "record": texts.ids("payment:P-", cut),
                "step": texts.picked((step,), np.zeros(len(cut))),
                "date": texts.dates(payments.day[cut] - days_before),
                "office": texts.picked(("业务股", "预算股"), cut % 2),
                "person": texts.picked(("经办人甲", "经办人乙", "经办人丙"), cut % 3),
                "result": texts.picked(("同意",), np.zeros(len(cut))),
            }

"""Proposed links, worked out slowly: every record against every other, exact fractions, no thought of cost.

Written from the design (3-lineage.md, Missing links) and docs/repair.md; only the table of weights is the engine's own.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

from tests.oracle.network import (
    Network,
    Row,
    Tables,
    bare,
    division_on,
    document_number,
    netted,
    network_of,
    source_of,
)

CLOSE = Fraction(1, 10)
WAYS_MOST = 101
Weights = Mapping[str, Mapping[str, float]]
Features = dict[str, Fraction]
HOLDS = {True: Fraction(1), False: Fraction(0)}


@dataclass(frozen=True)
class Link:
    """One proposed link."""

    source: str
    target: str
    broken: str
    kind: str
    amount: int
    parts: tuple[tuple[str, Fraction], ...]
    rivals: int = 0
    sure: bool = False
    group: str = ""

    @property
    def score(self) -> Fraction:
        return sum((worth for _, worth in self.parts), Fraction(0))

    @property
    def pair(self) -> tuple[str, str]:
        return self.source, self.target


def plain(text: str) -> str:
    """Letters and digits only, capitals, half width, numbers without leading zeros."""
    narrow = "".join(chr(ord(sign) - 0xFEE0) if 0xFF01 <= ord(sign) <= 0xFF5E else sign for sign in text).upper()
    short = re.sub(r"[0-9]+", lambda run: run[0].lstrip("0") or "0", narrow)
    return "".join(sign for sign in short if sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" or "一" <= sign <= "鿿")


def slips(one: str, other: str) -> int:
    """Signs wrong, left out, put in, or two neighbours swapped (Damerau and Levenshtein, unrestricted)."""
    last: dict[str, int] = defaultdict(int)
    far = len(one) + len(other)
    table = {(-1, -1): far}
    for row in range(len(one) + 1):
        table[row, -1], table[row, 0] = far, row
    for column in range(len(other) + 1):
        table[-1, column], table[0, column] = far, column
    for row, sign in enumerate(one, 1):
        met = 0
        for column, beside in enumerate(other, 1):
            before, after = last[beside], met
            wrong = sign != beside
            met = met if wrong else column
            table[row, column] = min(
                table[row - 1, column - 1] + wrong, table[row, column - 1] + 1, table[row - 1, column] + 1,
                table[before - 1, after - 1] + (row - before - 1) + 1 + (column - after - 1),
            )  # fmt: skip
        last[sign] = row
    return table[len(one), len(other)]


def near(one: str, other: str) -> Fraction:
    """1 for the same plain form, 0.8 for one slip, 0.3 for two."""
    if not one or not other:
        return Fraction(0)
    return {0: Fraction(1), 1: Fraction(8, 10), 2: Fraction(3, 10)}.get(slips(plain(one), plain(other)), Fraction(0))


def normal(text: str) -> str:
    """A document number so that its plain form keeps what the normal form keeps apart."""
    squeezed = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"([\]\)〕】])第?0*(?=[0-9])", r"\1", squeezed)


def alike(one: str, other: str) -> Fraction:
    """Signs in both titles, of those in either."""
    if not one or not other:
        return Fraction(0)
    return Fraction(len(set(one) & set(other)), len(set(one) | set(other)))


@dataclass
class Sought:
    """Rows with what the network makes of them."""

    tables: Tables
    network: Network

    def __post_init__(self) -> None:
        self.nodes = self.network.nodes
        self.indicators = {"indicator:" + row["indicator_id"]: row for row in self.tables["indicators"]}
        allocations = {"allocation:" + row["allocation_id"]: row for row in self.tables["allocations"]}
        self.origins = {**allocations, **self.indicators}
        self.transfers = {"transfer:" + row["transfer_id"]: (row, net)
                          for row, net in netted(self.tables["transfers"], "transfer_id") if net > 0}  # fmt: skip
        self.gives: dict[str, list[str]] = defaultdict(list)
        self.comes: dict[str, list[str]] = defaultdict(list)
        for edge in self.network.edges:
            self.gives[edge.source].append(edge.target)
            self.comes[edge.target].append(edge.source)

    def lacks(self, record: str) -> int:
        """What an indicator was booked for and did not come in."""
        return self.nodes[record].amount - self.nodes[record].inflow

    def left(self, record: str) -> int:
        node = self.nodes[record]
        return max(node.inflow, node.amount, node.outflow) - node.outflow

    def same(self, one: Row, other: Row, column: str) -> Fraction:
        return HOLDS[bool(one.get(column)) and one.get(column) == other.get(column)]

    def quoted(self, number: str, *others: str) -> Fraction:
        numbers = {document_number(other) for other in others if other}
        return HOLDS[bool(number) and document_number(number) in numbers]

    def received(self) -> Iterator[tuple[str, str, str, int, Features]]:
        for record, (given, net) in self.transfers.items():
            if self.gives[record]:
                continue
            source = self.origins[self.comes[record][0]] if self.comes[record] else {}
            for target, row in self.indicators.items():
                if row["division_code"] != given["to_division_code"] or self.lacks(target) <= 0:
                    continue
                parent = division_on(self.tables["divisions"], row["division_code"], row["date"]).get("fiscal_parent")
                issued = date.fromisoformat(given["issue_date"])
                in_order = issued <= date.fromisoformat(row["date"]) <= issued + timedelta(days=90)
                numbers = given["doc_no"], row["superior_doc_no"]
                quoted = self.quoted(given["doc_no"], row["superior_doc_no"], row["doc_no"])
                whole = Fraction(67, 100) if net % 1_000_000 == 0 else Fraction(1)
                found = {
                    "number_quoted": quoted,
                    "number_near": near(*map(normal, numbers)) if all(numbers) and not quoted else Fraction(0),
                    "id_near": near(bare(given["target_id"], "indicator"), row["indicator_id"]),
                    "amount_equal": whole if self.lacks(target) == net else Fraction(0),
                    "function_same": self.same(row, source, "function_code"),
                    "year_same": self.same(row, source, "fiscal_year"),
                    "parent_right": HOLDS[bool(source) and source["division_code"] in (parent, row["division_code"])],
                    "dates_in_order": HOLDS[in_order],
                    "project_same": self.same(row, source, "project_code"),
                    "agency_same": HOLDS[row["agency_code"] == given["to_agency_code"]],
                    "title_alike": alike(given["title"], row["title"]),
                }
                if any(found[name] for name in ("number_quoted", "number_near", "id_near", "amount_equal")):
                    yield record, target, target, net, found

    def given(self) -> Iterator[tuple[str, str, str, int, Features]]:
        for record, (row, net) in self.transfers.items():
            if self.comes[record]:
                continue
            here = row["to_division_code"]
            parent = division_on(self.tables["divisions"], here, row["issue_date"]).get("fiscal_parent")
            # a reference that names nothing here tells nothing of the target
            target = self.indicators.get(self._target(record, row), {})
            pairs = []
            for source, giver in self.origins.items():
                if giver["division_code"] != (parent if row["kind"] == "issue" else here) or not giver["division_code"]:
                    continue
                if source == self._target(record, row):
                    continue
                name = row["source_id"].rpartition(":")[2]
                found = {
                    "id_near": near(name, source.partition(":")[2]),
                    "number_quoted": self.quoted(row["doc_no"], giver["doc_no"]),
                    "balance_equal": HOLDS[self.left(source) == net],
                    "balance_enough": HOLDS[self.left(source) >= net],
                    "function_same": self.same(giver, target, "function_code"),
                    "year_same": HOLDS[giver["fiscal_year"] == (target.get("fiscal_year") or row["issue_date"][:4])],
                    "project_same": self.same(giver, target, "project_code"),
                    "dates_in_order": HOLDS[giver["date"] <= row["issue_date"]],
                }
                if found["id_near"] or found["balance_enough"]:
                    alikes = found["function_same"] + found["year_same"] + found["project_same"]
                    order = [-found["id_near"], -found["number_quoted"], -found["balance_equal"], -alikes, source]
                    pairs.append((order, (source, record, record, net, found)))
            yield from (pair for _, pair in sorted(pairs, key=lambda one: one[0])[:20])

    def _target(self, record: str, row: Row) -> str:
        """The indicator that a transfer says it goes to, or that an accepted link says."""
        named = "indicator:" + bare(row["target_id"], "indicator")
        linked = [one for one in self.gives[record] if one.startswith("indicator:")]
        return named if named in self.indicators or not linked else linked[0]

    def paid(self) -> Iterator[tuple[str, str, str, int, Features]]:
        for row, net in netted(self.tables["payments"], "payment_id"):
            record = "payment:" + row["payment_id"]
            if net <= 0 or not self.nodes[record].alive or self.comes[record]:
                continue
            named = self.transfers_named(row["transfer_id"])
            pairs = []
            for source, giver in self.indicators.items():
                apart = row["agency_code"] and giver["agency_code"] and row["agency_code"] != giver["agency_code"]
                if giver["division_code"] != row["division_code"] or apart:
                    continue
                paid_on, leaving = row["pay_date"], self.network.leaving(source)
                drawn = sum(edge.amount for edge in leaving if edge.date and edge.date <= paid_on)
                found = {
                    "id_near": near(bare(row["indicator_id"], "indicator"), giver["indicator_id"]),
                    "transfer_named": HOLDS[named == source],
                    "number_quoted": self.quoted(row["doc_no"], giver["doc_no"], giver["superior_doc_no"]),
                    "agency_same": self.same(row, giver, "agency_code"),
                    "balance_on_day": HOLDS[self.nodes[source].amount - drawn >= net],
                    "balance_equal": HOLDS[self.left(source) == net],
                    "balance_enough": HOLDS[self.left(source) >= net],
                    "function_same": self.same(row, giver, "function_code"),
                    "project_same": self.same(row, giver, "project_code"),
                    "dates_in_order": HOLDS[giver["date"] <= paid_on and giver["fiscal_year"] == paid_on[:4]],
                }
                if found["id_near"] or found["balance_on_day"]:
                    alikes = found["agency_same"] + found["balance_equal"]
                    alikes += found["function_same"] + found["project_same"]
                    order = [-found["id_near"], -found["transfer_named"], -found["number_quoted"], -alikes, source]
                    pairs.append((order, (source, record, record, net, found)))
            yield from (pair for _, pair in sorted(pairs, key=lambda one: one[0])[:20])

    def transfers_named(self, reference: str) -> str:
        """The indicator that a named transfer goes to."""
        record = "transfer:" + bare(reference, "transfer")
        rows = {"transfer:" + row["transfer_id"]: row for row in self.tables["transfers"]}
        return self._target(record, rows[record]) if reference and record in rows else ""

    def carried(self) -> Iterator[tuple[str, str, str, int, Features]]:
        transfers = {"transfer:" + row["transfer_id"]: row for row in self.tables["transfers"] if not row["reverses"]}
        told = {(getattr(source_of(row["source_id"], self.nodes), "record", ""), self._target(record, row))
                for record, row in transfers.items() if row["kind"] == "carry_over"}  # fmt: skip
        for target, row in self.indicators.items():
            lacking = self.lacks(target)
            named = "indicator:" + bare(row["previous_id"], "indicator")
            if row["origin"] != "carry_over" or lacking <= 0 or named in self.indicators:
                continue
            for source, giver in self.indicators.items():
                last_year = int(giver["fiscal_year"]) == int(row["fiscal_year"]) - 1
                if giver["division_code"] != row["division_code"] or not last_year or (source, target) in told:
                    continue
                found = {
                    "id_near": near(bare(row["previous_id"], "indicator"), giver["indicator_id"]),
                    "balance_equal": HOLDS[self.left(source) == lacking],
                    "balance_enough": HOLDS[self.left(source) >= lacking],
                    "agency_same": HOLDS[row["agency_code"] == giver["agency_code"]],
                    "function_same": self.same(row, giver, "function_code"),
                    "project_same": self.same(row, giver, "project_code"),
                }
                likely = found["balance_enough"] and found["agency_same"] and found["function_same"]
                if found["id_near"] or found["balance_equal"] or likely:
                    yield source, target, target, lacking, found

    def bundles(self, answered: set[str], taken: set[str]) -> Iterator[Link]:
        waiting = [
            (row["issue_date"], record, net,
             (row["to_division_code"], self.origins[self.comes[record][0]]["fiscal_year"]))
            for record, (row, net) in self.transfers.items()
            if row["kind"] == "issue" and not row["target_id"] and not self.gives[record] and self.comes[record]
        ]
        for target, row in self.indicators.items():
            able = row["origin"] == "superior" or (row["origin"] == "own" and row["entry"] == "manual")
            if not able or self.lacks(target) <= 0 or target in answered:
                continue
            here = row["division_code"], row["fiscal_year"]
            there = [(record, net) for _, record, net, place in sorted(waiting)
                     if place == here and record not in taken]  # fmt: skip
            fitting = [(record, net) for record, net in there if net < self.lacks(target)]
            count, first = ways(fitting[:60], self.lacks(target))
            sure = count == 1 and len(there) <= 60
            worth = Fraction(7, 10) if sure else Fraction(1, 2) / (count or 1)
            for record, net in first if len(there) > 1 else ():
                yield Link(record, target, target, "bundle", net, (("sum_equal", worth),), count - 1, sure, target)


def ways(candidates: list[tuple[str, int]], total: int) -> tuple[int, list[tuple[str, int]]]:
    """In how many ways 2 to 8 make a total, and the smallest, earliest of them."""
    made: dict[tuple[int, int], int] = {(0, 0): 1}
    for _, net in candidates:
        for (size, so_far), number in list(made.items()):
            if size < 8 and so_far + net <= total:
                made[size + 1, so_far + net] = made.get((size + 1, so_far + net), 0) + number
    counts = [made.get((size, total), 0) for size in range(2, 9)]
    for size, number in enumerate(counts, 2):
        if number:
            first = next(one for one in combinations(candidates, size) if sum(net for _, net in one) == total)
            return min(sum(counts), WAYS_MOST), list(first)
    return 0, []


def proposed(
    tables: Tables, asserted: list[tuple[str, str]], weights: Weights, sure: Mapping[str, float]
) -> list[Link]:
    """All proposals, best first."""
    tables = defaultdict(list, {name: [defaultdict(str, row) for row in rows] for name, rows in tables.items()})
    sought = Sought(tables, network_of(tables, asserted))
    singles = []
    for kind in ("received", "given", "paid", "carried"):
        for source, target, broken, amount, features in getattr(sought, kind)():
            worth = {name: Fraction(str(each)) * features[name] for name, each in weights[kind].items()}
            parts = tuple((name, each) for name, each in worth.items() if each)
            singles.append(Link(source, target, broken, kind, amount, parts))
    high = {kind: Fraction(str(least)) for kind, least in sure.items()}
    singles = [replace(one, sure=not one.rivals and one.score >= high[one.kind]) for one in rivalled(singles)]
    certain = [one for one in singles if one.sure]
    bundled = list(sought.bundles({one.broken for one in certain}, {one.source for one in certain}))
    alone = {one.pair: one for one in singles}
    dropped = {
        one.group for one in bundled
        if one.pair in alone and not one.sure and alone[one.pair].score >= one.score
    }  # fmt: skip
    bundled = [one for one in bundled if one.group not in dropped]
    kept = [one for one in singles if one.pair not in {other.pair for other in bundled}]
    return sorted([*rivalled(kept), *bundled], key=lambda one: (-one.score, one.broken, one.source, one.target))


def rivalled(links: list[Link]) -> list[Link]:
    """Others for the same broken record, or from the same giver where it can give once, not 0.10 or more below."""
    found = []
    once = ("received", "carried")
    for one in links:
        rivals = set()
        for other in links:
            both_give = one.kind in once and other.kind in once and other.source == one.source
            beside = other.broken == one.broken or both_give
            if other.pair != one.pair and beside and other.score > one.score - CLOSE:
                rivals.add(other.pair)
        found.append(replace(one, rivals=len(rivals)))
    return found


def shown(one: Link) -> dict[str, Any]:
    """A proposal as it is compared."""
    return {"from": one.source, "to": one.target, "broken": one.broken, "kind": one.kind, "amount": one.amount,
            "score": round(float(one.score), 6), "parts": [(name, round(float(worth), 6)) for name, worth in one.parts],
            "rivals": one.rivals, "sure": one.sure, "group": one.group}  # fmt: skip

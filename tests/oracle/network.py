"""A slow, literal reading of the fund-flow graph straight from a bundle's CSV files.

The oracle shares no code with the engine. It is written as the design words it, in plain Python dicts, with
no thought of cost: nodes, recorded edges, what is missing at each node, and the flow left when money that only
goes round is taken out. Amounts are int fen; dates are ISO text, empty where there is none.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict, deque
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

Row = dict[str, str]
Tables = dict[str, list[Row]]
LEVEL_TIER = {"province": "province", "city": "city", "county": "county", "township": "county"}
SOURCE_TIER = {"central": "province", "province": "province", "city": "city", "county": "county",
               "relocation_financing": "relocation"}


@dataclass
class Node:
    """One record. `gap` is why no edge leads to it although one should; `missing` is [declared, unsourced]."""

    record: str
    kind: str
    amount: int
    date: str
    division: str
    in_scope: bool = False
    alive: bool = True
    own: bool = False
    tier: str = ""
    gap: str = ""
    waiting: bool = False
    kept: bool = True
    receipts: list[tuple[str, str, int, bool]] = field(default_factory=list)
    inflow: int = 0
    outflow: int = 0
    declared: int = 0
    unsourced: int = 0


@dataclass
class Edge:
    """One movement. `named` is the record whose deposit it says it spends; `flow` what is left without rings."""

    source: str
    target: str
    amount: int
    date: str
    evidence: str = "recorded"
    named: str = ""
    flow: int = 0


@dataclass
class Network:
    """Nodes by record, edges in the order they were met."""

    nodes: dict[str, Node]
    edges: list[Edge]

    def entering(self, record: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.target == record]

    def leaving(self, record: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.source == record]


def fen(text: str) -> int:
    return int(Decimal(text or "0") * 100)


def true(text: str) -> bool:
    return text == "true"


def tables_of(folder: Path) -> Tables:
    """The tables of a bundle of CSV files, every cell as text."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def bare(reference: str, kind: str) -> str:
    return reference.removeprefix(kind + ":")


def netted(rows: list[Row], key: str) -> list[tuple[Row, int]]:
    """Rows that are no reversals, with the amount net of what takes them back, never below nothing.

    A reversal of a payment that is itself void, pending or undated moved no money and takes nothing back.
    """
    back: dict[str, int] = defaultdict(int)
    for row in rows:
        happened = row.get("status", "valid") == "valid" and row.get("pay_date", "dated") != ""
        if row.get("reverses") and happened:
            back[row["reverses"].split(":", 1)[-1]] += fen(row["amount"])
    return [(row, max(0, fen(row["amount"]) + back[row[key]])) for row in rows if not row.get("reverses")]


def document_number(text: str) -> str:
    """Without blanks, 第 and leading zeros, whatever the brackets."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or ""))
    return re.sub(r"[\[\]()〔〕【】]+第?0*(?=[0-9])|[\[\]()〔〕【】]+", "|", plain)


def read(folder: Path) -> Network:
    """The network of a bundle: nodes, edges, missing money, and flows without what only goes round."""
    return network_of(tables_of(folder))


def network_of(tables: Tables, asserted: list[tuple[str, str]] | None = None) -> Network:
    """The network of tables as they stand, with links (from, to) that people accepted."""
    tables = defaultdict(list, tables)
    divisions = {row["division_code"]: row for row in tables["divisions"]}
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    _arrange(tables, divisions, nodes)
    _transfers(tables, nodes, edges)
    _payments(tables, nodes, edges)
    _accounts(tables, nodes, edges)
    _batches(tables, nodes, edges)
    _accept(asserted or [], tables, nodes, edges)
    _years(tables, asserted or [], nodes, edges)
    return finish(Network(nodes, [edge for edge in edges if edge.amount > 0]))


def finish(network: Network) -> Network:
    """Weigh every node and take out what only goes round."""
    for node in network.nodes.values():
        _weigh(node, network)
    take_out_rings(network.edges)
    return network


def _scope(row: Row) -> bool:
    basic = row.get("expenditure_kind") == "basic"
    return true(row["poverty"]) or (row["function_code"].startswith("21305") and not basic)


def _arrange(tables: Tables, divisions: dict[str, Row], nodes: dict[str, Node]) -> None:
    for row in tables["allocations"]:
        level = divisions.get(row["division_code"], {}).get("level", "county")
        tier = SOURCE_TIER.get(row["source"], LEVEL_TIER[level])
        record = "allocation:" + row["allocation_id"]
        nodes[record] = Node(record, "allocation", fen(row["amount"]), row["date"], row["division_code"], _scope(row),
                             tier=tier)
    for row in tables["indicators"]:
        level = divisions.get(row["division_code"], {}).get("level", "county")
        record = "indicator:" + row["indicator_id"]
        own = row["origin"] == "own"
        nodes[record] = Node(record, "indicator", fen(row["amount"]), row["date"], row["division_code"], _scope(row),
                             own=own, tier=LEVEL_TIER[level] if own else "")


def _transfers(tables: Tables, nodes: dict[str, Node], edges: list[Edge]) -> None:
    rows = netted(tables["transfers"], "transfer_id")
    linked = _document_links(tables, nodes, rows)
    for row, amount in rows:
        record = "transfer:" + row["transfer_id"]
        source = source_of(row["source_id"], nodes)
        scope = true(row["poverty"]) if row["poverty"] else bool(source and source.in_scope)
        gap = "" if source else "dangling-source" if row["source_id"] else "no-source"
        waiting = row["kind"] == "issue" and not row["target_id"] and record not in linked
        nodes[record] = Node(record, "transfer", amount, row["issue_date"], row["to_division_code"], scope, gap=gap,
                             waiting=waiting)
        if source:
            edges.append(Edge(source.record, record, amount, row["issue_date"]))
        target = "indicator:" + bare(row["target_id"], "indicator")
        if target in nodes:
            edges.append(Edge(record, target, amount, row["receive_date"] or row["issue_date"]))
        for indicator in linked.get(record, ()):
            edges.append(Edge(record, indicator, amount, nodes[indicator].date, "document"))


def source_of(reference: str, nodes: dict[str, Node]) -> Node | None:
    """The record that a `source_id` names, with its kind or, where only one bears the id, without."""
    if ":" in reference:
        return nodes.get(reference)
    bearers = [nodes[kind + reference] for kind in ("allocation:", "indicator:") if kind + reference in nodes]
    return bearers[0] if len(bearers) == 1 else None


def division_on(divisions: list[Row], code: str, day: str) -> Row:
    """The row of a division in force on a day: parents change."""
    rows = sorted((row for row in divisions if row["division_code"] == code), key=lambda row: row.get("valid_from", ""))
    begun = [row for row in rows if row.get("valid_from", "") <= day]
    return begun[-1] if begun and not "" < begun[-1].get("valid_to", "") < day else {}


def _document_links(tables: Tables, nodes: dict[str, Node],
                    transfers: list[tuple[Row, int]]) -> dict[str, list[str]]:
    received = {"indicator:" + bare(row["target_id"], "indicator") for row, _ in transfers}
    found: dict[str, list[str]] = defaultdict(list)
    for row in tables["indicators"]:
        record = "indicator:" + row["indicator_id"]
        if row["origin"] != "superior" or record in received or not row["superior_doc_no"]:
            continue
        parent = division_on(tables["divisions"], row["division_code"], row["date"]).get("fiscal_parent")
        fitting = [
            "transfer:" + other["transfer_id"] for other, _ in transfers
            if other["kind"] == "issue" and not other["target_id"] and other["to_division_code"] == row["division_code"]
            and getattr(source_of(other["source_id"], nodes), "division", "?") == parent
            and other["doc_no"] and document_number(other["doc_no"]) == document_number(row["superior_doc_no"])
        ]
        if len(fitting) == 1:
            found[fitting[0]].append(record)
    return found


def _payments(tables: Tables, nodes: dict[str, Node], edges: list[Edge]) -> None:
    for row, amount in netted(tables["payments"], "payment_id"):
        record = "payment:" + row["payment_id"]
        indicator = nodes.get("indicator:" + bare(row["indicator_id"], "indicator"))
        alive = row["status"] == "valid" and row["pay_date"] != ""
        gap = "" if indicator else "dangling-indicator" if row["indicator_id"] else "no-indicator"
        nodes[record] = Node(record, "payment", amount, row["pay_date"], row["division_code"],
                             bool(indicator and indicator.in_scope), alive, gap=gap)
        if indicator and alive:
            named = "transfer:" + bare(row["transfer_id"], "transfer") if row["transfer_id"] else ""
            edges.append(Edge(indicator.record, record, amount, row["pay_date"], named=named))


def _accounts(tables: Tables, nodes: dict[str, Node], edges: list[Edge]) -> None:
    for row in tables["special_accounts"]:
        record = "special_account:" + row["account_id"]
        nodes[record] = Node(record, "special_account", 0, "", row["division_code"],
                             kept=true(row["accounting_enabled"]))
        poor, whole = fen(row.get("opening_poverty", "")), fen(row.get("opening_balance", ""))
        for amount, is_poverty in ((whole - poor, False), (poor, True)):
            if amount > 0:
                nodes[record].receipts.append((row["opening_date"], "", amount, is_poverty))
    for row, amount in netted(tables["account_entries"], "entry_id"):
        account = nodes.get("special_account:" + bare(row["account_id"], "special_account"))
        record = "account_entry:" + row["entry_id"]
        if row["direction"] == "expenditure":
            nodes[record] = Node(record, "account_entry", amount, row["date"], account.division if account else "",
                                 true(row["poverty"]))
            if account:
                edges.append(Edge(account.record, record, amount, row["date"]))
        elif account and not row["payment_id"] and amount > 0:
            account.receipts.append((row["date"], record, amount, False))
    for row, amount in netted(tables["payments"], "payment_id"):
        account = nodes.get("special_account:" + bare(row["account_id"], "special_account"))
        if account and row["account_id"] and nodes["payment:" + row["payment_id"]].alive:
            edges.append(Edge("payment:" + row["payment_id"], account.record, amount, row["pay_date"]))


def _batches(tables: Tables, nodes: dict[str, Node], edges: list[Edge]) -> None:
    dates = {}
    for row in tables["one_card_batches"]:
        record = "one_card_batch:" + row["batch_id"]
        dates[record] = row["pay_date"]
        nodes[record] = Node(record, "one_card_batch", fen(row["amount"]), "", row["division_code"])
    payments = netted(tables["payments"], "payment_id")
    entries = netted(tables["account_entries"], "entry_id")
    feeding = [("payment", row, amount, row["pay_date"]) for row, amount in payments]
    for row, amount in entries:
        if row["direction"] == "expenditure":
            feeding.append(("account_entry", row, amount, row["date"]))
    for kind, row, amount, date in feeding:
        source = f"{kind}:" + row["payment_id" if kind == "payment" else "entry_id"]
        batch = "one_card_batch:" + bare(row["one_card_batch_id"], "one_card_batch")
        if batch in nodes and nodes[source].alive:
            edges.append(Edge(source, batch, amount, date))
    for row in tables["one_card_payments"]:
        batch = "one_card_batch:" + bare(row["batch_id"], "one_card_batch")
        record = "one_card_payment:" + row["one_card_payment_id"]
        division = nodes[batch].division if batch in nodes else ""
        nodes[record] = Node(record, "one_card_payment", fen(row["amount"]), dates.get(batch, ""), division,
                             alive=row["status"] == "paid")
        if batch in nodes and row["status"] == "paid":
            edges.append(Edge(batch, record, fen(row["amount"]), dates[batch]))


def _accept(asserted: list[tuple[str, str]], tables: Tables, nodes: dict[str, Node], edges: list[Edge]) -> None:
    """Edges that people say are there: what the transfer or payment at one end moves, on the day it says. A link counts
    as the reference of the record would."""
    received = {row["transfer_id"]: row.get("receive_date", "") for row in tables["transfers"]}
    stated = {"transfer:" + row["transfer_id"] for row in tables["transfers"] if row["poverty"]}
    draws = {"payment:" + row["payment_id"]: row["transfer_id"] for row in tables["payments"]}
    for source, target in asserted:
        years = source.startswith("indicator:") and target.startswith("indicator:")
        if source not in nodes or target not in nodes or years:
            continue
        carrier = target if target.startswith(("transfer:", "payment:")) else source
        node = nodes[carrier]
        side = [edge for edge in edges if carrier == (edge.target if carrier == target else edge.source)]
        if node.alive and not side:
            date = node.date if carrier == target else received[carrier.split(":", 1)[1]] or node.date
            node.waiting = node.waiting and carrier == target
            if carrier == target:  # who gave is known now, and says whose money it is where the record does not
                node.gap = ""
                node.in_scope = node.in_scope if carrier in stated else nodes[source].in_scope
            named = "transfer:" + bare(draws[carrier], "transfer") if draws.get(carrier) else ""
            edges.append(Edge(source, target, node.amount, date, "asserted", named=named))


def _years(tables: Tables, asserted: list[tuple[str, str]], nodes: dict[str, Node], edges: list[Edge]) -> None:
    overs = {"transfer:" + row["transfer_id"]: row for row in tables["transfers"]
             if row["kind"] == "carry_over" and not row["reverses"]}
    carried = {("indicator:" + bare(row["source_id"], "indicator"), "indicator:" + bare(row["target_id"], "indicator"))
               for row in overs.values()}
    carried |= {(one.source, other.target) for one in edges for other in edges
                if one.target == other.source and one.target in overs}
    came: dict[str, int] = defaultdict(int)
    for edge in edges:
        came[edge.target] += edge.amount
    for row in tables["indicators"]:
        earlier, later = "indicator:" + bare(row["previous_id"], "indicator"), "indicator:" + row["indicator_id"]
        evidence = "recorded"
        if earlier not in nodes:
            links = [source for source, target in asserted if target == later and source.startswith("indicator:")
                     and source in nodes and (source, later) not in carried]
            earlier, evidence = links[0] if links else "", "asserted"
        if earlier in nodes and (earlier, later) not in carried:
            edges.append(Edge(earlier, later, max(0, fen(row["amount"]) - came[later]), row["date"], evidence))


def _weigh(node: Node, network: Network) -> None:
    """inflow, outflow, and what is missing: declared up to an own indicator's amount, the rest unsourced."""
    entering, leaving = network.entering(node.record), network.leaving(node.record)
    node.inflow = sum(edge.amount for edge in entering) + sum(receipt[2] for receipt in node.receipts)
    if node.kind == "allocation":
        node.inflow = node.amount
    node.outflow = sum(edge.amount for edge in leaving)
    amount = 0 if node.kind in ("special_account", "one_card_batch") else node.amount
    pool = max(node.inflow, amount, node.outflow) if node.alive else 0
    missing = max(0, pool - node.inflow)
    if node.kind == "indicator" and node.own:
        node.declared = min(missing, max(0, node.amount - node.inflow))
    node.unsourced = missing - node.declared
    if node.kind in ("special_account", "one_card_batch"):
        events = [edge.date for edge in entering + leaving] + [receipt[0] for receipt in node.receipts]
        node.date = min(events, default="")


def take_out_rings(edges: list[Edge]) -> None:
    """Set `flow` of every edge: from each strong set the shortest ring through its least record, again and again."""
    for edge in edges:
        edge.flow = edge.amount
    while True:
        sets = strong_sets(edges)
        if not sets:
            return
        for members in sets:
            ring = _shortest_ring(edges, members)
            least = min(edge.flow for edge in ring)
            for edge in ring:
                edge.flow -= least


def strong_sets(edges: list[Edge]) -> list[set[str]]:
    """Sets of records that reach each other along edges that still carry money."""
    following: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.flow > 0:
            following[edge.source].add(edge.target)
    reach = {start: _reached(following, start) for start in following}
    done: set[str] = set()
    sets = []
    for start in sorted(following):
        if start in reach[start] and start not in done:
            members = {other for other in reach[start] if other in reach and start in reach[other]}
            done |= members
            sets.append(members)
    return sets


def _reached(following: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for after in following.get(waiting.pop(), ()):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return seen


def _shortest_ring(edges: list[Edge], members: set[str]) -> list[Edge]:
    start = min(members)
    inside = sorted((edge for edge in edges if edge.flow > 0 and edge.source in members and edge.target in members),
                    key=lambda edge: (edge.source, edge.target))
    paths: deque[tuple[str, list[Edge]]] = deque([(start, [])])
    seen = set()
    while paths:
        record, path = paths.popleft()
        for edge in inside:
            if edge.source == record and edge.target == start:
                return [*path, edge]
            if edge.source == record and edge.target not in seen and edge.target != start:
                seen.add(edge.target)
                paths.append((edge.target, [*path, edge]))
    raise AssertionError("a strongly connected set without a ring")

"""Mutants of the passes over a whole ledger and of the flow that give the same answers, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_MIXTURES = ("lineage/attribution/class_mixture.py",)
_PASS = ("lineage/attribution/class_pass.py",)
_WALK = ("lineage/attribution/class_walk.py",)
_DAYS = ("lineage/attribution/day_pass.py",)
_WIDE = ("lineage/attribution/wide.py",)
EQUIVALENT_PASSES: Mapping[tuple[str, str, str, str], str] = MappingProxyType(
    {
        (*_WIDE, "return 1 if high_left > high_right else -1", "high_left > high_right", "high_left >= high_right"):
            "they are known to differ",
        (*_WIDE, "return 1 if low_left > low_right else -1", "low_left > low_right", "low_left >= low_right"):
            "they are known to differ",
        (*_MIXTURES,
         "if abs(left - right) > 1e-9 * (left + right):",
         "if abs(left - right) > 1e-09 * (left + right):", "if False:"):
            "the exact comparison says the same, only later",
        (*_MIXTURES,
         "if abs(left - right) > 1e-9 * (left + right):",
         "abs(left - right) > 1e-09 * (left + right)", "abs(left - right) >= 1e-09 * (left + right)"):
            "so near the limit both comparisons say the same",
        (*_MIXTURES, "return bool(left > right)", "left > right", "left >= right"): "they are known to differ",
        (*_MIXTURES, "return sign > 0 or (sign == 0 and one < other)", "one < other", "one <= other"):
            "a class is compared with others only",
        (*_MIXTURES, "EMPTY, MIXED = -1, CLASS_COUNT", "1", "2"): "no class either way",
        (*_MIXTURES, "best = int64(-1)", "-1", "+1"):
            "class 1 stands for none: one that has all its fen is behind every one that has not",
        (*_MIXTURES, "best = int64(-1)", "1", "2"): "none either way",
        (*_MIXTURES,
         "if given[kind] < mixture[kind] and (best < 0 or _better(mixture, given, kind, best)):",
         "given[kind] < mixture[kind]", "given[kind] <= mixture[kind]"):
            "a class that has all its fen is behind every one that has not",
        (*_MIXTURES, "total = int64(0)", "0", "1"):
            "rounded by any common divisor quotas are F of some count, and corrections lead on from there",
        (*_MIXTURES, "certain = True", "True", "False"): "what was certain is proved once more",
        (*_MIXTURES, "if mixture[kind] > 0:", "mixture[kind] > 0", "mixture[kind] >= 0"):
            "the quota of nothing is nothing",
        (*_MIXTURES, "while handed < count:", "handed < count", "handed <= count"):
            "a fen too many is taken back at once",
        (*_MIXTURES, "while not certain and count > 0:", "not certain and count > 0", "not certain or count > 0"):
            "what was certain is proved once more",
        (*_MIXTURES, "while not certain and count > 0:", "count > 0", "count >= 0"): "nothing of nothing is certain",
        (*_MIXTURES, *["if gain < 0 or gain == loss:"] * 2, "if False:"):
            "no class comes before itself, and one has fen left",
        (*_MIXTURES, "if gain < 0 or gain == loss:", "gain < 0 or gain == loss", "gain < 0 and gain == loss"):
            "no class comes before itself, and one has fen left",
        (*_PASS, "work = np.zeros((5, CLASS_COUNT), np.int64)", "5", "6"): "a row to work in that nobody uses",
        (*_PASS, "if place < len(walk.order):", "place < len(walk.order)", "place <= len(walk.order)"):
            "rows beyond those in use are cut off at the end",
        (*_PASS, "if used + room > len(rows):", "used + room > len(rows)", "used + room >= len(rows)"):
            "grows a row sooner",
        (*_PASS,
         "has_named = place < last_place and named_edge[place] == edge and named_part[place] > 0",
         "named_part[place] > 0", "named_part[place] >= 0"):
            "no part adds nothing, and the class of the lot is that of the line",
        (*_PASS, "if line_kind < MIXED and not has_named:", "if line_kind < MIXED and (not has_named):", "if False:"):
            "the long way comes to the same class",
        (*_PASS, "if rest > 0 and line_kind < MIXED:", "rest > 0", "rest >= 0"): "adds nothing",
        (*_WALK, "OUTSIDE, OWN, UNSOURCED = -1, 1, 2", "1", "2"):
            "ranks of a day are in the same order, and money is laid down in that order before it is sorted",
        (*_WALK, "OUTSIDE, OWN, UNSOURCED = -1, 1, 2", "2", "3"): "ranks of a day are in the same order",
        (*_WALK, "FRESH_ROWS = 1024", "1024", "1025"): "as many rows as are there at first are a matter of speed",
        (*_WALK, "used: int = 0", "0", "1"): "a row that nobody reads",
        (*_WALK,
         "larger = np.empty((self.used + self.used // 2 + self.room + FRESH_ROWS, CLASS_COUNT), np.int64)",
         "self.used // 2", "self.used * 2"):
            "grows more",
        (*_WALK,
         "larger = np.empty((self.used + self.used // 2 + self.room + FRESH_ROWS, CLASS_COUNT), np.int64)",
         "2", "3"):
            "grows less, but by what one node can need",
        (*_WALK,
         "if node < len(self.lots[NODE_KIND]):",
         "node < len(self.lots[NODE_KIND])", "node <= len(self.lots[NODE_KIND])"):
            "rows beyond those in use are cut off at the end",
        (*_WALK,
         "widest = int((edges.out_start[order + 1] - edges.out_start[order]).max(initial=0))",
         "edges.out_start[order + 1] - edges.out_start[order]",
         "edges.out_start[order + 1] + edges.out_start[order]"):
            "more room than one node can need",
        (*_WALK, "widest = int((edges.out_start[order + 1] - edges.out_start[order]).max(initial=0))", "0", "1"):
            "the same",
        (*_WALK,
         "return Walk(order, born, money, lots, np.empty((FRESH_ROWS + widest, CLASS_COUNT), "
         "np.int64), 1 + widest)",
         "1", "2"):
            "the same",
        (*_WALK, "columns = np.empty((len(node), 4), np.int64)", "4", "5"): "a column that nobody uses",
        (*_WALK, "keep = keep[np.lexsort((columns[keep, 2], columns[keep, 3], node[keep]))]", "2", "3"):
            "money is laid down in the order of its rank before it is sorted",
        (*_WALK, *["if last == first + 1 and last_born == first_born:"] * 2, "if False:"):
            "the sum of the only deposit is what its row says",
        (*_WALK, "if last == first + 1 and last_born == first_born:", "first + 1", "first - 1"): "the same",
        (*_WALK, "elif flow[edge] > 0:", "flow[edge] > 0", "flow[edge] >= 0"): "adds nothing",
        (*_WALK,
         "if node_kind[node] == MIXED and out_start[node] == out_start[node + 1]:",
         "node_kind[node] == MIXED and out_start[node] == out_start[node + 1]",
         "node_kind[node] == MIXED or out_start[node] == out_start[node + 1]"):
            "rows that nobody reads, or the same amounts again",
        (*_WALK, "if first > 0:", "first > 0", "first >= 0"): "F(0) takes nothing away",
        (*_DAYS, "held = np.empty((_most_deposits(graph, walk), 6), np.int64)", "6", "7"): "a column that nobody uses",
        (*_DAYS, "if place < len(walk.order):", "place < len(walk.order)", "place <= len(walk.order)"):
            "rows beyond those in use are cut off at the end",
        (*_DAYS,
         "return int((in_start[order + 1] - in_start[order]).max(initial=0)) + int(arising.max(initial=0))",
         "in_start[order + 1] - in_start[order]", "in_start[order + 1] + in_start[order]"):
            "more room than one pool can need",
        (*_DAYS,
         "return int((in_start[order + 1] - in_start[order]).max(initial=0)) + int(arising.max(initial=0))",
         "0", "1"):
            "the same",
        (*_DAYS, "if used + room > len(rows):", "used + room > len(rows)", "used + room >= len(rows)"):
            "grows a row sooner",
        (*_DAYS, *["if place < last and flow[in_edge[place]] == 0:"] * 2, "if False:"):
            "a deposit of nothing is never taken from",
        (*_DAYS,
         "arising = arises[other, 3] < day or (arises[other, 3] == day and arises[other, 2] < 0)",
         "arises[other, 2] < 0", "arises[other, 2] <= 0"):
            "no rank is 0",
        (*_DAYS, "arising = arises[other, 3] < day or (arises[other, 3] == day and arises[other, 2] < 0)", "0", "1"):
            "the same",
        (*_DAYS, "held[count, ROW], held[count, DATE] = -1, arises[other, 3]", "-1", "+1"):
            "money of one class has no row that anybody reads",
        (*_DAYS, "held[count, ROW], held[count, DATE] = -1, arises[other, 3]", "1", "2"):
            "the same",
        (*_DAYS, "part = amount if amount < total else total", "amount < total", "amount <= total"):
            "the lesser of two that are alike",
        (*_DAYS, "if part < amount:", "part < amount", "part <= amount"): "of no fen nothing is taken",
        (*_DAYS, "part = amount if amount < left else left", "amount < left", "amount <= left"):
            "the lesser of two that are alike",
        (*_DAYS,
         "if held[row, TAKEN] < held[row, AMOUNT]:",
         "held[row, TAKEN] < held[row, AMOUNT]", "held[row, TAKEN] <= held[row, AMOUNT]"):
            "a deposit with nothing left goes off the stack before anything is taken",
        (*_DAYS,
         "there += held[row, AMOUNT] - held[row, TAKEN]",
         "held[row, AMOUNT] - held[row, TAKEN]", "held[row, AMOUNT] + held[row, TAKEN]"):
            "nobody wants more than the whole pool",
        (*_DAYS,
         "while wanted > 0 or (following < count and held[following, DATE] <= date[edge]):",
         "held[following, DATE] <= date[edge]", "held[following, DATE] < date[edge]"):
            "what the draw does not want waits for the next one that comes after it",
        (*_DAYS, 'assert there > 0, "a pool has less than what leaves it"', "there > 0", "there >= 0"):
            "the pools of a graph hold what leaves them",
        (*_DAYS, "part = wanted if wanted < there else there", "wanted < there", "wanted <= there"):
            "the lesser of two that are alike",
        (*_DAYS, "if left > 0:", "left > 0", "left >= 0"):
            "a deposit with nothing left goes off the stack before anything is taken",
        ("lineage/books.py",
         'if len(sources) <= 1 and policy != "poison":',
         "if len(sources) <= 1 and policy != 'poison':", "if False:"):
            "the long way comes to the same",
        ("lineage/books.py", 'if len(sources) <= 1 and policy != "poison":', "len(sources) <= 1", "len(sources) < 1"):
            "the same",
        ("lineage/books.py", *["if policy in INTERVAL_POLICIES:"] * 2, "if False:"):
            "a replay of all draws gives each its place on the line",
        ("lineage/books.py", "Draw(int(edges.flow[edge]), int(edges.date[edge]), edge, named.get(edge, -1))", "1", "2"):
            "no edge either way",
        ("lineage/books.py", *["if not len(edges.named_edge):"] * 2, "if False:"):
            "among none there is none of the node",
        ("lineage/books.py", "for edge in self._graph.outgoing(self._node)[-1:]:", "1", "2"):
            "the last one is asked last",
        ("lineage/entries.py", "OUTSIDE, OWN, UNSOURCED = -1, 1, 2", "1", "2"):
            "ranks of a day are in the same order, and money is told in that order before it is sorted",
        ("lineage/entries.py", "OUTSIDE, OWN, UNSOURCED = -1, 1, 2", "2", "3"): "ranks of a day are in the same order",
        ("lineage/entries.py", *["if not graph.nodes.alive[node]:"] * 2, "if False:"):
            "a record that carries no money has no pool",
        ("lineage/entries.py", "if pools.outside[node] > 0:", "pools.outside[node] > 0", "pools.outside[node] >= 0"):
            "an account without receipts has none",
        ("lineage/entries.py", "if pools.declared[node] > 0:", "pools.declared[node] > 0", "pools.declared[node] >= 0"):
            "nothing is left out at the end",
        ("lineage/entries.py",
         "if pools.unsourced[node] > 0:",
         "pools.unsourced[node] > 0", "pools.unsourced[node] >= 0"):
            "nothing is left out at the end",
        ("lineage/shares.py", "whole: int = -1", "1", "2"): "no node either way",
        ("lineage/shares.py",
         "found = [(0, Deposit(self.draw(edge), int(edges.flow[edge]), int(edges.date[edge]), "
         "edge)) for edge in entering]",
         "0", "1"):
            "recorded deposits are told before what arises in the pool",
        ("lineage/proof.py", "_TOGETHER = -2", "2", "3"): "no record either way",
    }
)
"""By path, line as it stands, before and after."""

"""
rule: entry/bundled
title: 多笔上级资金打捆录入 | Several transfers typed in as one
subject: indicator
severity: orange, yellow
class: direction
type: P9
office: budget
zh: {division}的本级指标 {id}（{amount} 元，手工录入）恰为 {pieces} 笔未接收下达之和：{transfers}；这样的组合有
    {solutions_zh} 种{quoted_zh}
en: own indicator {id} of {division} ({amount} yuan, typed) is the sum of {pieces} unreceived transfers:
    {transfers}; combinations that fit: {solutions_en}{quoted_en}
parameter: most_candidates = 60 in 2..60 | 参与组合的下达最多多少笔 | transfers looked at for one indicator

What: An own, manually entered indicator that equals the sum of 2 to 8 unreceived transfers to its division, of its
year and with its own flag.

说明：若干笔上级下达未接收，而下级手工录入了一笔金额恰为其和的本级指标（打捆）。

Why: Two grants made into one line can no longer be told apart; the chain is cut and the province's money is counted
as own.

理由：两笔下达并成一条，就再也分不开；链条断了，省里的钱算成了本级的。

Basis: 豫财预〔2013〕139号 (each document is received by itself); ministry problem list P9.

依据：豫财预〔2013〕139号（一文一收）；财政部扶贫资金问题清单 P9。

Method: Bounded subset sum over at most `most_candidates` transfers (those whose numbers the indicator quotes first,
then by id). Transfers taken by entry/re-entered are left out; function codes may differ; an empty flag of a
transfer is its source's. Orange where one combination exists, or where the indicator quotes the numbers; else
yellow with the number of combinations, counted to 100. Shown is the quoted combination, else the one of fewest
transfers, least ids. A transfer that could serve two accusations goes to the indicator of lesser id.

方法：在至多 `most_candidates` 笔下达中求子集和（先取指标引用了文号的，再按编号）。已被 entry/re-entered 取用的
不计；功能科目可以不同；下达的扶贫标识为空时取其来源的。只有一种组合，或指标引用了这些文号的，为橙色；否则为黄色，
并列出组合数（数到 100）。显示所引用的组合，否则为笔数最少、编号最小的组合。一笔下达可用于两条疑点时，归编号小的
指标。

Example: 4,708,734.80 and 3,065,443.84 were passed down and not received; the county typed 7,774,178.64 as own:
flagged. 7,774,178.63 is not.

示例：下达 4,708,734.80 元和 3,065,443.84 元未接收，县里录入本级 7,774,178.64 元：列入；7,774,178.63 元不列入。

Not flagged: What entry/re-entered accuses; an indicator whose inflow covers its amount; sums of more than 8
transfers.

不列入：entry/re-entered 已列入的；流入已覆盖其金额的指标；超过 8 笔之和。
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lineage.links.subset import Solutions, subsets_making
from queries.question import Question, Row
from queries.quoted import quoted_numbers
from queries.solutions import told

INDICATORS = """
SELECT i.* FROM typed_own_indicators i
WHERE EXISTS (SELECT 1 FROM unreceived_transfers t WHERE t.division_code = i.division_code
              AND t.fiscal_year = i.fiscal_year AND t.poverty = i.poverty AND t.amount_fen < i.amount_fen)
ORDER BY i.record
"""
TRANSFERS = """
SELECT record, division_code, fiscal_year, poverty, amount_fen, number FROM unreceived_transfers ORDER BY record
"""


def find(question: Question) -> Iterator[dict[str, Any]]:
    """Each indicator with the combination that it takes."""
    before = question.found("entry/re-entered")
    accused = {row["subject"] for row in before}
    taken = {row["transfer"] for row in before}
    groups: dict[tuple[str, int, bool], list[Row]] = {}
    for row in question.rows(TRANSFERS):
        groups.setdefault((row["division_code"], row["fiscal_year"], row["poverty"]), []).append(row)
    for indicator in question.rows(INDICATORS):
        if indicator["record"] in accused:
            continue
        group = groups[indicator["division_code"], indicator["fiscal_year"], indicator["poverty"]]
        free = [transfer for transfer in group if transfer["record"] not in taken]
        found = accuse(indicator, free, question.values["most_candidates"])
        if found:
            taken.update(found["transfers"])
            yield found


def accuse(indicator: Row, transfers: list[Row], most: int) -> Row | None:
    """The finding about one indicator, None where no combination fits."""
    numbers = quoted_numbers(indicator["superior_doc_no"], indicator["doc_no"])
    fitting = [transfer for transfer in transfers if transfer["amount_fen"] < indicator["amount_fen"]]
    quoted = [transfer for transfer in fitting if transfer["number"] in numbers]
    rest = [transfer for transfer in fitting if transfer["number"] not in numbers]
    ordered = sorted((*quoted, *rest)[:most], key=lambda transfer: str(transfer["record"]))
    every = _ways(ordered, indicator["amount_fen"])
    if not every.count:
        return None
    by_number = _ways(quoted, indicator["amount_fen"])
    chosen = [quoted[place] for place in by_number.first] or [ordered[place] for place in every.first]
    sure = bool(by_number.count) or every.count == 1
    return {
        "subject": indicator["record"],
        "division_code": indicator["division_code"],
        "amount_fen": indicator["amount_fen"],
        "severity": "orange" if sure else "yellow",
        "pieces": len(chosen),
        "transfers": [transfer["record"] for transfer in chosen],
        **told(every.count),
        "quoted_zh": "，文号已被引用" if by_number.count else "",
        "quoted_en": ", whose numbers it quotes" if by_number.count else "",
        "evidence": [transfer["record"] for transfer in chosen],
    }


def _ways(transfers: list[Row], amount_fen: int) -> Solutions:
    return subsets_making(amount_fen, [transfer["amount_fen"] for transfer in transfers])

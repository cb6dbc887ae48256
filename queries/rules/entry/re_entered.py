"""
rule: entry/re-entered
title: 上级资金重新录入为本级 | Superior money typed in again as own
subject: indicator
severity: red
class: direction
type: P9
office: budget
zh: {division}的本级指标 {id}（{amount} 元，手工录入）与未接收的下达 {transfer}（{number}）金额、年度、功能科目相同
en: own indicator {id} of {division} ({amount} yuan, typed) equals the unreceived transfer {transfer} ({number}) in
    amount, year and function code

What: An own, manually entered indicator that equals one unreceived transfer to its division in amount, fiscal year
and function code of the transfer's source.

说明：上级下达未接收，而下级手工录入了一笔金额、年度、功能科目相同的本级指标。

Why: The county counts the province's money as its own. The chain is cut, scale is counted twice, and the daily
report differs from the system.

理由：县里把省里的钱算成自己的：链条断开，规模重复计算，日报与系统不符。

Basis: 豫财预〔2013〕139号 (superior money is received through the linkage, not typed in); ministry problem list P9.

依据：豫财预〔2013〕139号（上级资金经贯通接收，不得手工录入）；财政部扶贫资金问题清单 P9。

Method: One indicator, one transfer: first those whose numbers are quoted by the indicator, then the rest, each in
order of their ids. Dates do not matter. A transfer whose source is not in the ledger has no year and function to be
equal to. An empty entry mark means typed where no transfer comes in.

方法：一条指标对一笔下达：先取指标引用了文号的，再取其余，均按编号顺序。不看日期。来源不在账本中的下达没有年度与
科目可比。录入方式为空的，没有下达进入即视为手工录入。

Example: 洛财预〔2017〕9号 passes 2,275,723.44 down; nobody received it; the district typed 2,275,723.44 of the same
function as own money: flagged.

示例：洛财预〔2017〕9号下达 2,275,723.44 元无人接收，区里以同一科目录入本级 2,275,723.44 元：列入。

Not flagged: An indicator whose inflow covers its amount; another function code or year (it may still be part of
entry/bundled); transfers that were received.

不列入：流入已覆盖其金额的指标；科目或年度不同的（可能属于 entry/bundled）；已接收的下达。
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queries.question import Question
from queries.quoted import quoted_numbers

PAIRS = """
SELECT i.record AS indicator, i.division_code, i.amount_fen, i.doc_no, i.superior_doc_no, t.record AS transfer, t.number
FROM typed_own_indicators i
JOIN unreceived_transfers t ON t.division_code = i.division_code AND t.amount_fen = i.amount_fen
    AND t.source_record IS NOT NULL AND t.fiscal_year = i.fiscal_year
    AND t.function_code IS NOT DISTINCT FROM i.function_code
ORDER BY i.record, t.record
"""


def find(question: Question) -> Iterator[dict[str, Any]]:
    """Each indicator with the transfer that it takes."""
    pairs = question.rows(PAIRS)
    quoted = [pair for pair in pairs if pair["number"] in quoted_numbers(pair["superior_doc_no"], pair["doc_no"])]
    taken: set[str] = set()
    accused: set[str] = set()
    for pair in (*quoted, *pairs):
        if pair["indicator"] in accused or pair["transfer"] in taken:
            continue
        accused.add(pair["indicator"])
        taken.add(pair["transfer"])
        yield {
            "subject": pair["indicator"],
            "division_code": pair["division_code"],
            "amount_fen": pair["amount_fen"],
            "transfer": pair["transfer"],
            "number": pair["number"],
            "evidence": [pair["transfer"]],
        }

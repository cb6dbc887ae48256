/*
rule: card/bypassed
title: 到人补助未走一卡通 | Paid to persons past the one-card system
subject: payment, account_entry
severity: orange
class: direction
type: P9
office: one-card
zh: {division}于 {date} 将 {amount} 元（其中扶贫资金 {poverty} 元）付给{payee_name}（{subject}），未通过一卡通
en: on {date} {division} paid {amount} yuan ({poverty} yuan of it poverty money) to {payee_name} ({subject}) past
    the one-card system

What: Poverty money paid to a person or household without a one-card batch.

说明：付给个人或农户、没有一卡通批次的扶贫资金支付或专户支出。

Why: Who got the money is known only through the one-card list.

理由：钱到了谁手里，只有一卡通名单说得清。

Basis: The one-card rule of the department's 2017 system (subsidies to persons go through 一卡通); ministry problem
list P9.

依据：省厅 2017 年系统的一卡通要求（对个人的补贴走一卡通）；财政部扶贫资金问题清单 P9。

Method: Payee kind person or household, no batch named, poverty fen in the payment or expenditure. The amount is the
whole record's.

方法：收款人类型为个人或农户，未写明批次，且含扶贫资金。金额为整笔记录。

Example: 527.92 of poverty money paid to a person directly: flagged. With a batch it is not.

示例：527.92 元扶贫资金直接付给个人：列入；有批次的不列入。

Not flagged: Other payees; records without poverty money; batches that are named but not in the ledger
(chain/dangling-reference).

不列入：其他收款人；不含扶贫资金的记录；写明了批次而账本中没有该批次的记录（见 chain/dangling-reference）。
*/
SELECT record AS subject, division_code, amount_fen, poverty_fen, date, payee_name
FROM payouts
WHERE poverty_fen > 0 AND payee_kind IN ('person', 'household') AND one_card_batch_id IS NULL

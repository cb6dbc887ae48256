/*
rule: card/list-to-bank
title: 名单交银行代发 | Name list handed to a bank
subject: payment, account_entry
severity: orange
class: direction
type: P9
office: one-card
zh: {division}于 {date} 将 {amount} 元付给{payee_name}（{subject}），收款人或用途（“{purpose}”）含“{word}”，疑为名单
    代发而无一卡通批次
en: on {date} {division} paid {amount} yuan to {payee_name} ({subject}); "{word}" in its purpose or payee
    ("{purpose}") speaks of a list paid out by others, without a one-card batch
parameter: words = [名单, 代发, 批量发放, 批量代付, 农户] | 用途或收款人中的词 | words in purpose or payee

What: Poverty money to an agency or enterprise whose purpose or payee name speaks of a list or of paying out on
behalf, without a one-card batch.

说明：付给单位或企业、用途或收款人名称含名单代发字样、没有一卡通批次的扶贫资金。

Why: A name list handed to a bank is not the one-card system: nobody can check who got what.

理由：把名单交给银行代发，不等于一卡通：谁领了多少，没有人能核对。

Basis: The one-card rule of the department's 2017 system; ministry problem list P9.

依据：省厅 2017 年系统的一卡通要求；财政部扶贫资金问题清单 P9。

Method: Payee kind agency or enterprise, no batch, one of the words in purpose or payee name, poverty fen in the
record.

方法：收款人类型为单位或企业，无批次，用途或收款人名称含所列字样之一，且含扶贫资金。

Example: 659.44 to an agency for 补贴代发: flagged.

示例：659.44 元以“补贴代发”付给单位：列入。

Not flagged: Villages and persons (card/bypassed); records with a batch or without poverty money.

不列入：村和个人（见 card/bypassed）；有批次的或不含扶贫资金的记录。
*/
SELECT record AS subject, division_code, amount_fen, date, payee_name, coalesce(purpose, '') AS purpose,
       list_filter($words, lambda word: contains(coalesce(purpose, '') || ' ' || coalesce(payee_name, ''), word))[1] AS word
FROM payouts
WHERE poverty_fen > 0 AND payee_kind IN ('agency', 'enterprise') AND one_card_batch_id IS NULL AND word IS NOT NULL

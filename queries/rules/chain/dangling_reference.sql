/*
rule: chain/dangling-reference
title: 引用的记录不存在 | Reference to a record that is not there
subject: transfer, indicator, payment, account_entry, one_card_payment
severity: red
class: data
type: P9
office: budget
zh: {subject}（{amount} 元）引用了账本中没有的记录：{named}
en: {subject} ({amount} yuan) names what is not in the ledger: {named}

What: A record that names a source, target, indicator, transfer, account, payment, batch, previous or reversed
record that is not in the ledger. One finding a record, however many of its references dangle.

说明：记录所引用的来源、指标、下达、专户、支付、批次、上年指标或被冲销记录不在账本中。

Why: The chain breaks here: nothing beyond can be proved. Either a record was not delivered or a number is mistyped.

理由：链条在此断开，再往上无法证明：不是记录没有报送，就是编号写错。

Basis: Ministry problem list P9 (incomplete or untrue data); 财办〔2018〕24号.

依据：财政部扶贫资金问题清单 P9（数据不完整、不真实）；财办〔2018〕24号。

Method: Every reference column is looked up in the table it refers to. The amount is the record's own, net of
reversals, of a reversal its absolute amount. References to records dated after the as-of date are hidden and do not
dangle.

方法：每个引用栏都到它所指的表中查找。金额为记录本身金额（扣除冲销），冲销记录取绝对值。所引用的记录晚于截至日期
的，连同引用一起隐去，不算悬空。

Example: A payment of 1,441,179.36 names indicator I-LOST: flagged. A payment that names no indicator at all is
chain/payment-without-indicator.

示例：一笔 1,441,179.36 元的支付写明指标 I-LOST，账本中没有：列入。完全没有写指标的支付见
chain/payment-without-indicator。

Not flagged: Unknown division, agency and project codes (warnings of the load).

不列入：未知的区划、单位、项目代码（装载时提示）。
*/
WITH named AS (
    SELECT record, 'source_id' AS field, source_id AS named FROM transfers
    WHERE source_id IS NOT NULL AND source_id NOT IN (SELECT record FROM source_records)
    UNION ALL
    SELECT record, 'target_id', target_id FROM transfers
    WHERE target_id IS NOT NULL AND target_id NOT IN (SELECT indicator_id FROM indicators)
    UNION ALL
    SELECT record, 'reverses', reverses FROM transfers
    WHERE reverses IS NOT NULL AND reverses NOT IN (SELECT transfer_id FROM transfers)
    UNION ALL
    SELECT record, 'previous_id', previous_id FROM indicators
    WHERE previous_id IS NOT NULL AND previous_id NOT IN (SELECT indicator_id FROM indicators)
    UNION ALL
    SELECT record, 'indicator_id', indicator_id FROM payments
    WHERE indicator_id IS NOT NULL AND indicator_id NOT IN (SELECT indicator_id FROM indicators)
    UNION ALL
    SELECT record, 'account_id', account_id FROM payments
    WHERE account_id IS NOT NULL AND account_id NOT IN (SELECT account_id FROM special_accounts)
    UNION ALL
    SELECT record, 'one_card_batch_id', one_card_batch_id FROM payments
    WHERE one_card_batch_id IS NOT NULL AND one_card_batch_id NOT IN (SELECT batch_id FROM one_card_batches)
    UNION ALL
    SELECT record, 'transfer_id', transfer_id FROM payments
    WHERE transfer_id IS NOT NULL AND transfer_id NOT IN (SELECT transfer_id FROM transfers)
    UNION ALL
    SELECT record, 'reverses', reverses FROM payments
    WHERE reverses IS NOT NULL AND reverses NOT IN (SELECT payment_id FROM payments)
    UNION ALL
    SELECT record, 'account_id', account_id FROM account_entries
    WHERE account_id IS NOT NULL AND account_id NOT IN (SELECT account_id FROM special_accounts)
    UNION ALL
    SELECT record, 'payment_id', payment_id FROM account_entries
    WHERE payment_id IS NOT NULL AND payment_id NOT IN (SELECT payment_id FROM payments)
    UNION ALL
    SELECT record, 'one_card_batch_id', one_card_batch_id FROM account_entries
    WHERE one_card_batch_id IS NOT NULL AND one_card_batch_id NOT IN (SELECT batch_id FROM one_card_batches)
    UNION ALL
    SELECT record, 'reverses', reverses FROM account_entries
    WHERE reverses IS NOT NULL AND reverses NOT IN (SELECT entry_id FROM account_entries)
    UNION ALL
    SELECT record, 'batch_id', batch_id FROM one_card_payments
    WHERE batch_id IS NOT NULL AND batch_id NOT IN (SELECT batch_id FROM one_card_batches)
), accused AS (
    SELECT record, list(field || ' ' || named ORDER BY field) AS named FROM named GROUP BY record
), described AS (
    SELECT record, to_division_code AS division_code,
           CASE WHEN is_reversal THEN abs(amount_fen) ELSE net_fen END AS amount_fen
    FROM transfers
    UNION ALL
    SELECT record, division_code, amount_fen FROM indicators
    UNION ALL
    SELECT record, division_code, CASE WHEN is_reversal THEN abs(amount_fen) ELSE net_fen END FROM payments
    UNION ALL
    SELECT e.record, s.division_code, CASE WHEN e.is_reversal THEN abs(e.amount_fen) ELSE e.net_fen END
    FROM account_entries e LEFT JOIN special_accounts s ON s.account_id = e.account_id
    UNION ALL
    SELECT c.record, b.division_code, c.amount_fen
    FROM one_card_payments c LEFT JOIN one_card_batches b ON b.batch_id = c.batch_id
)
SELECT a.record AS subject, d.division_code, d.amount_fen, a.named
FROM accused a
JOIN described d ON d.record = a.record

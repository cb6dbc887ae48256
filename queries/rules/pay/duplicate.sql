/*
rule: pay/duplicate
title: 重复支付 | Paid twice
subject: payment
severity: orange
class: volume
type: P7
office: payment-centre
zh: {division}的支付 {id}（{pay_date}，付给{payee_name}）{amount} 元与 {first} 的指标、收款账户、金额、日期相同
en: payment {id} of {division} ({amount} yuan to {payee_name} on {pay_date}) has the same indicator, payee, amount
    and date as {first}

What: A payment with the same indicator, payee account (without one, payee name), amount and date as one of lesser
id.

说明：与编号在前的一笔支付指标、收款账户（无账户则为户名）、金额、日期均相同的支付。

Why: The same voucher paid or delivered twice.

理由：同一张凭证支付了两次，或报送了两次。

Basis: Ministry problem list P7.

依据：财政部扶贫资金问题清单 P7。

Method: Valid, dated payments; those that a valid, dated reversal takes back, in whole or part, are left out on both
sides. Accounts are compared by their keyed token.

方法：有效、有日期的支付；被有效、有日期的冲销收回全部或部分的，前后两笔都不计。账号按加密令牌比对。

Example: 238.88 to one account on 6 June, twice from one indicator: the later id is accused. Another amount or day
is not.

示例：同一指标 6 月 6 日两次向同一账户支付 238.88 元：列入编号在后的一笔；金额或日期不同则不列入。

Not flagged: Void, pending and undated payments; payments with a reversal that counts (a void one does not).

不列入：作废、待支付、无日期的支付；有生效冲销的支付（作废的冲销不算）。
*/
WITH counted AS (
    SELECT * FROM payments
    WHERE status = 'valid' AND pay_date IS NOT NULL AND amount_fen = net_fen
)
SELECT record AS subject, division_code, amount_fen, pay_date, payee_name, first_value(record) OVER same AS first,
       [first_value(record) OVER same] AS evidence
FROM counted
WINDOW same AS (
    PARTITION BY indicator_id, coalesce('account ' || payee_account, 'name ' || payee_name), amount_fen, pay_date
    ORDER BY payment_id
)
QUALIFY row_number() OVER same > 1

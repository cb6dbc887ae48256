/*
rule: account/no-accounting
title: 专户资金不核算或滞留 | Poverty money unseen in a special account
subject: special_account
severity: orange
class: direction
type: P6
office: account
zh: {division}的专户 {id}（{name}）存有扶贫资金 {amount} 元，{why_zh}
en: {amount} yuan of poverty money lie in special account {id} ({name}) of {division}: {why_en}
parameter: days = 90 in 1..3650 | 启用核算的专户多少天无支出即为滞留 | days without expenditure after which kept
    books do not help

What: A special account with poverty money in it whose bookkeeping is off, or on with more than `days` days since
its last expenditure.

说明：存有扶贫资金、未启用收支核算，或虽启用但超过规定天数没有支出的专户。

Why: The money counts as spent, but nobody can see what became of it.

理由：资金已算支出，却没有人知道它后来怎样了。

Basis: 豫财库〔2015〕4号; ministry problem list P6 (以拨代支).

依据：豫财库〔2015〕4号；财政部扶贫资金问题清单 P6（以拨代支）。

Method: Poverty balance = the poverty class of the account's pool less that of what flowed out. Days since the last
expenditure; without one, since the first money came (an opening balance at its date; without a date, long ago).

方法：扶贫余额＝专户资金池中的扶贫部分减去流出的扶贫部分。天数从最近一次支出算起；没有支出的，从第一笔资金到账算
起（期初余额按其日期，无日期视为很早）。

Example: 568,259.68 came on 1 May, 142,064.92 were spent on 20 May, nothing since: 426,194.76 on 30 September.

示例：5 月 1 日到账 568,259.68 元，5 月 20 日支出 142,064.92 元，此后无支出：9 月 30 日为 426,194.76 元。

Not flagged: Accounts whose poverty money is spent; expenditure within the last `days` days.

不列入：扶贫资金已全部支出的专户；规定天数（`days`）以内有支出的专户。
*/
WITH gone AS (
    SELECT source, sum(poverty_fen)::BIGINT AS poverty_fen, max(date) AS last_spent
    FROM edges
    WHERE starts_with(source, 'special_account:')
    GROUP BY source
), came AS (
    SELECT target AS record, min(date) AS first_came FROM edges
    WHERE starts_with(target, 'special_account:')
    GROUP BY target
    UNION ALL
    SELECT 'special_account:' || account_id, min(date) FROM account_entries
    WHERE direction = 'receipt' AND payment_id IS NULL AND net_fen > 0
    GROUP BY account_id
    UNION ALL
    SELECT record, coalesce(opening_date, DATE '0001-01-01')
    FROM special_accounts
    WHERE opening_balance_fen > 0
), first_money AS (
    SELECT record, min(first_came) AS first_came FROM came GROUP BY record
), lying AS (
    SELECT a.record, a.division_code, s.name, a.kept, n.poverty_fen - coalesce(g.poverty_fen, 0) AS amount_fen,
           coalesce(g.last_spent, f.first_came) AS since
    FROM kept_accounts a
    JOIN special_accounts s ON s.record = a.record
    JOIN nodes n ON n.record = a.record
    LEFT JOIN gone g ON g.source = a.record
    JOIN first_money f ON f.record = a.record
)
SELECT record AS subject, division_code, amount_fen, name,
       CASE WHEN NOT kept THEN '未启用收支核算' WHEN since = DATE '0001-01-01' THEN '期初余额以来没有支出'
            ELSE '自 ' || since || ' 以来没有支出' END AS why_zh,
       CASE WHEN NOT kept THEN 'its bookkeeping is off'
            WHEN since = DATE '0001-01-01' THEN 'nothing was spent since its opening balance'
            ELSE 'nothing was spent since ' || since END AS why_en
FROM lying
WHERE amount_fen > 0 AND (NOT kept OR $as_of - since > $days)

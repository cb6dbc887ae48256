/*
rule: data/document-number
title: 文号不规范 | Document number not well formed
subject: allocation, transfer, indicator, payment
severity: blue
class: data
type: P9
office: budget
zh: {division}的 {subject}（{amount} 元）{fields}“{number}”不规范：{why_zh}
en: the number "{number}" ({fields}) of {subject} of {division} ({amount} yuan) is not well formed: {why_en}

What: A document number that is not 2 to 8 Chinese characters, 〔year〕, digits, 号, or whose year does not fit the
record's.

说明：文号不是“机关代字〔年份〕序号号”的形式，或年份晚于本记录年度、早于其上一年度。

Why: The number is what joins a record to its document; a number nobody can find joins nothing.

理由：文号把记录与文件连在一起；查不到的文号什么也连不上。

Basis: 《党政机关公文格式》 GB/T 9704 (form of a document number); ministry check 文号不规范, P9.

依据：《党政机关公文格式》（GB/T 9704）文号形式；财政部检查项“文号不规范”，P9。

Method: Compared after NFKC, without blanks, any bracket as 〔〕, an optional 第 before the digits. The record's
year is its fiscal year (a transfer's that of its source, a payment's that of its indicator, else of its date); the
number's year may be that year or the one before. One finding a record.

方法：经 NFKC 归一、去空格、各种括号视同〔〕、序号前的“第”可有可无，然后比对。记录年度为其财政年度（下达取来源
的年度，支付取指标的年度，无指标取其日期）；文号年份可为该年度或上一年度。每条记录一个疑点。

Example: 豫财农2017年15 and 豫财农〔2071〕15号 are flagged; 豫财农 [2017] 第 15 号 is not.

示例：豫财农2017年15、豫财农〔2071〕15号：列入；豫财农 [2017] 第 15 号：不列入。

Not flagged: Empty numbers; any form of brackets; leading zeros.

不列入：空文号；括号的各种写法；序号前的零。
*/
WITH quoted AS (
    SELECT record, division_code, amount_fen, fiscal_year::INTEGER AS own_year, 'doc_no' AS field, doc_no AS number
    FROM allocations
    UNION ALL
    SELECT t.record, t.to_division_code, t.net_fen, coalesce(s.fiscal_year, year(t.issue_date)), 'doc_no', t.doc_no
    FROM linked_transfers t LEFT JOIN source_records s ON s.record = t.source_id
    WHERE NOT t.is_reversal
    UNION ALL
    SELECT record, division_code, amount_fen, fiscal_year, 'doc_no', doc_no FROM indicators
    UNION ALL
    SELECT record, division_code, amount_fen, fiscal_year, 'superior_doc_no', superior_doc_no FROM indicators
    UNION ALL
    SELECT p.record, p.division_code, p.net_fen, coalesce(i.fiscal_year, year(p.pay_date)), 'doc_no', p.doc_no
    FROM linked_payments p LEFT JOIN indicators i ON i.indicator_id = p.indicator_id
    WHERE NOT p.is_reversal
), forms AS (
    SELECT number, regexp_extract(document_number(number), '^[\x{4e00}-\x{9fff}]{2,8}〔([0-9]{4})〕[0-9]+号$', 1) AS year_text
    FROM (SELECT DISTINCT number FROM quoted WHERE trim(number) <> '')
), judged AS (
    SELECT q.record, q.division_code, q.amount_fen, q.field, q.number, q.own_year, try_cast(f.year_text AS INTEGER) AS year
    FROM quoted q
    JOIN forms f ON f.number = q.number
), accused AS (
    SELECT * FROM judged WHERE year IS NULL OR year > own_year OR year < own_year - 1
)
SELECT record AS subject, any_value(division_code) AS division_code, any_value(amount_fen) AS amount_fen,
       list(field ORDER BY field) AS fields, arg_min(number, field) AS number,
       CASE WHEN arg_min(coalesce(year, 0), field) = 0 THEN '形式不对'
            ELSE '年份与 ' || any_value(own_year) || ' 年度不符' END AS why_zh,
       CASE WHEN arg_min(coalesce(year, 0), field) = 0 THEN 'its form is wrong'
            ELSE 'its year does not fit ' || any_value(own_year) END AS why_en
FROM accused
GROUP BY record

/*
rule: label/excess
title: 多标扶贫标识 | Poverty flag where it does not belong
subject: indicator
severity: yellow
class: direction
type: P9
office: budget
zh: {division}的指标 {id}（{amount} 元，功能科目 {function_code}）标为扶贫，但下达来的 {received} 元中没有扶贫资金
en: {subject} of {division} ({amount} yuan, function {function_code}) is flagged, but there is no poverty money in
    the {received} yuan passed down to it

What: A flagged indicator outside 21305, neither integrated nor listed, that has transfers coming in, but no poverty
money with them.

说明：标为扶贫的指标，功能科目不在 21305、不属统筹整合、未列入清单，且下达来的资金中没有扶贫资金。

Why: Other money is counted as poverty money: scale and progress are overstated.

理由：别的钱算成了扶贫资金：规模与进度虚高。

Basis: 财农〔2017〕8号; ministry problem list P9.

依据：财农〔2017〕8号；财政部扶贫资金问题清单 P9。

Method: Poverty money is the poverty class of the transfers coming in (pro-rata class pass). Of a line of such
indicators only the topmost is accused (of a ring that nothing feeds, the least name), and none that lies below an
indicator accused by label/missing: there the cause is above.

方法：扶贫资金指下达来的资金中的扶贫部分（按比例的全账归属）。一连串这样的指标只列最上面的一条（互相供给成环而上
面没有的，列编号最小的一条）；在 label/missing 所列指标之下的不列：原因在上面。

Example: 2050204 money out of scope was passed down; the county set the flag: flagged. Its agency's indicator below
is flagged too, but not accused again.

示例：范围外的 2050204 资金下达后，县里标为扶贫：列入。其下单位的指标同样标了，不再重复列入。

Not flagged: Integrated or listed indicators; own indicators without transfers.

不列入：属统筹整合或列入清单的指标；没有下达进入的本级指标。
*/
WITH RECURSIVE received AS (
    SELECT indicator, sum(amount_fen)::BIGINT AS received_fen, sum(poverty_fen)::BIGINT AS poverty_fen,
           list(source_record) AS evidence
    FROM incoming_transfers
    GROUP BY indicator
), suspects AS (
    SELECT i.record, i.division_code, i.amount_fen, i.function_code, r.received_fen, r.evidence
    FROM indicators i
    JOIN received r ON r.indicator = i.record AND r.poverty_fen = 0
    LEFT JOIN listed_indicators l ON l.record = i.record
    WHERE i.poverty AND NOT coalesce(starts_with(i.function_code, '21305'), false)
      AND NOT coalesce(i.integrated, false) AND l.record IS NULL
), steps AS (
    SELECT source_record AS upper, indicator AS lower FROM incoming_transfers
    UNION
    SELECT source, target FROM edges WHERE starts_with(source, 'indicator:') AND starts_with(target, 'indicator:')
), below_missing AS (
    SELECT s.lower AS record FROM steps s JOIN found_label_missing m ON m.subject = s.upper
    UNION
    SELECT s.lower FROM below_missing b JOIN steps s ON s.upper = b.record
), lines AS (
    SELECT s.upper, s.lower FROM steps s JOIN suspects u ON u.record = s.upper
), topmost AS (
    SELECT record FROM suspects WHERE record NOT IN (SELECT lower FROM lines)
), covered AS (
    SELECT record FROM topmost
    UNION
    SELECT l.lower FROM covered c JOIN lines l ON l.upper = c.record
), ringed AS (  -- what no topmost one explains: suspects that feed each other, and those below them; mostly none
    SELECT l.upper AS start, l.lower AS reached FROM lines l WHERE l.upper NOT IN (SELECT record FROM covered)
    UNION
    SELECT r.start, l.lower FROM ringed r JOIN lines l ON l.upper = r.reached
), accused AS (
    SELECT record FROM topmost
    UNION
    SELECT r.reached FROM ringed r LEFT JOIN ringed back ON back.start = r.reached AND back.reached = r.start
    GROUP BY r.reached
    HAVING r.reached = min(r.start) AND count(*) = count(back.start)  -- nothing above it that is not in its ring
)
SELECT record AS subject, division_code, amount_fen, function_code, received_fen, evidence
FROM suspects
WHERE record NOT IN (SELECT record FROM below_missing) AND record IN (SELECT record FROM accused)

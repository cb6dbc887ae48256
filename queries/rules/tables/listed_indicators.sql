/* Indicators on the year's list of funds that may be integrated (fund_scope): a document row goes before a function
row, a longer function code before a shorter one. */
WITH numbered AS (
    SELECT record, fiscal_year, function_code,
           unnest([document_number(doc_no), document_number(superior_doc_no)]) AS number
    FROM indicators
), by_document AS (
    SELECT n.record, bool_or(f.listed) AS listed
    FROM numbered n
    JOIN fund_scope f ON f.fiscal_year = n.fiscal_year AND document_number(f.doc_no) = n.number
    WHERE f.function_code IS NULL OR starts_with(n.function_code, f.function_code)
    GROUP BY n.record
), by_function AS (
    SELECT i.record, arg_max(f.listed, length(f.function_code)) AS listed
    FROM indicators i
    JOIN fund_scope f ON f.fiscal_year = i.fiscal_year AND f.doc_no IS NULL
        AND starts_with(i.function_code, f.function_code)
    GROUP BY i.record
)
SELECT i.record
FROM indicators i
LEFT JOIN by_document d ON d.record = i.record
LEFT JOIN by_function f ON f.record = i.record
WHERE coalesce(d.listed, f.listed, false)

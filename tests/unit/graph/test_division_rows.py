"""A division may have several rows: the one in force on a record's date says who its fiscal parent is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import lineage
import loaders
import queries

DIVISIONS = """division_code,name,level,fiscal_parent,valid_from,valid_to
410000000,Province,province,,,
410700000,City,city,410000000,,
410728000,County,county,410700000,,2013-12-31
410728000,County,county,410000000,2014-01-01,
"""
ALLOCATIONS = """allocation_id,fiscal_year,division_code,source,date,amount,poverty
A-13,2013,410700000,city,2013-01-05,100.00,true
A-14,2014,410700000,city,2014-01-05,100.00,true
"""
TRANSFERS = """transfer_id,kind,source_id,target_id,to_division_code,doc_no,issue_date,amount
T-13,issue,allocation:A-13,,410728000,新财农〔2013〕1号,2013-02-01,100.00
T-14,issue,allocation:A-14,,410728000,新财农〔2014〕1号,2014-02-01,100.00
"""
INDICATORS = """indicator_id,fiscal_year,division_code,superior_doc_no,date,amount,origin,poverty
I-13,2013,410728000,新财农〔2013〕1号,2013-02-03,100.00,superior,true
I-14,2014,410728000,新财农〔2014〕1号,2014-02-03,100.00,superior,true
"""


def test_parents_change_with_time(tmp_path: Path) -> None:
    for name, text in (("divisions", DIVISIONS), ("allocations", ALLOCATIONS), ("transfers", TRANSFERS),
                       ("indicators", INDICATORS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    result = loaders.load(tmp_path / "ledger", [tmp_path / f"{name}.csv" for name in
                                                ("divisions", "allocations", "transfers", "indicators")])
    assert result.to_json()["rejected"] == 0
    ledger = lineage.open(tmp_path / "ledger")
    assert ledger.rows("SELECT fiscal_parent FROM divisions WHERE division_code = '410728000'") == [
        {"fiscal_parent": "410000000"}]
    then = lineage.open(tmp_path / "ledger", as_of=date(2013, 6, 1))
    assert then.rows("SELECT fiscal_parent FROM divisions WHERE division_code = '410728000'") == [
        {"fiscal_parent": "410700000"}]
    assert ledger.rows("SELECT transfer_id FROM document_links") == [{"transfer_id": "T-13"}]
    wrong = [one.subject for one in queries.check(ledger, ["chain/wrong-division"]).findings]
    assert wrong == ["transfer:T-14"]

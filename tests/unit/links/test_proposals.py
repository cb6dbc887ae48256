"""Missing links come back with evidence; what is ambiguous is never sure; people decide, and may take it back."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import lineage
import loaders
from lineage.errors import Misuse, NotFound
from lineage.links.decisions import accept, chosen, revoke
from lineage.links.proposals import propose, with_rivals

Damaged = tuple[Path, set[tuple[str, str]]]
AT = datetime(2026, 11, 1, tzinfo=UTC)
EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def rewritten(bundle: Path, file: str, change: Callable[[dict[str, str]], bool]) -> None:
    """Rewrite one table of a bundle row by row."""
    path = bundle / file
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        change(row)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    """The sound province with every fourth link lost or misspelt, and what each lost link was."""
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copytree(EXAMPLES / "sound" / "bundle", folder / "bundle")
    dice = random.Random(7)
    lost: set[tuple[str, str]] = set()

    def transfer(row: dict[str, str]) -> bool:
        if row["target_id"] and not row["reverses"] and dice.random() < 0.25:
            lost.add((f"transfer:{row['transfer_id']}", f"indicator:{row['target_id']}"))
            row["target_id"] = "" if dice.random() < 0.7 else row["target_id"].replace("I-", "l ")
        return True

    def indicator(row: dict[str, str]) -> bool:
        if any(target == f"indicator:{row['indicator_id']}" for _, target in lost) and dice.random() < 0.5:
            row["superior_doc_no"] = row["superior_doc_no"].replace("2017", "2016")
        return True

    rewritten(folder / "bundle", "transfers.csv", transfer)
    rewritten(folder / "bundle", "indicators.csv", indicator)
    loaders.load(folder / "ledger", [folder / "bundle"])
    return folder / "ledger", lost


def test_lost_links_come_back_and_what_is_sure_is_right(damaged: Damaged) -> None:
    path, lost = damaged
    ledger = lineage.open(path)
    linked = {(row["source"], row["target"]) for row in ledger.rows("SELECT source, target FROM edges")}
    wanted = lost - linked
    sure = {(one.source, one.target) for one in propose(ledger) if one.sure}
    assert len(wanted) >= 5
    assert len(sure & lost) >= 0.98 * len(sure)
    assert len(sure & wanted) >= 0.8 * len(wanted)


def test_accepting_mends_the_chain_and_revoking_breaks_it_again(damaged: Damaged,
                                                                tmp_path: Path) -> None:
    shutil.copytree(damaged[0].parent, tmp_path / "copy")
    path = tmp_path / "copy" / "ledger"
    ledger = lineage.open(path)
    before = ledger.query("FROM breaks").num_rows
    best = chosen(ledger, least_score=0.6)
    accept(path, best, "same number, same amount", by="auditor", at=AT)
    mended = lineage.open(path)
    assert mended.query("FROM breaks").num_rows < before
    assert mended.query("SELECT 1 FROM edges WHERE evidence = 'asserted'").num_rows == len(best)
    assert lineage.open(path, asserted=False).query("FROM breaks").num_rows == before
    for one in best:
        revoke(lineage.open(path), one.id, "wrong county", by="auditor", at=AT)
    assert lineage.open(path).query("FROM breaks").num_rows == before


def test_a_decision_without_a_reason_or_on_an_unknown_name_is_refused(damaged: Damaged) -> None:
    ledger = lineage.open(damaged[0])
    with pytest.raises(NotFound, match="L-0000"):
        chosen(ledger, ["L-0000"])
    with pytest.raises(Misuse, match="reason"):
        accept(damaged[0], [], " ", by="auditor", at=AT)
    with pytest.raises(NotFound, match="no accepted link"):
        revoke(ledger, "99", "why", by="auditor", at=AT)


def test_a_sound_province_has_nothing_to_propose(example_ledger: Callable[[str], Path]) -> None:
    assert propose(lineage.open(example_ledger("sound"))) == ()


def test_rivals_are_counted_among_what_may_be_seen_and_doubt_stays(damaged: Damaged) -> None:
    every = propose(lineage.open(damaged[0]))
    assert with_rivals(every) == list(every)
    doubtful = next(one for one in every if one.rivals and one.kind != "bundle")
    [alone] = with_rivals([doubtful])
    assert (alone.rivals, alone.sure) == (0, False)
    rivals = [one for one in every if one.broken == doubtful.broken and one.kind != "bundle"]
    assert {one.id: one.rivals for one in with_rivals(rivals[:2])} != {one.id: one.rivals for one in rivals[:2]}
    bundle = next((one for one in every if one.kind == "bundle"), None)
    assert bundle is None or with_rivals([bundle]) == [bundle]


def test_a_link_is_proposed_once_and_the_sure_bundle_comes_whole(tmp_path: Path) -> None:
    """The number of one transfer is quoted, and both together make the indicator's amount."""
    tables = {
        "divisions": "division_code,name,level,fiscal_parent\n"
                     "410000,H,province,\n410100,M,city,410000\n410122,Z,county,410100\n",
        "allocations": "allocation_id,fiscal_year,division_code,source,doc_no,date,amount\n"
                       "A-1,2017,410000,central,财农〔2017〕1号,2017-03-01,90\n",
        "transfers": "transfer_id,kind,source_id,to_division_code,doc_no,issue_date,amount\n"
                     "T-1,issue,A-1,410122,财农〔2017〕1号,2017-03-10,30\n"
                     "T-2,issue,A-1,410122,豫财农〔2017〕2号,2017-03-11,5\n",
        "indicators": "indicator_id,fiscal_year,division_code,doc_no,date,amount,origin\n"
                      "I-1,2017,410122,财农〔2017〕1号,2017-03-12,35,superior\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    path = tmp_path / "ledger"
    loaders.load(path, [tmp_path / f"{name}.csv" for name in tables])
    ledger = lineage.open(path)
    assert [(one.kind, one.sure) for one in propose(ledger)] == [("bundle", True), ("bundle", True)]
    quoted = next(one for one in propose(ledger) if one.source == "transfer:T-1")
    accept(path, chosen(ledger, [quoted.id]), "sum and number", by="wang", at=AT)
    links = lineage.open(path).asserted_links
    assert sorted((link.source, link.counted) for link in links) == [("transfer:T-1", True), ("transfer:T-2", True)]


def test_names_of_proposals_differ(damaged: Damaged) -> None:
    names = [one.id for one in propose(lineage.open(damaged[0]))]
    assert len(names) == len(set(names))

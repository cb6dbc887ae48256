"""Evidence packs: both files hold the same, the checker agrees with them, and finds every change made to them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.viz.trails import HOSTILE, answer, flow, hostile_trail, small
from viz.assets import check_pack
from viz.pack import Evidence, write_flow_pack, write_pack
from viz.seal import canonical, clean, seal
from viz.tables import Column, Table

COMPARISON = {
    "record": "payment:P",
    "direction": "up",
    "policies": ["pro-rata", "fifo"],
    "rows": [
        {"record": "allocation:A", "same": True, "least": "50.00", "amounts": {"pro-rata": "50.00", "fifo": "50.00"}},
        {"record": "allocation:B", "same": False, "least": "35.00", "amounts": {"pro-rata": "40.00", "fifo": "35.00"}},
        {"record": "unsourced", "same": False, "least": "10.00", "amounts": {"pro-rata": "10.00", "fifo": "15.00"}},
    ],
}
EVIDENCE = Evidence(
    comparison=COMPARISON,
    rows=(("payment:P", "payments.csv", "", "2", "purpose", "=1+1 <b>x</b> _x0041_ \x07 ends "),),
    asserted=(("allocation:B", "indicator:I", "auditor", "2017-05-01", "same document"),),
    facts=(("manifest", "abc"),),
)


def check(*arguments: object) -> tuple[int, str]:
    """Runs the checker as its reader will: a plain interpreter that sees no package of ours."""
    script = Path(check_pack.__file__)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path]:
    html, workbook, checker = write_pack(small(), tmp_path / "pack.html", EVIDENCE)
    assert checker.read_text(encoding="utf-8") == Path(check_pack.__file__).read_text(encoding="utf-8")
    return html, workbook


def test_a_pack_as_written_holds(written):
    code, said = check(*written)
    assert code == 0, said
    assert "policy 先进先出 adds up to the same money" in said
    assert "all files hold the same tables" in said


def test_what_holds_under_every_policy_stands_first(written):
    page = written[0].read_text(encoding="utf-8")
    order = re.findall(r'<table id="pack-([\w-]+)"', page)
    assert order[0] == "certain"
    assert order.index("sources") < order.index("policies") < order.index("records") < order.index("flows-recorded")


def test_recorded_matched_and_asserted_stand_apart(written):
    tables, _ = check_pack.read_page(str(written[0]))
    assert [row[:2] for row in tables["flows-document"][1:]] == [["allocation:B", "indicator:I"]]
    assert len(tables["flows-recorded"]) == 1 + 2
    assert tables["links"][1][2] == "auditor"
    standing = {row[0]: row[1] for row in tables["seal"][1:]}
    assert standing["flows-document"] == "document"
    assert standing["links"] == "asserted"
    assert standing["sources"] == "computed"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("50.00</td>", "60.00</td>", "PROBLEM"),
        ("<td class=\"text\">allocation:A</td>", "<td class=\"text\">allocation:X</td>", "SHA-256"),
        ("auditor", "nobody", "table links: SHA-256"),
        ("payments.csv", "other.csv", "table rows: SHA-256"),
    ],
)  # fmt: skip
def test_a_change_in_the_page_is_found(written, before, after, said):
    page = written[0].read_text(encoding="utf-8")
    assert before in page
    written[0].write_text(page.replace(before, after, 1), encoding="utf-8")
    code, told = check(written[0])
    assert code == 1
    assert said in told


def test_a_row_taken_out_is_found(written):
    page = written[0].read_text(encoding="utf-8")
    changed = re.sub(r"<tr><td class=\"text\">allocation:B</td>.*?</tr>", "", page, count=1)
    written[0].write_text(changed, encoding="utf-8")
    code, said = check(written[0])
    assert code == 1
    assert "rows, sealed" in said


def test_a_forger_who_mends_the_seals_still_changes_the_fingerprint(written, tmp_path):
    _, original = check_pack.read_page(str(written[0]))
    forged = write_pack(small(unsourced="20.00", pool="110.00"), tmp_path / "forged.html", EVIDENCE)[0]
    code, said = check(forged, "--fingerprint", original)
    assert code == 1
    assert "PROBLEM  the fingerprint is the one you were given" in said
    assert check(written[0], "--fingerprint", original)[0] == 0


def test_figures_that_do_not_agree_are_found_though_sealed(tmp_path):
    html = write_pack(small(unsourced="20.00"), tmp_path / "pack.html", EVIDENCE)[0]
    code, said = check(html)
    assert code == 1
    assert "PROBLEM  sources and unsourced money add up to the pool" in said


def test_a_change_in_the_workbook_is_found(written, tmp_path):
    changed = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(written[1]) as book, zipfile.ZipFile(changed, "w") as copy:
        for entry in book.infolist():
            content = book.read(entry)
            copy.writestr(entry, content.replace(b"<v>40</v>", b"<v>41</v>"))
    code, said = check(changed)
    assert code == 1
    assert "PROBLEM" in said
    code, said = check(written[0], changed)
    assert "PROBLEM  all files hold the same tables" in said


def test_the_same_pack_gives_the_same_bytes(written, tmp_path):
    (tmp_path / "again").mkdir()
    again = write_pack(small(), tmp_path / "again" / "pack.html", EVIDENCE)
    assert again[0].read_bytes() == written[0].read_bytes()
    assert again[1].read_bytes() == written[1].read_bytes()


def test_no_script_and_no_request_in_a_pack_of_hostile_names(tmp_path):
    html = write_pack(hostile_trail(), tmp_path / "pack.html", Evidence(rows=((*HOSTILE[:6],),)))[0]
    page = html.read_text(encoding="utf-8")
    assert "script-src 'none'" in unescape(page)
    assert not re.search(r"<(script|img|iframe|link|object)\b", page)
    assert check(html, html.with_suffix(".xlsx"))[0] == 0


@pytest.mark.parametrize(
    ("example", "name", "record"),
    [
        ("sound", "traces", "one_card_payment:C-00000097"),
        ("faults", "traces", "payment:P-00000376"),
        ("tangled", "down", "allocation:A0"),
    ],
)
def test_packs_of_the_examples_hold(tmp_path, example, name, record):
    for lang in ("zh", "en"):
        files = write_pack(answer(example, name, record), tmp_path / f"{lang}.html", lang=lang)
        code, said = check(*files[:2], "--quiet")
        assert code == 0, said
        assert files[0].read_text(encoding="utf-8").count("<svg ") == 1


def test_amounts_past_what_a_float_holds_stay_exact(tmp_path):
    large = "92233720368547758.07"
    trail = small(amount=large, pool=large, sources=[], unsourced=large, breaks=[])
    trail["edges"].append(flow("indicator:I", "payment:P", large))
    files = write_pack(trail, tmp_path / "pack.html")
    assert check(*files[:2])[0] == 0


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(st.lists(st.tuples(texts, st.integers(-(10**17), 10**17) | st.none(), st.integers(0, 99)), max_size=5))
def test_the_checker_reads_every_table_as_it_was_sealed(tmp_path_factory, rows):
    import xlsxwriter

    from viz.pack_workbook import _sheet

    table = Table("t", "T", (Column("a", "A"), Column("b", "B", "money"), Column("c", "C", "count")), tuple(rows))
    sealed = seal(table, "recorded").table
    path = tmp_path_factory.mktemp("book") / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        _sheet(book, sealed, "note", {"head": None, "title": None, "money": None})
    tables, _ = check_pack.read_workbook(str(path))
    body = [[row[0], check_pack.fen(row[1]), check_pack.plain(row[2])] for row in tables["t"][1:]]
    text = "\x1e".join(
        "\x1f".join("" if cell is None else str(cell) for cell in row) for row in [tables["t"][0], *body]
    )
    assert text == canonical(sealed)
    shutil.rmtree(path.parent)


@given(texts)
def test_cleaned_text_stays_as_it_is_when_cleaned_again(text):
    assert clean(clean(text)) == clean(text)
    assert not set("\x1e\x1f\n\t") & set(clean(text))


@pytest.mark.parametrize(("cause", "holds"), [(30, True), (31, False)])
def test_the_checker_adds_a_divisions_difference_up_from_its_causes(tmp_path: Path, cause: int, holds: bool) -> None:
    money = [Column(name, name, "money") for name in ("system", "report", "difference", "unexplained")]
    lines = Table("differences", "d", (Column("line", "l"), Column("date", "d"), *money), (
        ("scale:all", "2017-09-30", 100, 60, 40, 10),))
    columns = (Column("line", "l"), Column("cause", "c"), Column("record", "r"), Column("amount", "a", "money"))
    causes = Table("causes", "c", columns, (("scale:all", "unreceived", "transfer:T", cause),))
    evidence = Evidence(tables=((lines, "computed"), (causes, "computed")))
    written = write_flow_pack([("a", "b", 5)], tmp_path / "p.html", evidence, heading="h")
    done = subprocess.run([sys.executable, str(written[2]), *map(str, written[:2])], capture_output=True, text=True)
    assert (done.returncode == 0) is holds, done.stdout
    assert "scale:all is its causes and what is unexplained" in done.stdout

"""The life of a finding: who may do what, what it leads to, and what becomes of it when the ledger changes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage
from lineage.errors import Misuse, NotFound
from lineage.ledger import journal
from queries import Actor, Event, Findings, Wanted, findings, record_event
from queries.check import finding_id
from queries.life_cycle import CLOSED, STATES, STEPS, lived

Ledgers = Callable[[str], Path]
COUNTY, CITY, PROVINCE = Actor("扶沟县", "411621000"), Actor("周口市", "411600000"), Actor("省厅", "410000000")
BUNDLED = finding_id("entry/bundled", "indicator:I-00000179")
AT = datetime(2017, 10, 9, 8, 30, tzinfo=UTC)
TODAY = date(2017, 10, 9)


def act(path: Path, event: str, actor: Actor, comment: str = "见附件", **more: str | date) -> str:
    return record_event(lineage.open(path), BUNDLED, Event(event, "", "", comment, **more), actor, AT).state  # type: ignore[arg-type]


def look(path: Path, **wanted: tuple[str, ...]) -> Findings:
    return findings(lineage.open(path), TODAY, Wanted(**wanted))  # type: ignore[arg-type]


def test_from_open_to_closed_with_a_way_back(fresh_ledger: Ledgers) -> None:
    path = fresh_ledger("faults")
    assert act(path, "review", COUNTY) == "under-review"
    assert act(path, "explain", COUNTY) == "explained"
    assert act(path, "send-back", CITY) == "under-review"
    assert act(path, "attach", COUNTY, attachment="扶财〔2017〕88号") == "under-review"
    assert act(path, "rectify", COUNTY) == "rectifying"
    assert act(path, "close", PROVINCE) == CLOSED
    (case,) = look(path, ids=(BUNDLED,)).cases
    assert (case.state, case.mended, case.returned) == (CLOSED, False, False)
    assert [event.by for event in case.events] == ["扶沟县", "扶沟县", "周口市", "扶沟县", "扶沟县", "省厅"]
    assert case.to_json(TODAY)["events"][3]["attachment"] == "扶财〔2017〕88号"
    assert lineage.open(path).version == "1.6"


def test_who_may_do_what(fresh_ledger: Ledgers) -> None:
    path = fresh_ledger("faults")
    with pytest.raises(Misuse, match="explain is not possible: the finding is open"):
        act(path, "explain", COUNTY)
    act(path, "review", COUNTY)
    with pytest.raises(Misuse, match="may not explain a finding of 411621000; that is for the division itself"):
        act(path, "explain", CITY)
    with pytest.raises(Misuse, match="explain needs a comment; --why"):
        act(path, "explain", COUNTY, comment="")
    act(path, "explain", COUNTY)
    with pytest.raises(Misuse, match=r"扶沟县 .* may not close .* for a superior"):
        act(path, "close", COUNTY)
    with pytest.raises(Misuse, match="may not close"):
        act(path, "close", Actor("西华县", "411622000"))
    with pytest.raises(NotFound, match="there is no finding F-0"):
        record_event(lineage.open(path), "F-0", Event("review", "", ""), COUNTY, AT)
    assert len(journal.read(path)) == 2


def test_due_dates_come_from_the_severity_or_a_superior(fresh_ledger: Ledgers) -> None:
    path = fresh_ledger("faults")
    assert look(path, ids=(BUNDLED,)).cases[0].due is None
    act(path, "review", COUNTY)
    (case,) = look(path, ids=(BUNDLED,)).cases
    assert (case.severity, case.due) == ("orange", date(2017, 11, 8))
    assert case.overdue(date(2017, 11, 9))
    assert not case.overdue(date(2017, 11, 8))
    act(path, "due", CITY, due=date(2017, 10, 8))
    assert [one.id for one in findings(lineage.open(path), TODAY, Wanted(overdue=True)).cases] == [BUNDLED]


def test_what_no_longer_holds_is_mended_and_what_returns_is_the_same_again(fresh_ledger: Ledgers) -> None:
    path = fresh_ledger("faults")
    act(path, "review", COUNTY)
    act(path, "rectify", COUNTY)
    correct(path, "7774178.64", "7774179.64")
    (case,) = look(path, ids=(BUNDLED,)).cases
    assert (case.state, case.mended, case.amount_fen) == ("rectifying", True, 777417864)
    act(path, "close", CITY)
    correct(path, "7774179.64", "7774178.64")
    (case,) = look(path, ids=(BUNDLED,)).cases
    assert (case.state, case.mended, case.returned, len(case.events)) == ("open", False, True, 3)
    assert act(path, "review", COUNTY) == "under-review"


def correct(path: Path, before: str, after: str) -> None:
    """Load the indicators again with one amount changed."""
    import loaders

    folder = path.parent / "again"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    bundle = Path(__file__).parents[2] / "examples" / "faults" / "bundle" / "indicators.csv"
    lines = bundle.read_text(encoding="utf-8").splitlines()
    head = lines[0]
    row = next(line for line in lines if line.startswith("I-00000179,"))
    changed = row.replace("7774178.64", after)
    (folder / "indicators.csv").write_text(f"{head}\n{changed}\n", encoding="utf-8")
    loaders.load(path, [folder])


def test_lists_are_filtered_and_grouped(example_ledger: Ledgers) -> None:
    path = example_ledger("faults")
    every = look(path)
    assert len(every.cases) == 116
    blue = {case.rule for case in look(path, severities=("blue",)).cases}
    assert blue == {"report/difference", "data/document-number"}
    assert {case.office for case in look(path, offices=("one-card",)).cases} == {"one-card"}
    groups = every.groups("cause")
    assert sum(group["findings"] for group in groups) == 116
    assert {group["key"]: group["findings"] for group in groups}["indicator:I-00000288"] == 3
    with pytest.raises(Misuse, match='group: found "colour"'):
        every.groups("colour")


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_any_events_in_any_order_lead_to_a_state(names: list[str]) -> None:
    events = tuple(Event(name, "a", "2017-10-09T08:30:00", "b") for name in names)
    assert lived(events, "red").state in STATES
    assert (lived(events, "red").state == "open") == (not names or not set(names) & {"review"})


def test_a_slip_in_what_is_wanted_is_no_empty_list(example_ledger: Ledgers) -> None:
    path = example_ledger("faults")
    for wanted, said in (
        ({"states": ("opened",)}, 'state: found "opened", expected one of open'),
        ({"severities": ("purple",)}, 'severity: found "purple"'),
        ({"offices": ("tax",)}, 'office: found "tax", expected one of budget'),
        ({"rules": ("entry/bundle",)}, "there is no rule entry/bundle; nearest: entry/bundled"),
    ):
        with pytest.raises(Misuse, match=said):
            look(path, **wanted)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="there is no finding F-0"):
        look(path, ids=("F-0",))

"""The plan: what it says, and what is said of one that cannot be meant."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from api.watch.plan import read_plan
from lineage.errors import Misuse, NotFound

GOOD = """
at = ["18:00", "07:30"]
[[feeds]]
name = "zhongmu"
from = "incoming/zhongmu"
[[feeds]]
name = "core"
from = "postgresql://reader:${CORE_PASSWORD}@127.0.0.1/core"
[[notify]]
name = "city"
channel = "smtp"
to = "a@example.org"
divisions = ["410100000"]
"""


def plan_of(folder: Path, text: str) -> Path:
    file = folder / "watch.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_paths_are_beside_the_plan_secrets_from_the_environment_and_rounds_at_its_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORE_PASSWORD", "s3cret")
    plan = read_plan(plan_of(tmp_path, GOOD))
    assert plan.feeds[0].source == str(tmp_path / "incoming" / "zhongmu")
    assert plan.feeds[1].source == "postgresql://reader:s3cret@127.0.0.1/core"
    noon = datetime.fromisoformat("2026-03-02T12:00:00+08:00")
    assert plan.next_round(noon).isoformat() == "2026-03-02T18:00:00+08:00"
    assert plan.next_round(plan.next_round(noon)).isoformat() == "2026-03-03T07:30:00+08:00"
    hourly = read_plan(plan_of(tmp_path, "every_minutes = 30"))
    assert hourly.next_round(noon).isoformat() == "2026-03-02T12:30:00+08:00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("every_minuts = 5", 'the plan: found the word "every_minuts"; expected feeds, targets'),
        ('every_minutes = "5"', "every_minutes: found '5', expected float"),
        ("every_minutes = 0", "more than 0"),
        ('at = ["25:00"]', "expected times of the day"),
        ("keep_days = 30", "at least 184"),
        ("[[feeds]]\nname = \"a\"", "feeds.a: from is missing"),
        ('[[feeds]]\nname = "a"\nfrom = "x"\n[[feeds]]\nname = "a"\nfrom = "y"', 'two are named "a"'),
        ('[[notify]]\nname = "a"\nchannel = "fax"\nto = "x"', 'notify.a.channel: found "fax", expected webhook'),
        ('[[notify]]\nname = "a"\nchannel = "webhook"\nto = "ftp://x"', "expected an http or https address"),
        ('[[notify]]\nname = "a"\nchannel = "smtp"\nto = "x"', "expected a mail address"),
        ('[[notify]]\nname = "a"\nchannel = "folder"\nto = "x"\nseverities = ["pink"]', 'found "pink"'),
        ('backup = "${NOT_SET_ANYWHERE}"', "set the environment variable NOT_SET_ANYWHERE"),
        ("feeds = 3", "expected tables [[feeds]]"),
        ("at = [", "watch.toml"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(Misuse) as error:
        read_plan(plan_of(tmp_path, text))
    assert told in str(error.value)


def test_a_plan_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"watch\.toml"):
        read_plan(tmp_path / "watch.toml")

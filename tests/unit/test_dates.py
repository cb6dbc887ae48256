"""Dates as the finance world writes them."""

from __future__ import annotations

from datetime import date

import pytest

from lineage.dates import add_months, to_date, to_month


@pytest.mark.parametrize(
    "text",
    [
        "2017-06-03",
        "2017/6/3",
        "20170603",
        "2017年6月3日",
        "2017.6.3",
        "42889",
        "２０１７-６-３",
        "2017-06-03 10:20:00",
    ],
)
def test_one_day_in_every_form(text: str) -> None:
    assert to_date(text) == date(2017, 6, 3)


@pytest.mark.parametrize(
    "text", ["2017-02-30", "2017-13-01", "", "6/3/2017", "1234", "20171301", "0001-01-01", "99999999"]
)
def test_what_is_no_day_is_refused_and_shown(text: str) -> None:
    with pytest.raises(ValueError, match="found"):
        to_date(text)


@pytest.mark.parametrize("text", ["2017-06", "2017/6", "201706", "2017年6月", "2017-06-30"])
def test_one_month_in_every_form(text: str) -> None:
    assert to_month(text) == "2017-06"


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert add_months(date(2016, 1, 31), 1) == date(2016, 2, 29)
    assert add_months(date(2017, 11, 30), 12) == date(2018, 11, 30)
    assert add_months(date(2017, 3, 31), -1) == date(2017, 2, 28)

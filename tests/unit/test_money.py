"""Yuan outside, fen inside, exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.money import FEN_MOST, in_unit, to_fen, yuan


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("1,234.50", "元", 123450),
        ("１２３．４", "元", 12340),
        ("-0.05", "元", -5),
        ("2101.905898", "万元", 2101905898),
        ("¥3", "元", 300),
        ("1.00000000", "亿元", 10_000_000_000),
        (".5", "元", 50),
    ],
)
def test_amounts_as_people_write_them_become_whole_fen(text: str, unit: str, fen: int) -> None:
    assert to_fen(text, unit) == fen


@pytest.mark.parametrize("text", ["1,2O0.00", "", "1.005", "1,23", "12,3456", "1e5", "--1", "NaN", "1.2.3", "9" * 20])
def test_what_is_no_whole_fen_is_refused_and_shown(text: str) -> None:
    with pytest.raises(ValueError, match="found"):
        to_fen(text)


@given(st.integers(-FEN_MOST, FEN_MOST))
def test_yuan_text_and_fen_are_two_ways_to_say_one_amount(fen: int) -> None:
    assert to_fen(yuan(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "unit", "decimals", "shown"),
    [
        (499_999, "万元", 0, "0"),
        (500_000, "万元", 0, "1"),
        (-500_000, "万元", 0, "-1"),
        (-499_999, "万元", 0, "0"),
        (123_456_789, "万元", 2, "123.46"),
        (5, "元", 1, "0.1"),
    ],
)
def test_rounding_is_half_away_from_zero_and_never_shows_minus_nothing(
    fen: int, unit: str, decimals: int, shown: str
) -> None:
    assert in_unit(fen, unit, decimals) == shown

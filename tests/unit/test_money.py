"""Yuan outside, fen inside, exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.money import FEN_MOST, fen_in, in_unit, to_fen, yuan


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


@pytest.mark.parametrize("sign", ["", "-"])
def test_an_amount_fits_into_64_bits_or_is_refused(sign: str) -> None:
    assert to_fen(f"{sign}92233720368547758.07") == int(f"{sign}9223372036854775807")
    with pytest.raises(ValueError, match="92 quadrillion"):
        to_fen(f"{sign}92233720368547758.08")


def test_units_are_those_of_the_trade_in_both_languages_and_no_others() -> None:
    assert [fen_in(unit) for unit in ("元", "万元", "亿元")] == [100, 1_000_000, 10_000_000_000]
    assert [fen_in(unit) for unit in ("yuan", "wan", "yi")] == [100, 1_000_000, 10_000_000_000]
    with pytest.raises(ValueError, match='found unit "千元", expected one of 元, 万元, 亿元'):
        fen_in("千元")


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (1, "0.01"), (-1, "-0.01"), (100, "1.00"), (-12345, "-123.45")])
def test_yuan_have_two_decimals_and_nothing_has_no_sign(fen: int, text: str) -> None:
    assert yuan(fen) == text


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


def test_an_amount_is_shown_in_yuan_with_two_decimals_and_without_commas_unless_asked() -> None:
    assert in_unit(-123_456_789) == "-1234567.89"
    assert in_unit(-123_456_789, grouped=True) == "-1,234,567.89"
    assert in_unit(-1, decimals=2) == "-0.01"

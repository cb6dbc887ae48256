"""Each kind of cell is read exactly, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from lineage import engine
from lineage.schema import BY_NAME
from loaders import cells
from loaders.labels import _all, labels

Read = Callable[[str, str | None], object]


@pytest.fixture(scope="module")
def database() -> engine.Engine:
    return engine.connect()


def read(database: engine.Engine, expression: str, cell: str | None) -> object:
    return database.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS x)", [cell]).fetchone()[0]


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1234.56", 123456), ("-1234.5", -123450), ("0", 0), ("1,234.56", 123456), ("１，２３４．５６", 123456),
        ("¥1234.56", 123456), ("￥ 1,234", 123400), ("1234.56元", 123456), ("(1,234.00)", -123400), ("1.5600", 156),
        (".5", 50), ("1e3", 100000), ("1.5E+3", 150000), ("363万", 363_000_000), ("9999999999999.99", 999999999999999),
        ("12345678901234.5", 1234567890123450), ("99999999999999.99", 9999999999999999), ("1.2e6", 120000000),
        ("100.00-", -10000), ("RMB 7", 700), ("人民币1,200元整", 120000), ("1 200.00", 120000), ("+5", 500),
    ],
)  # fmt: skip
def test_money_in_yuan_becomes_whole_fen(database: engine.Engine, cell: str, fen: int) -> None:
    assert read(database, cells.money("x"), cell) == fen


@pytest.mark.parametrize(
    "cell",
    ["1234.567", "1,2O0.00", "12,34.00", "1.2.3", "abc", "-", "1_000", "inf", "nan", "999999999999999999", "1,5"],
)
def test_money_that_is_not_whole_fen_is_not_read(database: engine.Engine, cell: str) -> None:
    assert read(database, cells.money("x"), cell) is None


@pytest.mark.parametrize(
    ("cell", "unit", "fen"),
    [
        ("2101.905898", 1_000_000, 2101905898), ("2,356.7", 1_000_000, 2356700000), ("33.76", 10**10, 337600000000),
        ("0.0000000001", 10**10, 1), ("123", 1, 123), ("1.5", 100_000, 150000),
    ],
)  # fmt: skip
def test_money_in_other_units(database: engine.Engine, cell: str, unit: int, fen: int) -> None:
    assert read(database, cells.money("x", unit), cell) == fen


def test_a_unit_of_ten_thousand_takes_six_decimals_and_no_seventh(database: engine.Engine) -> None:
    assert read(database, cells.money("x", 1_000_000), "0.0000001") is None


@pytest.mark.parametrize(
    "cell",
    [
        "2017-06-03", "2017/6/3", "2017.6.3", "20170603", "2017年6月3日", "２０１７年６月３日", "42889", "42889.5",
        "2017-06-03 12:30:00", "2017-06-03T12:30:00.5", "20170603123000", "2017-6-3", "2017 06 03", "2017.06.03.",
        "2017年6月3号", "二〇一七年六月三日", "二零一七年六月三日", "二○一七年六月三日", "2017-06-03T00:00:00+08:00",
        "2017-06-02T16:00:00.000Z",
    ],
)  # fmt: skip
def test_a_day_in_every_usual_form(database: engine.Engine, cell: str) -> None:
    assert read(database, cells.day("x"), cell) == date(2017, 6, 3)


@pytest.mark.parametrize(
    ("cell", "day"),
    [("二〇一七年十月十日", date(2017, 10, 10)), ("二〇一七年十二月三十一日", date(2017, 12, 31)),
     ("二〇一七年十一月二十日", date(2017, 11, 20)), ("二〇一六年二月二十九日", date(2016, 2, 29))],
)  # fmt: skip
def test_a_day_in_words_as_official_documents_write_it(database: engine.Engine, cell: str, day: date) -> None:
    assert read(database, cells.day("x"), cell) == day


@pytest.mark.parametrize("cell", ["2017-02-30", "2017-13-01", "3/6/2017", "1066-01-01", "2017-06", "soon", "123", "170603", "17.6.3",
                                  "二〇一七年二月二十九日", "2017-06-03T00:00:00-05:00", "1900-01-00"])  # fmt: skip
def test_what_is_no_day_is_not_read(database: engine.Engine, cell: str) -> None:
    assert read(database, cells.day("x"), cell) is None


def test_a_profile_s_own_form_of_dates_goes_first(database: engine.Engine) -> None:
    assert read(database, cells.day("x", ("%d/%m/%Y",)), "3/6/2017") == date(2017, 6, 3)
    assert read(database, cells.day("x", ("%d/%m/%Y",)), "2017-06-03") == date(2017, 6, 3)


@pytest.mark.parametrize("cell", ["2017-06", "201706", "2017年6月", "2017/6", "2017年6月份", "2017-06-15", "20170615"])
def test_months(database: engine.Engine, cell: str) -> None:
    assert read(database, cells.month("x"), cell) == "2017-06"


def test_years_counts_and_division_codes(database: engine.Engine) -> None:
    assert [read(database, cells.year("x"), cell) for cell in ("2017", "2017年", "２０１７", "17", "2017.0")] == [
        2017, 2017, 2017, None, 2017]  # fmt: skip
    assert [read(database, cells.count("x"), cell) for cell in ("12", "1,200人", "3户", "-1", "1.5")] == [
        12, 1200, 3, None, None]  # fmt: skip
    assert [read(database, cells.division("x"), cell) for cell in
            ("410122", "410122000", "豫A", "410122000000", "410122101", "410122101000", "410122101201", "410122.0", "４１０１２２")] == [
        "410122000", "410122000", "豫A", "410122000", "410122101", "410122101", "410122101201", "410122000", "410122000"]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value"),
    [("true", True), ("是", True), ("Y", True), ("１", True), ("FALSE", False), ("否", False), ("2", None)],
)
def test_flags(database: engine.Engine, cell: str, value: bool | None) -> None:
    assert read(database, cells.flag("x", {}), cell) is value


def test_choices_by_code_and_by_label(database: engine.Engine) -> None:
    column = BY_NAME["payments"].column("method")
    expression = cells.choice("x", column.choices, labels("payments", "method"))
    found = [read(database, expression, cell) for cell in ("direct", "DIRECT", "直接", "授权支付", "实拨", "cash")]
    assert found == ["direct", "direct", "direct", "authorized", "appropriation", None]


def test_text_spoilt_by_excel_is_not_read(database: engine.Engine) -> None:
    assert read(database, cells.text("x", clean=False), "\ue0006217001234567890000") is None
    assert read(database, cells.text("x", number=True), "6.2289E+18") is None
    assert read(database, cells.text("x", number=True), "6E+18") is None
    assert read(database, cells.text("x", number=True), "6E18") == "6E18"
    assert read(database, cells.text("x", clean=False), "a\x07b") is None
    assert read(database, cells.text("x", clean=False), "豫财农〔2017〕1号") == "豫财农〔2017〕1号"


def test_every_label_leads_to_a_choice_of_its_column() -> None:
    for table, columns in _all().items():
        for column, listed in columns.items():
            choices = BY_NAME[table].column(column).choices or ("true", "false")
            assert set(listed.values()) <= set(choices), f"{table}.{column}"

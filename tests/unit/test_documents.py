"""Document numbers in normal form, in Python and in SQL alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lineage import engine
from lineage.documents import document_number, document_year


@pytest.fixture(scope="module")
def database() -> Iterator[engine.Engine]:
    connection = engine.connect()
    engine.with_documents(connection)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "text",
    [
        "豫财农〔2017〕12号",
        "豫财农[2017]第012号",
        " 豫财农（２０１７）１２号 ",
        "豫财农﹝2017﹞12号",
        "豫财农［2017］0012号",
        "豫财农【2017】 第 12 号",
        "豫\u3000财农(2017)12号",
        "豫财农{2017}12号",
    ],
)
def test_one_document_under_every_way_to_write_its_number(text: str) -> None:
    assert document_number(text) == "豫财农〔2017〕12号"


def test_nothing_stays_nothing() -> None:
    assert document_number(None) is None
    assert document_number(" \u3000") is None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("豫财农〔2017〕第012号", 2017),
        ("豫〔2017〕1号", None),
        ("豫财农2017年1号", None),
        ("豫财农〔17〕1号", None),
        (None, None),
    ],
)
def test_the_year_is_read_from_well_formed_numbers_only(text: str | None, year: int | None) -> None:
    assert document_year(text) == year


_LIKELY = st.text("豫财农第号0123456789〔〕[]()［］（）【】﹝﹞ \u3000\tＡ１'", max_size=20)


@example("\x85")  # a blank to Python, none to DuckDB: the slow way must be able to answer "nothing"
@given(st.one_of(_LIKELY, st.text(max_size=12)))
def test_sql_and_python_agree_on_any_text(database: engine.Engine, text: str) -> None:
    if "\x00" in text:
        return
    assert engine.row(database, "SELECT document_number(?)", [text])[0] == document_number(text)

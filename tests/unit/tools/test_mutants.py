"""The mutation tool makes small changes, one at a time, and tells noticed ones from survivors."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tools.mutants import python_code, sql_text
from tools.mutants.areas import AREAS, ROOT
from tools.mutants.equivalent import EQUIVALENT
from tools.mutants.trial import noticed, passes

TEXT = '"""Larger."""\n\n\ndef larger(a, b):\n    return a if a > b else b\n'


def test_each_mutant_is_one_change() -> None:
    found = list(python_code.mutants("larger.py", TEXT))
    assert [(mutant.before, mutant.after) for mutant in found] == [
        ("a if a > b else b", "a if False else b"),
        ("a > b", "a >= b"),
    ]
    assert all(mutant.text != TEXT for mutant in found)


def test_sql_inside_python_is_changed_as_sql() -> None:
    text = 'ROWS = """\nSELECT a FROM t\nWHERE a > 1"""\n'
    found = [(mutant.line, mutant.after) for mutant in python_code.mutants("rows.py", text)]
    assert found == [(3, "WHERE TRUE"), (3, "WHERE a >= 1"), (3, "WHERE a > 2")]


@pytest.mark.parametrize(
    ("query", "changed"),
    [
        ("SELECT a FROM t WHERE a = 1", ["WHERE TRUE", "WHERE a <> 1", "WHERE a = 2"]),
        ("SELECT a FROM t WHERE a < b AND c IS NULL",
         ["WHERE TRUE AND c IS NULL", "WHERE a <= b AND c IS NULL", "WHERE a < b OR c IS NULL",
          "WHERE a < b AND TRUE", "WHERE a < b AND c IS NOT NULL"]),
        ("SELECT a FROM t WHERE a BETWEEN 1 AND 2",
         ["WHERE TRUE", "WHERE a BETWEEN 2 AND 2", "WHERE a BETWEEN 1 AND 3"]),
        ("SELECT a FROM t LEFT JOIN u USING (a)", ["JOIN u USING (a)"]),
        ("SELECT a FROM t WHERE a IN ('x', 'y')",
         ["WHERE TRUE", "WHERE a NOT IN ('x', 'y')", "WHERE a IN ('?', 'y')", "WHERE a IN ('x', '?')"]),
        ("SELECT coalesce(max(a), -a) FROM t", ["coalesce(max(a))", "coalesce(min(a), -a)", "coalesce(max(a), a)"]),
    ],
)  # fmt: skip
def test_each_change_of_a_query_is_one_word_or_condition(query: str, changed: list[str]) -> None:
    found = [" ".join(change.text.split()) for change in sql_text.changes(query)]
    shown = [one.removeprefix("SELECT a FROM t ").removeprefix("SELECT ").removesuffix(" FROM t") for one in found]
    assert shown == changed


def test_every_change_of_every_rule_still_parses() -> None:
    engine = duckdb.connect()
    for path in AREAS["rules"].paths():
        if path.endswith(".sql"):
            for mutant in sql_text.mutants(path, (ROOT / path).read_text(encoding="utf-8")):
                query = mutant.text.partition("*/")[2]
                (answer,) = engine.execute("SELECT json_serialize_sql(?)", [query]).fetchone() or ("",)
                assert '"error":false' in answer, f"{mutant}\n{answer}"


def test_a_mutant_that_changes_an_answer_is_noticed_and_one_that_does_not_survives(tmp_path: Path) -> None:
    (tmp_path / "larger.py").write_text(TEXT)
    (tmp_path / "test_larger.py").write_text(
        "from larger import larger\n\n\ndef test_it():\n    assert larger(2, 1) == 2\n"
    )
    assert passes(tmp_path, ("test_larger.py",), 60)
    wrong, same = python_code.mutants("larger.py", TEXT)
    stages = [("test_larger.py",)]
    assert noticed(wrong, tmp_path, stages, lambda _: 1)
    assert not noticed(same, tmp_path, stages, lambda _: 1), "of two equal numbers either is the larger"
    assert (tmp_path / "larger.py").read_text() == TEXT


def test_what_is_argued_to_be_the_same_is_a_mutant_that_there_is() -> None:
    for path in {change[0] for change in EQUIVALENT}:
        made = sql_text if path.endswith(".sql") else python_code
        there = {mutant.change for mutant in made.mutants(path, (ROOT / path).read_text(encoding="utf-8"))}
        assert {change for change in EQUIVALENT if change[0] == path} <= there

"""The mutation tool makes small changes, one at a time, and tells noticed ones from survivors."""

from __future__ import annotations

from pathlib import Path

from tools.mutants import mutants, noticed

TEXT = '"""Larger."""\n\n\ndef larger(a, b):\n    return a if a > b else b\n'


def test_each_mutant_is_one_change() -> None:
    found = list(mutants("larger.py", TEXT))
    assert [(mutant.before, mutant.after) for mutant in found] == [
        ("a if a > b else b", "a if False else b"),
        ("a > b", "a >= b"),
    ]
    assert all(mutant.text != TEXT for mutant in found)


def test_a_mutant_that_changes_an_answer_is_noticed_and_one_that_does_not_survives(tmp_path: Path) -> None:
    (tmp_path / "larger.py").write_text(TEXT)
    (tmp_path / "test_larger.py").write_text(
        "from larger import larger\n\n\ndef test_it():\n    assert larger(2, 1) == 2\n"
    )
    wrong, same = mutants("larger.py", TEXT)
    assert noticed(wrong, tmp_path, ["test_larger.py"])
    assert not noticed(same, tmp_path, ["test_larger.py"])  # of two equal numbers either is the larger
    assert (tmp_path / "larger.py").read_text() == TEXT

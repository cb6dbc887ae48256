"""`lineage users`: people are added, changed, given new keys, switched off and imported; a wrong row takes nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api import cli
from api.access.people import key_hash, read_people, users_file

Users = Callable[..., tuple[int, dict[str, object], str]]


@pytest.fixture
def users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Users:
    """Run `lineage users … --json` on a ledger's users file; exit code, answer, what was said beside."""

    def run(*words: str) -> tuple[int, dict[str, object], str]:
        code = cli.run(["users", "--ledger", str(tmp_path / "ledger"), "--json", *words])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else {}, said.err

    return run


def test_a_person_is_added_changed_renewed_and_switched_off(users: Users, tmp_path: Path) -> None:
    file = users_file(tmp_path / "ledger")
    code, answer, _ = users("--add", "wang", "--role", "investigator", "--division", "410100000")
    assert code == 0
    key = answer["keys"]["wang"]  # type: ignore[index]
    assert file.stat().st_mode & 0o777 == 0o600
    assert key not in file.read_text()
    assert users("--add", "wang")[0] == 2
    assert users("--change", "wang", "--division", "410300000", "--division", "410103000")[0] == 0
    person = read_people(file)["wang"]
    assert (person.roles, person.divisions) == (("investigator",), ("410300000", "410103000"))
    assert person.key_hashes == (key_hash(key),)
    renewed = users("--new-key", "wang")[1]["keys"]["wang"]  # type: ignore[index]
    assert read_people(file)["wang"].key_hashes == (key_hash(renewed),)
    assert users("--off", "wang")[0] == 0
    assert (read_people(file)["wang"].active, read_people(file)["wang"].key_hashes) == (False, ())
    for words in (("--off", "nobody"), ("--add", "x", "--off", "wang"), ("--off", "wang", "--role", "reader"),
                  ("--add", "x", "--role", "king"), ("--add", "x", "--role", "system_admin", "--role", "audit_admin"),
                  ("--add", " ")):
        assert users(*words)[0] == 2, words
    assert users()[1]["keys"] == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_people_are_imported_all_or_none(users: Users, tmp_path: Path, encoding: str) -> None:
    file, rows = users_file(tmp_path / "ledger"), tmp_path / "people.csv"
    users("--add", "wang")
    users("--off", "wang")
    before = file.read_text()
    for bad in ("张三,king,\n", "张三,reader,,maybe\n", "张三,reader,\n张三,loader,\n", ",reader,\n"):
        rows.write_text(f"name,roles,divisions,active\n李四,reader,410100000,\n{bad}", encoding=encoding)
        code, _, said = users("--import", str(rows))
        assert (code, "row " in said) == (2, True), bad
        assert file.read_text() == before
    rows.write_text("name,role\n李四,reader\n", encoding=encoding)
    assert users("--import", str(rows))[0] == 2
    rows.write_text("name,roles,divisions,active\n李四,reader loader,410100000;410300000,\nwang,loader,*,\n"
                    "王五,,*,no\n", encoding=encoding)
    code, answer, _ = users("--import", str(rows))
    assert code == 0
    assert set(answer["keys"]) == {"李四"}  # type: ignore[call-overload]
    people = read_people(file)
    assert people["李四"].divisions == ("410100000", "410300000")
    assert (people["wang"].roles, people["wang"].active) == (("loader",), False)  # off stays off
    assert (people["王五"].roles, people["王五"].active) == (("reader",), False)


def test_a_division_that_the_ledger_has_not_is_said(
    fresh_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    add = ["users", "--ledger", str(fresh_ledger("sound")), "--add", "li"]
    assert cli.run([*add, "--division", "410100", "--division", "*", "--division", "999999"]) == 0
    said = capsys.readouterr().err
    assert "the ledger has no division 999999" in said
    assert said.count("no division") == 1

"""Every error that the sources can raise has its Chinese, and every entry of the catalogue has a source."""

from __future__ import annotations

import errno
import os
import string

import pytest

from lineage.errors import NotFound, Problem
from lineage.words import area_words
from lineage.words.errors import INNER, templates, told, told_error, told_line, told_problem
from tests.raised import GAP, raised, written

ENTRIES = area_words("errors")
SYSTEM = "system_"
BY_HAND = {
    "lineage/errors.py": ("problem", "problem_with_hint"),
    "lineage/ledger/anchor.py": ("word_whole_numbers",),
    "lineage/ledger/durable.py": ("word_disk_fault", "word_space_and_permission"),
    "lineage/ledger/lock.py": ("word_another_process", "word_holder"),
    "lineage/ledger/quarantine.py": ("word_as_in_the_ledger", "word_would_move"),
    "lineage/ledger/torn.py": ("word_verify_and_take_back", "word_derive_anew"),
    "lineage/ledger/verification.py": ("word_unit_batch", "word_unit_decision"),
    "lineage/between.py": ("word_kind_division", "word_kind_payee"),
    "loaders/profile.py": (
        "word_shape_text",
        "word_shape_number",
        "word_shape_flag",
        "word_shape_texts",
        "word_shape_list",
    ),
    "loaders/reading.py": (
        "word_foreign_pdf",
        "word_foreign_archive",
        "word_foreign_page",
        "word_foreign_xml",
        "word_foreign_json",
        "word_foreign_picture",
        "word_foreign_sqlite",
        "word_pdf_hint",
        "word_page_hint",
        "word_json_hint",
        "word_picture_hint",
        "word_sqlite_hint",
    ),
    "loaders/text_file.py": ("word_neither_text", "word_not_in"),
    "queries/catalogue.py": ("word_too_deep",),
    "queries/life_cycle.py": ("word_whom_division", "word_whom_superior", "word_whom_either"),
    "queries/parameters.py": ("word_range_words",),
    "queries/question.py": ("word_whole_fen", "word_division_code", "word_records"),
    "api/http/kept.py": ("word_server_stopped", "word_send_again"),
    "api/http/routes/batches.py": ("word_please_report",),
    "api/homes.py": ("word_differs_is", "word_differs_are"),
}
"""Entries of words that reach an error through a table or another text: where they stand."""
NO_TEXTS = frozenset(
    (
        "lineage/ledger/durable.py: hint",
        "lineage/ledger/stored_rows.py: str(error).splitlines()[0]",
        "lineage/ledger/torn.py: hint",
        "lineage/ledger/verification.py: tally.head",
        "lineage/ledger/verification.py: found",
        "lineage/ledger/verification.py: hint",
        "lineage/ledger/verification.py: entry.previous",
        "lineage/ledger/verification.py: previous",
        "lineage/ledger/verification.py: line[:60].decode(errors='replace')",
        "lineage/ledger/verification.py: error.message",
        "lineage/ledger/verification.py: error.hint",
        "loaders/loading.py: damaged.message",
        "loaders/loading.py: error.hint",
        "loaders/reading.py: foreign[1]",
        "queries/life_cycle.py: {'comment': '--why'}.get(step.needs, f'--{step.needs}')",
        "queries/parameters.py: self.en",
        "api/access/people.py: error.hint",
        "api/access/signin.py: error.message",
        "api/access/signin.py: error.hint",
        "api/http/problems.py: error.message",
        "api/http/problems.py: error.hint",
        "api/http/problems.py: error.text(language)",
        "api/http/problems.py: f'{type(error).__name__}'",
        "api/http/problems.py: say('http.fault', language_of(request))",
        "api/http/problems.py: say('http.see_contract', language)",
        "api/http/problems.py: text",
        "api/http/problems.py: unfit(error.errors()[0], language)",
        "api/http/routes/questions.py: error.message",
        "api/http/routes/questions.py: error.hint",
        "api/http/routes/records.py: asker.words.text(error.message, 'en')",
        "api/http/routes/records.py: asker.words.text(error.hint, 'en')",
    )
)
"""Arguments that are no text of their own: values, another error's text, words of a table. Pages say theirs already."""


def template(text: str) -> str:
    """The English of an entry with its values as gaps."""
    return "".join(literal + ("" if name is None else GAP) for literal, name, _, _ in string.Formatter().parse(text))


def names(text: str) -> list[str]:
    """The values of a template."""
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def test_every_text_that_is_raised_has_an_entry() -> None:
    known = {template(texts["en"]) for texts in ENTRIES.values()}
    missing = {
        text.replace(GAP, "{…}"): sorted(places) for text, places in raised().templates.items() if text not in known
    }
    assert missing == {}


def test_every_entry_has_a_source() -> None:
    by_hand = {key for keys in BY_HAND.values() for key in keys}
    idle = [
        key
        for key, texts in ENTRIES.items()
        if key not in by_hand and not key.startswith(SYSTEM) and template(texts["en"]) not in raised().templates
    ]
    assert idle == []


@pytest.mark.parametrize("file", sorted(BY_HAND))
def test_entries_by_hand_stand_in_their_file(file: str) -> None:
    wanted = {literal for key in BY_HAND[file] for literal in template(ENTRIES[key]["en"]).split(GAP) if literal}
    known = {literal for text in written(file) for literal in text.split(GAP)}
    assert {literal for literal in wanted if not any(literal in text for text in known)} == set()


def test_words_of_the_system_are_its_own() -> None:
    system = {os.strerror(number) for number in errno.errorcode}
    assert [key for key, texts in ENTRIES.items() if key.startswith(SYSTEM) and texts["en"] not in system] == []


def test_no_argument_is_passed_over_unseen() -> None:
    unseen = {one for one in raised().untold if not one.startswith("api/pages/")}
    assert unseen == NO_TEXTS


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_an_entry_is_told_with_its_values(key: str) -> None:
    texts = ENTRIES[key]
    assert set(names(texts["en"])) == set(names(texts["zh"]))
    values = dict(zip(dict.fromkeys(names(texts["en"])), "甲乙丙丁戊己庚辛", strict=False))
    assert told(texts["en"].format(**values), "zh") == texts["zh"].format(**values)
    assert told(texts["en"].format(**values), "en") == texts["en"].format(**values)


def test_no_two_entries_are_one_text() -> None:
    found = [template(texts["en"]) for texts in ENTRIES.values()]
    assert sorted(found) == sorted(set(found))
    assert all(any(one.literals) for one in templates())


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("there is no record payment:NOPE", "没有记录 payment:NOPE"),
        ("there is no record payment: of no batch 7", "没有记录 payment: of no batch 7"),
        ('row 3: active: found "x", expected yes or no', "第 3 行：active：见“x”，应为 yes 或 no"),
        ("could not write /a: No space left on device", "无法写入 /a：磁盘空间已满"),
        ("x.pdf: is no table but a PDF", "x.pdf：不是表，而是 PDF 文件"),
        (
            'the copy in /x does not verify: manifest/000001.json: found "another key", expected the manifest as '
            "written; the file was edited",
            "/x 中的备份未通过校验：manifest/000001.json：见“另一把密钥”，应为与写入时一致的批次清单；文件被编辑过",
        ),
        ("r.sql: the message names {sum}, which its rows do not have", "r.sql：提示语用到 {sum}，而结果行中没有"),
        ("there is no\nrecord", "there is no\nrecord"),
        ("there is no record a\nb", "没有记录 a\nb"),
        ("nobody wrote this", "nobody wrote this"),
        ("", ""),
    ],
)
def test_texts_are_told_with_what_they_hold(english: str, chinese: str) -> None:
    assert told(english, "zh") == chinese


def test_an_error_is_told_with_its_hint() -> None:
    error = NotFound("there is no record payment:P-1", "find it with lineage search")
    assert told_error(error, "zh") == told_line(str(error), "zh") == "没有记录 payment:P-1；可用 lineage search 查找"
    assert told_error(error, "en") == told_line(str(error), "en") == str(error)
    assert told_error(NotFound("a.csv: is not there"), "zh") == "a.csv：不存在"


@pytest.mark.parametrize("hint", ["", "the file was edited"])
def test_a_problem_is_told_part_by_part(hint: str) -> None:
    problem = Problem("journal.jsonl", 'entry "7"', "a journal entry", hint, row=7)
    assert told_problem(problem, "en") == str(problem)
    more = "；文件被编辑过" if hint else ""
    assert told_problem(problem, "zh") == f'journal.jsonl:7：见“第 "7" 条”，应为一条日志{more}'


def test_inner_values_are_named_so_in_both() -> None:
    for texts in ENTRIES.values():
        inner = [name for name in names(texts["en"]) if name.startswith(INNER)]
        assert all(name == INNER or name.startswith(f"{INNER}_") for name in inner)

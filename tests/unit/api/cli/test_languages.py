"""A screen is in one language: names of records, rules, policies and libraries apart."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api import cli
from api.cli import options, output
from lineage.links.proposals import WEIGHTS
from lineage.words import area_words

NAMES = re.compile(
    r"\b(?:allocation|transfer|indicator|payment|special_account|account_entry|one_card_batch|one_card_payment"
    r"|division|project):\S+|\b[a-z]+/[a-z-]+|\b[FLIPTAE]-\w+|--?[a-z-]+|pro-rata|lineage|\bGB|\bMB|ZZ\d+"
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    "line",
    [
        "search 光伏",
        "repair",
        "findings --group cause",
        "findings --group severity",
        "findings --group office",
        "findings --group state",
        "explain payment:P-00000376",
        "overview",
        "reconcile",
        "reconcile --date 2017-01-05",
        "links 410000 410100",
    ],
)
def test_a_chinese_screen_has_no_english_words(
    line: str, example_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run([*line.split(), "--lang", "zh", "--ledger", str(example_ledger("faults"))])
    told = capsys.readouterr()
    screen = told.out + told.err
    assert CHINESE.search(screen)
    assert re.findall(r"[A-Za-z_-]{3,}", NAMES.sub("", screen)) == []


@pytest.mark.parametrize("line", ["trace X --as-of 2017-02-30", "rank --part chain"])
def test_what_cannot_be_meant_is_said_in_the_language_of_the_line(
    line: str, example_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also what is found while the line is still being read, and the environment is English."""
    ledger = str(example_ledger("sound"))
    assert cli.run([*line.split(), "--lang", "zh", "--ledger", ledger]) == 2
    told = re.sub("YYYY-MM-DD|（用 .*）|chain", "", capsys.readouterr().err)
    assert re.findall(r"[A-Za-z_-]{3,}", NAMES.sub("", told)) == []
    assert cli.run([*line.split(), "--lang", "en", "--ledger", ledger]) == 2
    assert not CHINESE.search(capsys.readouterr().err)


@pytest.mark.parametrize("line", ["overview", "reconcile", "sample --size 1", "explain payment:P-00000376"])
def test_an_english_screen_names_its_unit_in_english(
    line: str, example_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run([*line.split(), "--lang", "en", "--unit", "wan", "--ledger", str(example_ledger("faults"))])
    told = capsys.readouterr()
    assert "10,000 yuan" in told.out + told.err
    assert "元" not in told.out + told.err


def test_amounts_explained_in_chinese_bear_the_unit_they_are_in(
    example_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["--lang", "zh", "--ledger", str(example_ledger("faults"))]
    for unit, name in (("yuan", "元"), ("wan", "万元"), ("yi", "亿元")):
        cli.run(["explain", "payment:P-00000376", "--unit", unit, *shared])
        head = capsys.readouterr().out.splitlines()[0]
        assert re.search(rf"资金池 [\d,.]+ {name}  ", head), head


def test_doctor_says_in_chinese_what_it_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["doctor", "--lang", "zh", "--ledger", str(tmp_path / "ledger")])
    rows = dict(line.split("\t")[::2] for line in capsys.readouterr().out.splitlines()[1:])
    assert "核" in rows["操作系统"]
    assert "尚余" in rows["磁盘"]


def test_every_part_and_kind_of_a_proposed_link_has_a_word() -> None:
    words = area_words("pages")
    parts = {part for parts in WEIGHTS.values() for part in parts}
    assert [one for one in {*parts, "sum_equal", *(f"link_{kind}" for kind in (*WEIGHTS, "bundle"))}
            if f"word_{one}" not in words] == []


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        ("trace x --depth x", "--depth：见“x”，应为整数", '--depth: found "x", expected a whole number'),
        ("trace x --depth -1", "--depth：见“-1”，应为不小于 0 的数", 'found "-1", expected a number of at least 0'),
        ("overview --calibre x", "见“x”，应为下列之一：2017, next", 'found "x", expected one of 2017, next'),
        ("trace --from nofile", "--from：“nofile”不存在", '--from: "nofile" is not there'),
        ("load x --control nofile", "--control：“nofile”不存在", '--control: "nofile" is not there'),
        ("trace x --nonsense", "没有选项 --nonsense", "No such option: --nonsense"),
        ("tracee", "没有命令 tracee，相近的有 trace", "Did you mean 'trace'?"),
        ("load", "缺少 PATH…", "Missing argument 'PATH…'"),
        ("check --xlsx", "选项 --xlsx 后应有一个值（用 lineage check --help 查看用法）", "(see lineage check --help)"),
        ("trace x y", "多出的参数：y", "unexpected extra argument"),
        ("reconcile --date x", "--date：见“x”，应为 YYYY-MM-DD 形式的日期", "expected a date as YYYY-MM-DD"),
        ("export payments", "缺少 -o / --output", "Missing option '-o' / '--output'"),
    ],
)
def test_misuse_is_told_in_one_language(
    line: str, zh: str, en: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for language, said in (("zh", zh), ("en", en)):
        monkeypatch.setattr(options, "LANGUAGE", language)
        monkeypatch.setattr(output, "LANGUAGE", language)
        assert cli.run(line.split()) == 2
        told = capsys.readouterr().err
        assert said in told
        assert bool(CHINESE.search(told)) == (language == "zh")


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        ("trace payment:NOPE", "没有记录 payment:NOPE；可用", "there is no record payment:NOPE; find"),
        ("search --division 999 光", "没有区划 999", "there is no division 999"),
        ("check --parameters nofile", "无法读取 nofile：没有这个文件或文件夹", "nofile cannot be read: No such"),
        ("findings F-1 --set closed --why x", "没有疑点 F-1；现有疑点见", "there is no finding F-1; see"),
        ("load nothing.csv", "nothing.csv：不存在；请检查路径的写法", "nothing.csv: is not there; see the spelling"),
        ("trace payment:P-00000376 --policy x", "归属方法：见“x”，应为 pro-rata", 'policy: found "x", expected one of'),
        ("trace --graph http://h payment:P-1", "图：见“http://h”，应为 neo4j://", 'graph: found "http://h", expected'),
        ("verify --sample 1", "有 --sample 而无 --since；不带", "--sample without --since; without"),
        ("verify --nonsense", "没有选项 --nonsense（用", "No such option: --nonsense (see"),
    ],
)
def test_an_error_is_told_in_the_language_of_its_command_line(
    line: str, zh: str, en: str, fresh_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = ["--ledger", str(fresh_ledger("faults"))]
    for asked, said in ((["--lang", "zh"], zh), (["--lang=zh"], zh), (["--lang", "en"], en), ([], en)):
        assert cli.run([*line.split(), *ledger, *asked]) in (2, 3)
        told = capsys.readouterr().err
        assert said in told, told
    assert options.asked_language(["trace", "--", "--lang", "zh"]) == options.LANGUAGE
    assert options.asked_language(["trace", "--lang"]) == options.LANGUAGE


def test_records_of_a_list_that_are_not_there_are_told_in_chinese(
    example_ledger: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "records.txt"
    file.write_text("payment:NOPE\n", encoding="utf-8")
    assert cli.run(["trace", "--from", str(file), "--lang", "zh", "--ledger", str(example_ledger("faults"))]) == 1
    assert "没有记录 payment:NOPE；" in capsys.readouterr().out


def test_the_chinese_help_is_whole_and_chinese() -> None:
    every = "from api import cli; [cli.run([*one.split(), '-h']) for one in ('', *cli.available_commands())]"
    surroundings = os.environ | {"LINEAGE_LANG": "zh", "COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run([sys.executable, "-c", every], capture_output=True, text=True, env=surroundings, check=True)
    assert told.stdout.count("显示本说明") == len(cli.available_commands()) + 1
    assert "…" not in re.sub(r"……|(?:PATH|ID|TEXT|RULE,)…", "", told.stdout)
    for english in ("Options", "Commands", "Arguments", "default:", "env var", "required", "and exit"):
        assert english not in told.stdout

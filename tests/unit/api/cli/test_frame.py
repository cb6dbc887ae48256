"""The frame of the command line: lazy, one line for every error, the four exit codes."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from importlib import import_module

import pytest

from api import cli
from api.cli.options import SHARED, Settings, options
from api.cli.output import amount_text
from lineage.words import LANGUAGES, area_words, say


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, str, bool]]:
    """A command `trace` that keeps what it was asked, so that the frame is tested without any command's own code."""
    asked: list[tuple[Settings, str, bool]] = []

    @options(*SHARED)
    def trace_command(settings: Settings, record: str, down: bool = False) -> int:
        asked.append((settings, record, down))
        return 1

    module = type(sys)("probe_command")
    module.trace_command = trace_command
    monkeypatch.setitem(sys.modules, "probe_command", module)
    monkeypatch.setattr(cli, "COMMANDS", {"trace": "probe_command:trace_command"})
    monkeypatch.setattr(cli, "available_commands", lambda: ("trace",))
    return asked


def test_help_imports_no_command_and_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys; from api import cli; code = cli.run(['--help']);"
        "heavy = {'duckdb', 'numpy', 'numba', 'pandas', 'pyarrow', 'pyvis', 'networkx', 'neo4j', 'fastapi'};"
        "commands = {t.partition(':')[0] for t in cli.COMMANDS.values()};"
        "print(sorted((heavy | commands) & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_command_gets_the_shared_options_as_settings(probe: list[tuple[Settings, str, bool]]) -> None:
    line = "trace payment:P-1 --down --ledger books --json --as-of 2017-10-31 --as-known 3 --year 2017 --calibre next"
    assert cli.run([*line.split(), "--policy", "fifo", "--lang", "zh", "--unit", "wan", "--graph", "bolt://x"]) == 1
    [(settings, record, down)] = probe
    assert (record, down, str(settings.ledger), settings.json) == ("payment:P-1", True, "books", True)
    assert (settings.as_of, settings.as_known, settings.year) == (date(2017, 10, 31), 3, 2017)
    assert (settings.calibre, settings.policy, settings.lang) == ("next", "fifo", "zh")
    assert (settings.unit, settings.graph) == ("wan", "bolt://x")


def test_the_ledger_and_the_graph_may_come_from_the_environment(
    probe: list[tuple[Settings, str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAGE_LEDGER", "elsewhere")
    monkeypatch.setenv("LINEAGE_GRAPH", "neo4j://here")
    assert cli.run(["trace", "P-1"]) == 1
    assert (str(probe[0][0].ledger), probe[0][0].graph) == ("elsewhere", "neo4j://here")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("trace", "Missing argument 'record'"),
        ("trace P-1 --as-of 2017-13-01", 'found "2017-13-01", expected a date as YYYY-MM-DD'),
        ("trace P-1 --calibre 2018", '--calibre: found "2018", expected one of 2017, next'),
        ("trace P-1 --as-known 0", "--as-known"),
        ("trace P-1 --sideways", "No such option: --sideways"),
        ("tracee P-1", "Did you mean 'trace'?"),
    ],
)
def test_misuse_is_one_line_on_standard_error_and_exit_2(
    line: str, said: str, probe: list[tuple[Settings, str, bool]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(line.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert len(captured.err.splitlines()) == 1
    assert probe == []


def test_a_reader_that_goes_away_is_no_finding_and_no_error() -> None:
    command = [sys.executable, "-m", "lineage", "rules", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, said) == (cli.READER_GONE, "")


def test_no_arguments_show_the_help_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([]) == 2
    captured = capsys.readouterr()
    assert (captured.out + captured.err).count("Usage:") == 1


def test_the_commands_that_are_here_can_be_imported_and_have_a_help_line_in_both_languages() -> None:
    for name in cli.available_commands():
        module, _, attribute = cli.COMMANDS[name].partition(":")
        assert callable(getattr(import_module(module), attribute)), name
    for name in cli.COMMANDS:
        assert all(say(f"commands.{name}", language) for language in LANGUAGES)


def test_every_text_is_there_in_both_languages() -> None:
    from pathlib import Path

    import lineage.words

    for file in sorted(Path(lineage.words.__file__).parent.glob("*.toml")):
        for name, texts in area_words(file.stem).items():
            assert set(texts) == set(LANGUAGES), f"{file.name}: [{name}]"


@pytest.mark.parametrize(
    ("fen", "unit", "text"),
    [
        (123456789, "yuan", "1,234,567.89"),
        (123456789, "wan", "123.46"),
        (125000, "wan", "0.13"),
        (-125000, "wan", "-0.13"),
        (-1, "wan", "0.00"),
        (987654321012, "yi", "98.7654"),
        (0, "yuan", "0.00"),
        (-5, "yuan", "-0.05"),
    ],
)
def test_amounts_are_rounded_last_and_half_away_from_zero(fen: int, unit: str, text: str) -> None:
    assert amount_text(fen, unit) == text

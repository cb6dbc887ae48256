"""What all tests share: hypothesis profiles, the examples and their ledgers, real servers, the rule for missing ones.

The rule: a test that needs a server says so by a marker and takes the server's fixture. On a laptop without the server
the suite is skipped and the end of the run says so loudly; with CI=true a missing server is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.servers import browser, chromium, neo4j_server, postgres_server, server_folder
from tests.sharing import built_once, kept_ledgers

__all__ = ["browser", "chromium", "neo4j_server", "postgres_server", "server_folder"]

EXAMPLES = Path(__file__).parent / "examples"
SERVER_MARKERS = ("neo4j", "postgres", "browser")

# the same examples every time, so that a red run is the change's own fault; the long profile looks further
settings.register_profile(
    "modest", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# for mutants: a failure is enough, its smallest form is not looked for
settings.register_profile(
    "mutants", settings.get_profile("modest"), max_examples=30, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "modest"))


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one server on one worker, so that a run starts each server once."""
    for item in items:
        for marker in SERVER_MARKERS:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.xdist_group(marker))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which suites did not run; pytest's own summary line stays the last."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", ()):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "SUITE NOT RUN" in reason:
            reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.section("NOT TESTED HERE", sep="!", red=True, bold=True)
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count} tests: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the whole run, the same for every worker."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def examples() -> Path:
    """The three example bundles with their right answers: sound, faults, tangled."""
    return EXAMPLES


@pytest.fixture(scope="session")
def example_ledger(shared_folder: Path) -> Callable[[str], Path]:
    """Give the ledger of an example by name, loaded once for the whole run: for reading only."""

    def ledger(name: str) -> Path:
        place = kept_ledgers() or shared_folder
        return built_once(place / "ledgers" / name, lambda folder: load_example(name, folder))

    return ledger


@pytest.fixture
def fresh_ledger(example_ledger: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Give a copy of an example's ledger, key included, that the test may change."""

    def ledger(name: str) -> Path:
        shutil.copytree(example_ledger(name).parent, tmp_path / name)
        return tmp_path / name / "ledger"

    return ledger


def load_example(name: str, folder: Path) -> Path:
    """Load an example's bundle into a new ledger in `folder`."""
    import loaders

    ledger = folder / "ledger"
    loaders.load(ledger, [EXAMPLES / name / "bundle"])
    return ledger

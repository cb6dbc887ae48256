"""The contract: the document kept in docs/ is the one served, and every answer is as it says, whatever is asked.

schemathesis makes requests out of the document, sound ones and unsound, and follows its links: from an upload to its
batch and its rejects, from a search to a record, its trace and its export, from a finding to its events. Not asked of
it: that every sound request be accepted, for a cursor or an idempotency key may be sound in form and mean nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.http.contract import LINKS, examples
from tests.serving import running
from tests.waiting import PATIENCE
from tools.contract import ASKED, KEPT, document

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def test_the_contract_in_docs_is_the_one_served() -> None:
    assert KEPT.read_text(encoding="utf-8") == document(), "run python -m tools.contract and review what changed"


def test_every_operation_has_an_id_a_sentence_and_an_example() -> None:
    known = json.loads(KEPT.read_text(encoding="utf-8"))
    operations = {one["operationId"]: one for methods in known["paths"].values() for one in methods.values()}
    for name, operation in operations.items():
        assert operation["description"].endswith("."), name
        assert any(status.startswith("2") for status in operation["responses"]), name
        answers = [one for status, one in operation["responses"].items() if status.startswith("2")]
        for media, shown in answers[0].get("content", {}).items():
            assert "example" in shown or name == "export_record", (name, media)
    assert ASKED.keys() <= examples().keys() <= operations.keys()
    assert set(LINKS) <= operations.keys()
    assert {target for links in LINKS.values() for target, *_ in links} <= operations.keys()


def test_no_two_shapes_bear_one_name() -> None:
    """Generators make one class of each title: of two alike, one is lost with every answer that has it."""
    schemas = json.loads(KEPT.read_text(encoding="utf-8"))["components"]["schemas"]
    titles = [schema["title"] for schema in schemas.values()]
    assert len(titles) == len(set(titles))
    assert titles == list(schemas)


@pytest.mark.slow
def test_every_answer_is_as_the_contract_says(fresh_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    with running(fresh_ledger("faults"), {"wang": (("reader", "investigator", "loader"), ("*",))}) as server:
        command = [
            str(Path(sys.executable).with_name("schemathesis")), "run",
            f"http://127.0.0.1:{server.port}/api/v1/openapi.json",
            "--header", f"Authorization: Bearer {server.keys['wang']}", "--no-color", "--continue-on-failure",
            "--exclude-checks", "positive_data_acceptance", "--seed", "1", "--no-shrink", "--warnings", "off",
            "--max-examples", "60" if LONG else "3", "--request-timeout", f"{PATIENCE:.0f}",
            *(["--max-time", "600"] if LONG else []),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]

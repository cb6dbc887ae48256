"""`python -m tests.golden.rule_sentences`: write anew what rules say of the golden cases; then review it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.golden.test_rules import CASES, findings, read_case, sentences


def main() -> None:
    """One block a rule: its name, then each record accused with the sentences and the evidence."""
    blocks = []
    for path in sorted(CASES.glob("*-*.md")):
        with tempfile.TemporaryDirectory() as folder:
            blocks.append("\n".join([read_case(path).title, *sentences(findings(path, Path(folder)))]))
    (CASES / "sentences.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

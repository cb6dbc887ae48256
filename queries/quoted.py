"""The document numbers that a text quotes, in normal form."""

from __future__ import annotations

import re

from lineage.documents import document_number

_BETWEEN = re.compile(r"[、,，;；/|\s和及]+(?=[\u4e00-\u9fff])")
"""What stands between two numbers in one cell: a mark or blank before the next agency's word."""


def quoted_numbers(*texts: str | None) -> frozenset[str]:
    """Every number in the texts: a cell may quote one, or several with marks between them."""
    found: set[str] = set()
    for text in texts:
        whole = document_number(text)
        if text and whole:
            found.add(whole)
            found.update(part for part in map(document_number, _BETWEEN.split(text)) if part)
    return frozenset(found)

"""A trail as the JSON every door gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.trail import Trail


def write(trail: Trail, path: Path) -> None:
    """Write the answer as UTF-8 JSON."""
    path.write_text(json.dumps(trail.to_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

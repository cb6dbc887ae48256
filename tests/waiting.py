"""How tests wait: for what shall come about, never for a length of time that is thought to suffice."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 180.0
"""Seconds until a wait is given up. A loaded machine is no failure, so it is far above what a quiet one needs."""


def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)

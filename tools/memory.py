"""What a process holds for itself, as Linux tells it."""

from __future__ import annotations

from pathlib import Path


def own_bytes(process: int) -> int:
    """Anonymous memory of a process in bytes, swapped-out pages too; mapped files are the system's to take back."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(rest.split()[0]) for name, rest in (line.split(":", 1) for line in lines)}
    return (sizes["Anonymous"] + sizes["Swap"]) * 1024

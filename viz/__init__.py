"""What people look at: graph pages, flow pages, charts and evidence packs.

`view(trail)` is the door for one trail, `flow_view(rows)` for a year's flows. Everything is imported on
first use, so that `import viz` costs nothing.
"""

from __future__ import annotations

from typing import Any

__all__ = ["flow_view", "view"]


def __getattr__(name: str) -> Any:
    if name == "view":
        from viz.page import view

        return view
    if name == "flow_view":
        from viz.flow import flow_view

        return flow_view
    raise AttributeError(f"module 'viz' has no attribute {name!r}")

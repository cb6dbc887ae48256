"""Read people's files and databases into the ledger; make provinces to try it with."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loaders.loading import load as load
    from loaders.profile import shipped as shipped
    from loaders.raw import Unreadable as Unreadable
    from loaders.raw import Unrecognised as Unrecognised
    from loaders.result import COUNTS as COUNTS
    from loaders.result import LoadResult as LoadResult

_HOMES = {
    "load": "loading",
    "shipped": "profile",
    "COUNTS": "result",
    "LoadResult": "result",
    "Unreadable": "raw",
    "Unrecognised": "raw",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"loaders.{_HOMES[name]}"), name)

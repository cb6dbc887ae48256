"""A national run on Apache Spark: the ledger split by province, each worked out by the code that serves one ledger.

`run` needs the extra `[spark]` and a store that driver and workers all see (a shared folder); everything else in this
package is plain. Movements across provinces are refused and listed, never followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from queries.national.cluster import National as National
    from queries.national.cluster import run as run

__all__ = ["National", "run"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from queries.national import cluster

    return getattr(cluster, name)

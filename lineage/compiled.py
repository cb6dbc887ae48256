"""The one place that knows numba: kernels are compiled and cached, or interpreted when asked.

`LINEAGE_INTERPRETED=1` runs every kernel as plain Python: for mutation tests and for machines
without a working compiler. Invariant: results do not depend on which of the two runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a kernel over numpy arrays on its first call and keep the machine code beside the module."""
    if os.environ.get("LINEAGE_INTERPRETED") == "1":
        return function
    from numba import njit

    return cast(Function, njit(cache=True, nogil=True)(function))

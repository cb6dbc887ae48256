"""The one place that knows numba: kernels are compiled and cached, or interpreted where that is sooner done.

Importing numba and compiling all kernels for the first time on a machine takes seconds; interpreting a thousand
movements takes milliseconds. So work begun under `sized` runs as plain Python where it is small.
`LINEAGE_INTERPRETED=1` interprets all work (mutation tests, machines without a working compiler), `=0` none.
Invariant: results do not depend on it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any

import numpy as np

SMALL = 10_000
"""Movements up to which kernels are interpreted: mostly 0.1 s, at worst a second or two; compiling takes five."""
int64: Any = np.int64
"""The type of whole numbers in kernels: a bare 0 or -1 would be a type of its own, and the callee compiled twice."""
ASKED = os.environ.get("LINEAGE_INTERPRETED", "")
_interpreted: ContextVar[bool | None] = ContextVar("interpreted", default=None)


class Kernel:
    """A function over numpy arrays, compiled on its first call for large work and kept beside its module."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.py_func = function
        self.__doc__ = function.__doc__

    @cached_property
    def compiled(self) -> Any:
        """The compiled function."""
        from numba import njit

        return njit(cache=True, nogil=True)(self.py_func)

    @property
    def _numba_type_(self) -> Any:
        """How another kernel that is being compiled sees this one."""
        return self.compiled._numba_type_

    def __call__(self, *arguments: Any) -> Any:
        """Run it. Kernels called by an interpreted one are interpreted too."""
        chosen = _interpreted.get()
        interpreted = ASKED == "1" if chosen is None else chosen
        return self.py_func(*arguments) if interpreted else self.compiled(*arguments)


def kernel(function: Callable[..., Any]) -> Kernel:
    """Make a kernel of a function."""
    return Kernel(function)


@contextmanager
def sized(work: int) -> Iterator[None]:
    """Kernels run inside handle `work` movements or so. Inside a block of large work all work is large."""
    small = _interpreted.get() is not False and work <= SMALL
    token = _interpreted.set(ASKED == "1" or (ASKED != "0" and small))
    try:
        yield
    finally:
        _interpreted.reset(token)

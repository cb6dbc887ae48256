"""Products of two int64 compared exactly: fen times fen does not fit into 64 bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from lineage.compiled import kernel

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@kernel
def _product(a: Any, b: Any) -> Any:
    """The two 64-bit halves of a 128-bit product."""
    a_low, a_high = a & _LOW, a >> _HALF
    b_low, b_high = b & _LOW, b >> _HALF
    low = a_low * b_low
    middle = a_high * b_low + (low >> _HALF)
    other = a_low * b_high + (middle & _LOW)
    high = a_high * b_high + (middle >> _HALF) + (other >> _HALF)
    return high, ((other & _LOW) << _HALF) | (low & _LOW)


@kernel
def product_exceeds(a: int, b: int, c: int, d: int) -> int:
    """Sign of a*b - c*d for factors in 0..2^63-1: 1, 0 or -1. Exact."""
    high_left, low_left = _product(np.uint64(a), np.uint64(b))
    high_right, low_right = _product(np.uint64(c), np.uint64(d))
    if high_left != high_right:
        return 1 if high_left > high_right else -1
    if low_left != low_right:
        return 1 if low_left > low_right else -1
    return 0

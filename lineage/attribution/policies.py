"""The policies by name."""

from __future__ import annotations

from types import MappingProxyType

from lineage.attribution.fifo import fifo
from lineage.attribution.libr import libr
from lineage.attribution.lifo import lifo
from lineage.attribution.poison import poison
from lineage.attribution.pool import Policy
from lineage.attribution.poverty_first import poverty_first
from lineage.attribution.pro_rata import pro_rata
from lineage.attribution.rolling import rolling

POLICIES: MappingProxyType[str, Policy] = MappingProxyType({
    "pro-rata": pro_rata,
    "rolling": rolling,
    "fifo": fifo,
    "lifo": lifo,
    "libr": libr,
    "poverty-first": poverty_first,
    "poison": poison,
})
DEFAULT_POLICY = "pro-rata"
INTERVAL_POLICIES = ("pro-rata", "fifo")
"""Policies under which a draw is an interval of its pool's line: no replay of its siblings is needed."""

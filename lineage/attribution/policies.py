"""The policies by name."""

from __future__ import annotations

from lineage.attribution import POLICIES
from lineage.attribution.fifo import fifo
from lineage.attribution.libr import libr
from lineage.attribution.lifo import lifo
from lineage.attribution.poison import poison
from lineage.attribution.pool import Policy
from lineage.attribution.poverty_first import poverty_first
from lineage.attribution.pro_rata import pro_rata
from lineage.attribution.rolling import rolling

_FUNCTIONS: tuple[Policy, ...] = (pro_rata, rolling, fifo, lifo, libr, poverty_first, poison)


def policy_named(name: str) -> Policy:
    """The function of a policy; `name` is one of POLICIES."""
    return _FUNCTIONS[POLICIES.index(name)]

"""Whose money is this, in fen: the tracing rules, one policy a file behind one signature."""

from __future__ import annotations

POLICIES = ("pro-rata",)
"""Policies by name; the first is the default."""

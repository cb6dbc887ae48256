"""Whose money is this, in fen: the tracing rules, one policy a file behind one signature, and what holds under all."""

from __future__ import annotations

POLICIES = ("pro-rata", "rolling", "fifo", "lifo", "libr", "poverty-first", "poison")
"""Policies by name; the first is the default."""

"""Whose money is this, in fen."""

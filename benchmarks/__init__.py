"""Benchmarks: what the engine does beside its peers and beside the machine's memory, in one run, as ratios.

Each module here offers `TITLE`, `NOTE` and `measure(scale) -> list[Measure]`; `python -m benchmarks` runs them and
writes docs/benchmarks.md. Never a test: a time depends on the machine, a ratio within one run much less.
"""

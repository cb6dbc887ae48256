"""Change the code a little, one place at a time, and see whether a test notices: `python -m tools.mutants`."""

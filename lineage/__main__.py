"""`python -m lineage` is the command `lineage`.

The only line of the core that looks upward: a package's own `__main__` is its front door, and it is never imported.
"""

from importlib import import_module

if __name__ == "__main__":
    import_module("api.cli").main()

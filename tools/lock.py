"""`make lock`: resolve requirements/*.txt anew for every platform, each file with hashes and markers.

Invariant: the files name no index and no host, so that any mirror or wheel folder can serve them.
"""

from __future__ import annotations

import subprocess
import sys

LOCKS = {"base": (), "all": ("neo4j", "api", "db", "spark", "test")}


def main() -> None:
    """Write every lock file; the newer ones keep to what base.txt chose."""
    for name, extras in LOCKS.items():
        command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet", "--upgrade"]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
        command += [
            "--system-certs",
            "--output-file",
            f"requirements/{name}.txt",
            "--no-emit-index-url",
            "--no-emit-find-links",
        ]
        for extra in extras:
            command += ["--extra", extra]
        if extras:
            command += ["--constraint", "requirements/base.txt"]
        subprocess.run(command, check=True)
        print(f"requirements/{name}.txt")


if __name__ == "__main__":
    main()

"""What is installed is what the tree holds: every module, rule, query, text, style sheet and script."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
PACKAGES = ("lineage", "loaders", "queries", "api", "viz")


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(tmp_path: Path) -> None:
    command = ["git", "ls-files", *PACKAGES, "pyproject.toml", "README.md", "LICENSE"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in tracked:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist")]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.split("/")[0] in PACKAGES}
        entry_points = archive.read(next(name for name in archive.namelist() if name.endswith("entry_points.txt")))
    assert packed == {name for name in tracked if name.split("/")[0] in PACKAGES}
    assert "lineage = api.cli:main" in entry_points.decode()

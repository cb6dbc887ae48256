"""`python -m tools.picture PAGE.html PICTURE.png`: what a person sees of a page, for the README."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

WIDTH, HEIGHT = 1400, 860
DRAWN_SECONDS = 2.0


def take(page: Path, picture: Path) -> None:
    """Open the page in Chromium without a network and keep a picture of its first screen."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    with tempfile.TemporaryDirectory(prefix="lineage-picture-", ignore_cleanup_errors=True) as profile:
        for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.add_argument(f"--window-size={WIDTH},{HEIGHT}")
        options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND")
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
        browser.get(page.resolve().as_uri())
        time.sleep(DRAWN_SECONDS)  # the canvas says nothing when it is done
        picture.parent.mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(picture))
        browser.quit()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))

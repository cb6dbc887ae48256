"""What every page of ours has in common: one file, our own scripts and styles by their hashes, no request.

Nothing of the data can become markup: templates escape, scripts get data as JSON with `<`, `>`, `&` escaped,
and the Content-Security-Policy names exactly the inline scripts and styles of the page.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

_SCRIPT_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def fill(name: str, *, scripts: Sequence[str], style: str, **values: Any) -> str:
    """The template `name` of `viz/assets` with its values; it writes `scripts` and `style` where it says so."""
    csp = policy_text(scripts=scripts, styles=(style,))
    html: str = _template(name).render(scripts=scripts, style=style, csp=csp, **values)
    return html


def script_json(value: Any) -> str:
    """JSON that may stand inside a script element: no character in it can end the element or the string."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_SCRIPT_ESCAPES)


def policy_text(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """A Content-Security-Policy that allows these inline scripts and styles and nothing else."""
    allowed = {
        "default-src": "'none'",
        "script-src": " ".join(_hash(text) for text in scripts) or "'none'",
        "style-src": " ".join(_hash(text) for text in styles) or "'none'",
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


def written(html: str, path: str | Path | None) -> str:
    """The page, after writing it to `path` as UTF-8 when there is one."""
    if path is not None:
        Path(path).write_text(html, encoding="utf-8", newline="\n")
    return html


def program(*names: str) -> str:
    """Files of `viz/assets` as one script, whose names stay its own."""
    return '"use strict";\n(() => {\n' + "\n".join(asset(name) for name in names) + "})();\n"


@lru_cache(maxsize=16)
def asset(name: str) -> str:
    """A file of `viz/assets`."""
    return files("viz").joinpath("assets", name).read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def _template(name: str) -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(asset(name))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

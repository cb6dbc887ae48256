"""Changes of bytes that no clerk makes: flipped, overwritten, doubled, cut; of packed files also a part inside."""

from __future__ import annotations

import io
import json
import os
import random
import tomllib
import zipfile
from collections.abc import Callable
from typing import Any

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def flip(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def overwrite(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    content[start : start + chance.randrange(1, 9)] = chance.choice([b"\0", b"\xff" * 4, b'"', b"\n", b"9" * 20, b""])


def double(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    content[start:start] = content[start : start + chance.randrange(1, 200)]


def cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]
    content.extend(b"\n" * (not content))


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (flip, flip, overwrite, overwrite, double, cut)


def changed(whole: bytes, chance: random.Random) -> bytes:
    """One to four changes of a file's bytes."""
    content = bytearray(whole)
    for _ in range(chance.randrange(1, 5)):
        chance.choice(CHANGES)(content, chance)
        content.extend(b"\n" * (not content))
    return bytes(content)


def changed_inside(whole: bytes, chance: random.Random, wanted: str) -> bytes:
    """A packed file with one part changed and packed anew, half the time `wanted`; else checksums refuse all changes.

    Three times in ten the packed bytes themselves are changed.
    """
    if chance.random() >= 0.7:
        return changed(whole, chance)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        names = packed.namelist()
        hit = chance.choice([name for name in names if packed.read(name)] if chance.random() < 0.5 else [wanted])
        for name in names:
            made.writestr(name, changed(packed.read(name), chance) if name == hit else packed.read(name))
    return out.getvalue()


STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1.5, "", "x", "资", "\0", "\ud800", [], [[]], {}, {"x": {}}, ["x", 1, None], "9" * 500,
)  # fmt: skip


def changed_value(value: Any, chance: random.Random) -> Any:
    """A JSON value with one of its parts of another type, gone, twice or under another name."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.15:
        return chance.choice(STRANGE)
    key: Any
    if isinstance(value, dict):
        key = chance.choice(sorted(value))
        made: Any = dict(value)
        way = chance.random()
        if way < 0.1:
            del made[key]
        elif way < 0.2:
            made[chance.choice(("x", "", key + "s", "\0"))] = made.pop(key)
        else:
            made[key] = changed_value(made[key], chance)
        return made
    made, key = list(value), chance.randrange(len(value))
    if chance.random() < 0.15:
        made[key:key] = [made[key]]
    else:
        made[key] = changed_value(made[key], chance)
    return made


def changed_json(whole: bytes, chance: random.Random) -> bytes:
    """JSON of which a part is of another kind; in one of three cases bytes are changed, so that it may be none."""
    if chance.random() < 0.33:
        return changed(whole, chance)
    return json.dumps(changed_value(json.loads(whole), chance)).encode()


def changed_toml(whole: bytes, chance: random.Random) -> bytes:
    """The same of TOML."""
    if chance.random() < 0.33:
        return changed(whole, chance)
    value = changed_value(tomllib.loads(whole.decode()), chance)
    parts = value.items() if isinstance(value, dict) else [("x", value)]
    lines = [f"{_toml(key)} = {_toml(part)}" for key, part in parts]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "''" if value is None else str(value).lower()

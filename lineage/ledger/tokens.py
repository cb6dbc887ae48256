"""Identity and account numbers: a keyed token to join on, a masked form to show, never the clear value.

The token is HMAC-SHA256 (RFC 2104) under the ledger's key, its first 128 bits in hex, computed in SQL; equal
numbers stay equal across tables and loads. The key is a file beside the ledger's folder, mode 0600.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import unicodedata
from pathlib import Path

from lineage.errors import Damaged, Unavailable
from lineage.ledger import durable
from lineage.schema import Column, ColumnType, Sensitive, Table

KEY_BYTES = 32
RING = b"lineage-key-ring-1\n"
"""How a key file begins that has been renewed: a line of hex a key follows, oldest first. A number's token is then the
token under the first key, made a token again under each later one, so tokens can be renewed without the numbers."""
TOKEN_DIGITS = 32
_BLOCK = 64
_WITNESS = "fund-lineage key check"
_NOT_FREE = ("_no", "_code", "_id", "_reference")


def key_file(ledger: Path) -> Path:
    """The key's place: `LINEAGE_TOKEN_KEY`, else `NAME.key` beside the ledger folder `NAME`."""
    named = os.environ.get("LINEAGE_TOKEN_KEY")
    return Path(named) if named else ledger.absolute().with_name(ledger.absolute().name + ".key")


def read_key(ledger: Path) -> bytes:
    """The key. Raises Unavailable when there is none, Damaged when it is too short or others may read it."""
    file = key_file(ledger)
    try:
        key = file.read_bytes()
        mode = stat.S_IMODE(file.stat().st_mode)
    except FileNotFoundError:
        raise Unavailable(
            f"the key file {file} is not there",
            "put the ledger's key back: without it numbers no longer match those stored",
        ) from None
    except OSError as error:
        raise Unavailable(f"could not read the key file {file}: {error.strerror}") from error
    if mode & 0o077:
        raise Damaged(f"{file}: found mode {mode:04o}, expected 0600", f"chmod 600 {file}")
    if len(key) < KEY_BYTES:
        raise Damaged(f"{file}: found {len(key)} bytes, expected at least {KEY_BYTES}", "put the right key back")
    return key


def read_or_make_key(ledger: Path, *, make: bool) -> bytes:
    """The key; a new ledger (`make`) gets a random one, unless the site has put its own there."""
    if make and not key_file(ledger).exists():
        durable.write(key_file(ledger), secrets.token_bytes(KEY_BYTES), mode=0o600)
    return read_key(ledger)


def fingerprint(key: bytes) -> str:
    """What a manifest keeps to know the key again; it tells nothing about the key."""
    return token(_WITNESS, key)


def token(number: str, key: bytes) -> str:
    """The token of one number, equal to what `token_sql` computes: for searching by a number."""
    made = unicodedata.normalize("NFKC", number).replace(" ", "").replace("-", "").upper()
    for one in ring(key):
        made = hmac.new(one, made.encode(), hashlib.sha256).hexdigest()[:TOKEN_DIGITS]
    return made


def ring(key: bytes) -> tuple[bytes, ...]:
    """The keys that a key file's content stands for, oldest first: one, unless it has been renewed."""
    if not key.startswith(RING):
        return (key,)
    return tuple(bytes.fromhex(line.decode()) for line in key.removeprefix(RING).splitlines())


def with_another(key: bytes, newest: bytes) -> bytes:
    """The content of a key file after one more renewal."""
    return RING + b"".join(one.hex().encode() + b"\n" for one in (*ring(key), newest))


def plain_sql(column: str) -> str:
    """A number as it is compared: half width, no blanks or hyphens, upper case. Most are so as they come."""
    wide = "".join(chr(code + 0xFEE0) for code in range(0x30, 0x5B)) + "　"
    narrow = "".join(chr(code) for code in range(0x30, 0x5B)) + " "
    cleaned = f"upper(translate({column}, {_quoted(wide)}, {_quoted(narrow)}).replace(' ', '').replace('-', ''))"
    return f"CASE WHEN regexp_full_match({column}, '[0-9A-Z]*') THEN {column} ELSE {cleaned} END"


def token_sql(plain: str, key: bytes) -> str:
    """The token in SQL of what `plain_sql` gave, under every key of the ring in turn; NULL for NULL."""
    made = plain
    for one in ring(key):
        made = _token_sql(made, one)
    return made


def _token_sql(plain: str, key: bytes) -> str:
    """HMAC-SHA256 in SQL: sha256(opad ‖ sha256(ipad ‖ x))."""
    padded = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = _blob(bytes(byte ^ 0x36 for byte in padded))
    outer = _blob(bytes(byte ^ 0x5C for byte in padded))
    return f"left(sha256({outer} || unhex(sha256({inner} || encode({plain})))), {TOKEN_DIGITS})"


def mask_sql(plain: str, kind: Sensitive) -> str:
    """The form to show of what `plain_sql` gave: `410***********123X` for identity numbers, else the last four.

    Other numbers show never more than a quarter of their digits.
    """
    size = f"length({plain})"
    tail = f"CASE WHEN {size} >= 16 THEN right({plain}, 4) ELSE right({plain}, {size} // 4) END"
    other = f"repeat('*', {size} - least(4, {size} // 4)) || {tail}"
    if kind is not Sensitive.IDENTITY:
        return other
    return (
        f"CASE WHEN regexp_full_match({plain}, '[0-9]{{15}}([0-9]{{2}}[0-9X])?') "
        f"THEN left({plain}, 3) || repeat('*', {size} - 7) || right({plain}, 4) ELSE {other} END"
    )


def mask_runs_sql(column: str, *, shortest: int = 12) -> str:
    """Free text with every run of digits that looks like an identity or account number masked.

    Runs of 16 digits and more, also in groups of four, keep their last four; shorter ones their last three.
    """
    digit = "[0-9０-９]"
    grouped = f"{digit}{{4}}(?:[ -]{digit}{{4}}){{2,}}[ -]?{digit}{{0,2}}({digit}{{3}})"
    identity = (
        f"\\b({digit}{{3}}){digit}{{3}}(?:18|19|20){digit}{{2}}(?:0[1-9]|1[0-2])"
        f"{digit}{{2}}({digit}{{3}}[0-9０-９Xx])\\b"
    )
    steps = (
        (identity, "\\1***********\\2"),
        (grouped, "*************\\1"),
        (f"{digit}{{12,}}({digit}{{4}})", "************\\1"),
        (f"{digit}{{{shortest - 3},}}({digit}{{3}})", "*" * (shortest - 3) + "\\1"),
    )
    text = column
    for pattern, shown in steps:
        text = f"regexp_replace({text}, '{pattern}', '{shown}', 'g')"
    worth_a_look = f"regexp_matches({column}, '{digit}{{8}}|{digit}{{4}}[ -]{digit}{{4}}')"
    return f"CASE WHEN {worth_a_look} THEN {text} ELSE {column} END"


def is_free_text(table: Table, column: Column) -> bool:
    """Whether people write sentences or names in a column: no key, code, number, reference or choice."""
    return (
        column.type is ColumnType.TEXT
        and column.sensitive is Sensitive.NO
        and column.name not in table.key
        and not column.references
        and not column.choices
        and column.name != "reverses"
        and not column.name.endswith(_NOT_FREE)
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _blob(content: bytes) -> str:
    return "'" + "".join(f"\\x{byte:02X}" for byte in content) + "'::BLOB"

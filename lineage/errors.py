"""What can go wrong, in three kinds that are never mixed.

Bad data is a `Problem`: a value, collected and reported. Misuse and outside causes raise from one tree
under `LineageError`. The impossible asserts.
"""

from __future__ import annotations

from dataclasses import dataclass


class LineageError(Exception):
    """Root of everything this project raises on purpose. `hint` says what to do next; `exit_code` is the command's."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class Misuse(LineageError):
    """The caller asked for something that cannot be meant: a wrong option, an ambiguous name."""

    exit_code = 2


class NotFound(Misuse):
    """The ledger, batch or record that was named is not there. `near` lists what the caller may have meant."""

    def __init__(self, message: str, hint: str = "", near: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.near = near


class Busy(LineageError):
    """Another writer holds the ledger; `holder` says who, since when."""

    def __init__(self, message: str, hint: str = "", holder: str = "") -> None:
        super().__init__(message, hint)
        self.holder = holder


class Unavailable(LineageError):
    """Something outside is away: a full disk, no permission, a server that does not answer."""


class Damaged(LineageError):
    """What lies on disk is not what was written."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of input, or of a stored file: where, what was found, what was expected, what to do."""

    file: str
    found: str
    expected: str
    hint: str = ""
    table: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""

    @property
    def place(self) -> str:
        """`file[sheet]:row:column`, the parts that are known."""
        sheet = f"[{self.sheet}]" if self.sheet else ""
        parts = [self.file + sheet, "" if self.row is None else str(self.row), self.column]
        return ":".join(part for part in parts if part)

    def __str__(self) -> str:
        if self.hint:
            return f'{self.place}: found "{self.found}", expected {self.expected}; {self.hint}'
        return f'{self.place}: found "{self.found}", expected {self.expected}'

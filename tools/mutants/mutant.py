"""One small change of one file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """Where, the line as it stands, what is changed in it, and the whole changed text of the file."""

    path: str
    line: int
    stands: str
    before: str
    after: str
    text: str

    @property
    def change(self) -> tuple[str, str, str, str]:
        """What names it while lines above come and go."""
        return self.path, self.stands, self.before, self.after

    def __str__(self) -> str:
        """As a survivor is told."""
        return f"{self.path}:{self.line}: {self.before} → {self.after}  in  {self.stands}"

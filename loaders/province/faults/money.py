"""What a planted amount is: poverty money, other money, money of a listed function."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """What an amount is: function, poverty flag, source at the province, years before the province's."""

    function: str = "2130505"
    poverty: str = "true"
    source: str = "central"
    years_ago: int = 0

    @property
    def in_scope(self) -> bool:
        """By the contract: the flag, or 21305 (no planted indicator is basic expenditure)."""
        return self.poverty == "true" or self.function.startswith("21305")

    @property
    def tier(self) -> str:
        """The tier of the allocation it comes from."""
        return "relocation" if self.source == "relocation_financing" else "province"


POOR = Money()
OTHER = Money("2050204", "false")
LISTED = Money("2130142")

"""What a round found that nobody was told of yet: findings that are new, returned, overdue, mended; by division."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from api.watch.state import State
from queries.findings import Case, Findings


@dataclass(frozen=True, slots=True)
class News:
    """Findings to tell of, each in one list only: one that returned is not new; one new and overdue is new."""

    new: tuple[Case, ...] = ()
    returned: tuple[Case, ...] = ()
    overdue: tuple[Case, ...] = ()
    mended: tuple[str, ...] = ()

    def lists(self) -> tuple[tuple[str, tuple[Case, ...]], ...]:
        """The lists with their names, in the order to tell them."""
        return (("returned", self.returned), ("new", self.new), ("overdue", self.overdue))

    def within(self, inside: frozenset[str] | None, severities: tuple[str, ...]) -> News:
        """What concerns these divisions (None: all) at these severities."""

        def chosen(cases: tuple[Case, ...]) -> tuple[Case, ...]:
            return tuple(
                one for one in cases if one.severity in severities and (inside is None or one.division_code in inside)
            )

        return News(chosen(self.new), chosen(self.returned), chosen(self.overdue), self.mended)

    def __bool__(self) -> bool:
        return bool(self.new or self.returned or self.overdue)


def news_of(found: Findings, state: State, today: date) -> News:
    """Compare what holds now with what the state remembers, and bring the state up to date.

    "Returned" are those closed as mended that hold again, and those that were gone and are back.
    """
    holding = {case.id: case for case in found.cases if not case.mended}
    before, gone, told = set(state.holding), set(state.gone), set(state.overdue)
    fresh = [case for name, case in holding.items() if name not in before]
    returned = tuple(case for case in fresh if case.returned or case.id in gone)
    known = {case.id for case in returned}
    new = tuple(case for case in fresh if case.id not in known)
    late = {case.id: case for case in holding.values() if case.overdue(today)}
    overdue = tuple(case for name, case in late.items() if name not in told and name not in {one.id for one in fresh})
    mended = tuple(sorted(before - holding.keys()))
    state.holding = sorted(holding)
    state.gone = sorted((gone | set(mended)) - holding.keys())
    state.overdue = sorted(late)
    return News(new, returned, overdue, mended)

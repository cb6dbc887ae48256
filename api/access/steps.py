"""An explained amount as somebody may see it: steps out of one's own pools; sources outside are `hidden:N`.

A step out of a pool that lies outside is left out whole, for its shares tell of other draws; how many is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.access.hiding import HIDDEN
from api.access.scopes import Scope, division_of
from lineage.explain import UNSOURCED

if TYPE_CHECKING:
    from lineage.explain import Explanation
    from lineage.ledger import Ledger


def explanation_json(explained: Explanation, scope: Scope, ledger: Ledger) -> dict[str, Any]:
    """The explanation's JSON within a scope, with `hidden_steps` beside."""
    answer = {**explained.to_json(), "hidden_steps": 0}
    if scope.divisions is None:
        return answer
    names: dict[str, str] = {}

    def named(record: str) -> str:
        if record in UNSOURCED or scope.holds(division_of(ledger, record)):
            return record
        return names.setdefault(record, f"{HIDDEN}:{len(names) + 1}")

    steps = [step for step in answer["steps"] if scope.holds(division_of(ledger, step["pool"]))]
    for step in steps:
        step["to"] = named(step["to"])
        step["shares"] = [{**share, "source": named(share["source"])} for share in step["shares"]]
    sources = [{**one, "record": named(one["record"])} for one in answer["sources"]]
    return {**answer, "sources": sources, "steps": steps, "hidden_steps": len(answer["steps"]) - len(steps)}

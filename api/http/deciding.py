"""How a decision is answered: as soon as it stands in the journal, and once for an idempotency key.

`becomes` is the version that has the decision; it is made ready aside while the one before goes on answering.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

import lineage
from api.http.asking import Asker, answer


class Reason(BaseModel):
    """Why it is decided so."""

    model_config = ConfigDict(extra="forbid")
    why: str = Field(
        min_length=1, max_length=2000, pattern=r"\S", examples=["same number, same amount; the county confirmed"]
    )


def decided(asker: Asker, key: str, asked: list[Any], work: Callable[[], dict[str, Any]]) -> Response:
    """Do it once, answer from the journal, and let the new version be made ready aside."""

    def worked() -> tuple[int, dict[str, Any]]:
        body = work()
        return 201, {**body, "becomes": lineage.open(asker.ledger.path).version}

    status, body, is_repeat = asker.service.kept.once(asker.person.name, key, asked, worked)
    if not is_repeat:
        asker.service.renew_soon()
    response = answer(asker, body, status)
    if is_repeat:
        response.headers["Idempotency-Replayed"] = "true"
    return response

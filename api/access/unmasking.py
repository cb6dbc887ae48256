"""Clear numbers for those who may see them: role, purpose, and a site that keeps them; each look is logged.

Invariant: without a purpose no clear value is read, let alone shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse
from lineage.ledger import clear
from lineage.schema import Sensitive, Table

if TYPE_CHECKING:
    from lineage.ledger import Ledger

PURPOSE_LETTERS_LEAST = 4


def unmasked(ledger: Ledger, table: Table, row: Mapping[str, Any], purpose: str) -> dict[str, str]:
    """The clear numbers of a row by column; one that is not kept is left out.

    Raises Misuse (no purpose), NotFound (the site keeps none). Who calls this has checked the role, and logs the look.
    """
    if len(purpose.strip()) < PURPOSE_LETTERS_LEAST:
        raise Misuse("X-Purpose: found none, expected why the numbers are needed", "it is kept in the look-up log")
    columns = [column for column in table.columns if column.sensitive is not Sensitive.NO and row[column.stored]]
    values = clear.values(ledger.path, [str(row[column.stored]) for column in columns])
    return {column.name: values[row[column.stored]] for column in columns if row[column.stored] in values}

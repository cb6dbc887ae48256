"""The tile map: every division as a tile under its fiscal parent, shaded by any measure that is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from api.http.routes.questions import ranked
from api.pages.finding_rows import cases_of
from api.pages.layout import View
from api.pages.markup import Safe, tag
from lineage.money import to_fen
from viz.charts import tile_map, tiles_of

_AMOUNTS = ("scale", "expenditure", "received", "own", "passed_down", "unspent", "findings_amount", "difference_amount")
MEASURES = ("progress", *_AMOUNTS, "findings_number", "score")


def measure_map(view: View, answer: dict[str, Any], measure: str) -> Safe:
    """The map of one measure; a tile opens its division. No data is hatched, never pale."""
    inside = {row["division_code"] for row in answer["divisions"]}
    values = _values(view, answer, measure)
    rows = view.asker.ledger.rows("SELECT division_code, name, fiscal_parent FROM divisions ORDER BY division_code")
    listed = [
        (row["division_code"], row["name"], row["fiscal_parent"] or "")
        for row in rows
        if row["division_code"] in inside and row["fiscal_parent"]
    ]
    tiles = tiles_of(
        listed,
        values,
        stacks=2,
        names=view.names,
    )
    opened = [
        tile if tile.is_heading else replace(tile, href=view.to("/division", code=tile.key, year=answer["year"]))
        for tile in tiles
    ]
    caption = view.say("map", measure=view.say(measure))
    unit = tag("small", view.unit_word) if measure in _AMOUNTS else None
    drawn = Safe(tile_map(caption, opened, size=50, show=_shown(view, measure)))
    return tag("figure", tag("figcaption", caption, " ", unit), drawn, class_="map")


def _values(view: View, answer: dict[str, Any], measure: str) -> dict[str, int]:
    """The measure by division as whole numbers: fen, counts, hundredths of a point or of a per cent."""
    asker = view.asker
    if measure.startswith("findings"):
        sums: dict[str, int] = dict.fromkeys((row["division_code"] for row in answer["divisions"]), 0)
        for row in cases_of(view):
            if row["division_code"] in sums:
                sums[row["division_code"]] += 1 if measure == "findings_number" else to_fen(row["amount"])
        return sums
    if measure == "score":
        ranks = ranked(asker)["divisions"]
        return {row["division_code"]: _hundredths(row["score"], 100) for row in ranks}
    if measure == "difference_amount":
        return _differences(view)
    values = {}
    for row in answer["divisions"]:
        value = _value(row, measure)
        if value is not None:
            values[row["division_code"]] = value
    return values


def _differences(view: View) -> dict[str, int]:
    """Absolute differences of both measures, all tiers together, where there is a report."""
    from api.pages.reconciliation import reconciled

    sums: dict[str, int] = {}
    for row in reconciled(view, None, "2017")["divisions"]:
        if row["tier"] == "all":
            sums[row["division_code"]] = sums.get(row["division_code"], 0) + abs(to_fen(row["difference"]))
    return sums


def _value(row: dict[str, Any], measure: str) -> int | None:
    if measure == "progress":
        return None if row["progress"] is None else _hundredths(row["progress"], 10_000)
    scale, spent = to_fen(row["scale"]), to_fen(row["expenditure"])
    received = sum(to_fen(amount) for amount in row["received"].values())
    if not (scale or spent or received):
        return None
    if measure == "unspent":
        return scale - spent
    return received if measure == "received" else to_fen(row[measure])


def _hundredths(text: str, scale: int) -> int:
    """A decimal text times `scale`, which makes it whole: "0.6191" by 10,000 is 6191."""
    return int(Decimal(text) * scale)


def _shown(view: View, measure: str) -> Callable[[int], str]:
    if measure in _AMOUNTS:
        return view.money
    if measure == "findings_number":
        return str
    after = "" if measure == "score" else "%"
    return lambda hundredths: f"{Decimal(hundredths) / 100:.2f}{after}"

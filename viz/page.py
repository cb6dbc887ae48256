"""One trail as one self-contained HTML file: graph, tables, legend; no network request at all.

The page is our own template (`viz.offline`); only the network comes from pyvis (`viz.network`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viz.drawing import Drawing, fen, read
from viz.legend import legend
from viz.offline import asset, fill, program, script_json, written
from viz.scene import Scene, page_data, scene
from viz.tables import breaks_table, edges_table, records_table, sources_table, yuan
from viz.words import Words

_PROGRAM = ("money.js", "tables.js", "shown.js", "cards.js", "graph.js", "panels.js", "framed.js")


def view(
    trail: Any, path: str | Path | None = None, lang: str = "zh", *, divisions: Mapping[str, str] | None = None
) -> str:
    """The graph page of a trail (a `Trail` or its JSON object); written to `path` as UTF-8 when given.

    `divisions` gives names to division codes. Raises Misuse, ValueError when the input is no trail.
    Cost: 0.3 s for 1,500 nodes; larger trails are drawn folded by division and kind.
    """
    drawing = read(trail)
    return written(render(drawing, {**names_inside(drawing), **(divisions or {})}, Words(lang)), path)


def render(drawing: Drawing, names: Mapping[str, str], words: Words) -> str:
    """The page's text."""
    from viz.network import script

    decided = scene(drawing)
    return fill(
        "page.html",
        scripts=(script(), program(*_PROGRAM)),
        style=asset("page.css"),
        words=words,
        trail=drawing.trail,
        direction=drawing.direction,
        state=str(drawing.trail.get("state") or "none"),
        policy=drawing.policy,
        unbounded=all(source.get("least") is None for source in drawing.trail.get("sources") or ({"least": 0},)),
        facts=facts(drawing, words),
        notices=_notices(decided, words),
        tables=[
            sources_table(drawing, names, words),
            breaks_table(drawing, words),
            records_table(drawing, decided.natures, names, words),
            edges_table(drawing, words),
        ],
        bars=bars(drawing),
        legend=legend(words, _counts(decided)),
        yuan=yuan,
        data=script_json(page_data(decided, names, words)),
    )


def names_inside(drawing: Drawing) -> dict[str, str]:
    """Division names that the answer itself carries."""
    named = (item for item in drawing.trail["nodes"] if item.get("division"))
    return {item.get("division_code") or "": str(item["division"]) for item in named}


def facts(drawing: Drawing, words: Words) -> list[tuple[str, str, int | None]]:
    """The line of facts under the heading: label, text, and fen where it is money."""
    trail = drawing.trail
    found: list[tuple[str, str, int | None]] = [(words["amount"], "", fen(trail.get("amount")))]
    if trail.get("pool") is not None and trail["pool"] != trail.get("amount"):
        found.append((words["pool"], "", fen(trail["pool"])))
    if fen(trail.get("unsourced")):
        found.append((words["unsourced"], "", fen(trail["unsourced"])))
    found.append((words["policy"], f"{words.of('policy', drawing.policy)} {drawing.policy}", None))
    for key in ("as_of", "as_known", "version", "engine"):
        if trail.get(key):
            found.append((words[key], str(trail[key]), None))
    return found


def bars(drawing: Drawing) -> list[tuple[int, int, int]]:
    """For each source: least, most and amount in thousandths of the pool (without bounds all are the amount)."""
    whole = fen(drawing.trail.get("pool")) or 1
    found = []
    for source in drawing.trail.get("sources") or ():
        amount = fen(source["amount"])
        least = fen(source["least"]) if source.get("least") is not None else amount
        most = fen(source["most"]) if source.get("most") is not None else amount
        found.append((least * 1000 // whole, most * 1000 // whole, amount * 1000 // whole))
    return found


def _notices(decided: Scene, words: Words) -> list[str]:
    """What the reader must know before believing the picture: cut short, folded, cyclic."""
    trail = decided.drawing.trail
    notices = [str(note) for note in trail.get("notes") or ()]
    if trail.get("truncated"):
        notices.append(words.say("truncated", more=trail.get("more") or 0))
    folded = [decided.grouping.groups[index] for index in decided.grouping.folded]
    if folded:
        members = sum(len(found.members) for found in folded)
        records = sum(1 for node in decided.drawing.nodes if node.is_counted)
        notices.append(words.say("aggregated", records=records, groups=len(folded), members=members))
    if decided.grouping.level < 9:
        notices.append(words.say("coarser", level=words[f"level_{decided.grouping.level}"]))
    if decided.positions.folded:
        notices.append(words.say("cycle", edges=len(decided.positions.folded)))
    return notices


def _counts(decided: Scene) -> dict[str, int]:
    """How many nodes and edges of each nature and evidence there are."""
    counts: dict[str, int] = {}
    for kind in decided.natures:
        counts[kind] = counts.get(kind, 0) + 1
    for edge in decided.drawing.edges:
        counts[edge.evidence + "-edge"] = counts.get(edge.evidence + "-edge", 0) + 1
    counts["broken"] = sum(1 for node in decided.drawing.nodes if node.breaks and not node.is_break)
    return counts

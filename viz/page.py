"""One trail as one self-contained HTML file: graph, tables, legend; no network request at all.

The page is our own template; only the network comes from pyvis (`viz.network`). Nothing of the data can
become markup: the template escapes, the script gets its data as JSON with `<`, `>`, `&` escaped and writes it
as text, and a Content-Security-Policy allows exactly our scripts and styles by their hashes and no request.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from viz.drawing import STAGES, Drawing, fen, read
from viz.grouping import LIMIT, Group, Grouping, group, shown_as
from viz.layers import Layout, layout
from viz.legend import legend
from viz.natures import EVIDENCES, NATURES, natures
from viz.tables import breaks_table, division, edges_table, records_table, sources_table, yuan
from viz.words import Words

_SCRIPT_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def view(
    trail: Any, path: str | Path | None = None, lang: str = "zh", *, divisions: Mapping[str, str] | None = None
) -> str:
    """The graph page of a trail (a `Trail` or its JSON object); written to `path` as UTF-8 when given.

    `divisions` gives names to division codes. Raises Misuse, ValueError when the input is no trail.
    Cost: 0.3 s for 1,500 nodes; larger trails are drawn folded by division and kind.
    """
    drawing = read(trail)
    html = render(drawing, {**_names_inside(drawing), **(divisions or {})}, Words(lang))
    if path is not None:
        Path(path).write_text(html, encoding="utf-8", newline="\n")
    return html


def render(drawing: Drawing, names: Mapping[str, str], words: Words) -> str:
    """The page's text."""
    from viz.network import script

    kinds = natures(drawing)
    grouping = group(drawing, kinds)
    stands_for = shown_as(len(drawing.nodes), grouping)
    placed = _placed(drawing, grouping, stands_for)
    data = _data(drawing, kinds, grouping, placed, names, words)
    style, code, library = asset("page.css"), asset("page.js"), script()
    tables = [
        sources_table(drawing, names, words),
        breaks_table(drawing, words),
        records_table(drawing, kinds, names, words),
        edges_table(drawing, words),
    ]
    html: str = _template("page.html").render(
        words=words,
        trail=drawing.trail,
        direction=str(drawing.trail.get("direction") or "up"),
        state=str(drawing.trail.get("state") or "none"),
        bounded=any(source.get("least") is not None for source in drawing.trail.get("sources") or ()),
        facts=_facts(drawing, words),
        notices=_notices(drawing, grouping, placed[1], words),
        tables=tables,
        bars=_bars(drawing),
        legend=legend(words, _counts(drawing, kinds)),
        policy=policy_of(drawing),
        yuan=yuan,
        style=style,
        library=library,
        code=code,
        data=script_json(data),
        csp=policy_text(scripts=(library, code), styles=(style,)),
    )
    return html


def script_json(value: Any) -> str:
    """JSON that may stand inside a script element: no character in it can end the element or the string."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_SCRIPT_ESCAPES)


def policy_text(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """A Content-Security-Policy that allows these inline scripts and styles and nothing else."""
    allowed = {
        "default-src": "'none'",
        "script-src": " ".join(_hash(text) for text in scripts) or "'none'",
        "style-src": " ".join(_hash(text) for text in styles) or "'none'",
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


@lru_cache(maxsize=16)
def asset(name: str) -> str:
    """A file of `viz/assets`."""
    return files("viz").joinpath("assets", name).read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def _template(name: str) -> Any:
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
        asset(name)
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy_of(drawing: Drawing) -> str:
    """The answer's policy name."""
    return str(drawing.trail.get("policy") or "pro-rata")


def _names_inside(drawing: Drawing) -> dict[str, str]:
    """Division names that the answer itself carries."""
    named = (item for item in drawing.trail["nodes"] if item.get("division"))
    return {item.get("division_code") or "": str(item["division"]) for item in named}


def _placed(drawing: Drawing, grouping: Grouping, stands_for: Sequence[int]) -> tuple[dict[int, int], Layout]:
    """Where shown nodes stand: node id -> position in the layout, and the layout."""
    count = len(drawing.nodes)
    shown = sorted(set(stands_for))
    place = {node: position for position, node in enumerate(shown)}
    stages = [drawing.nodes[node].stage if node < count else grouping.groups[node - count].stage for node in shown]
    joined = {(place[stands_for[edge.source]], place[stands_for[edge.target]]) for edge in drawing.edges}
    return place, layout(stages, sorted((source, target) for source, target in joined if source != target))


def _data(
    drawing: Drawing,
    kinds: Sequence[str],
    grouping: Grouping,
    placed: tuple[dict[int, int], Layout],
    names: Mapping[str, str],
    words: Words,
) -> dict[str, Any]:
    """What the page's script works on. Amounts are fen as strings: a script number is a float."""
    place, positions = placed
    count = len(drawing.nodes)
    stands_for = shown_as(count, grouping)
    records = []
    for node in drawing.nodes:
        at = place[stands_for[node.index]]
        records.append(
            {
                "record": node.record,
                "kind": words.of("kind", node.kind),
                "division": division(node.division_code, names),
                "place": names.get(node.division_code, node.division_code),
                "title": words.of("reason", node.title) if node.is_break else node.title,
                "amount": str(node.amount_fen),
                "attributed": None if node.attributed_fen is None else str(node.attributed_fen),
                "nature": kinds[node.index],
                "breaks": [words.of("reason", reason) for reason in node.breaks],
                "isBreak": node.is_break,
                "x": positions.x[at],
                "y": positions.y[at],
            }
        )
    groups = [_group_data(found, names, words) for found in grouping.groups]
    for index in grouping.folded:
        at = place[count + index]
        groups[index].update(x=positions.x[at], y=positions.y[at])
    return {
        "network": _network(drawing, kinds, grouping, stands_for, placed),
        "records": records,
        "flows": [[edge.source, edge.target, str(edge.amount_fen), edge.date, edge.evidence] for edge in drawing.edges],
        "groups": groups,
        "folded": list(grouping.folded),
        "looks": {name: [look.shape, look.fill, look.line, look.tint] for name, look in NATURES.items()},
        "evidences": {name: [colour, list(dashes)] for name, (colour, dashes) in EVIDENCES.items()},
        "bands": [[words[f"stage_{band.stage}"], band.left, band.right] for band in positions.bands],
        "root": drawing.root,
        "direction": str(drawing.trail.get("direction") or "up"),
        "limit": LIMIT,
        "lang": words.lang,
        "words": words.everything(),
    }


def _group_data(found: Group, names: Mapping[str, str], words: Words) -> dict[str, Any]:
    return {
        "division": division(found.division_code, names),
        "place": names.get(found.division_code, found.division_code),
        "kind": words.of("kind", found.kind),
        "members": list(found.members),
        "amount": str(found.amount_fen),
        "nature": found.nature,
        "broken": found.broken,
    }


def _network(
    drawing: Drawing,
    kinds: Sequence[str],
    grouping: Grouping,
    stands_for: Sequence[int],
    placed: tuple[dict[int, int], Layout],
) -> dict[str, Any]:
    """pyvis's network of what is shown at first."""
    from viz.network import Line, Spot, network

    place, positions = placed
    count = len(drawing.nodes)
    spots = []
    for node in sorted(place):
        x, y = positions.x[place[node]], positions.y[place[node]]
        if node < count:
            drawn = drawing.nodes[node]
            spots.append(Spot(node, drawn.record or drawn.title, kinds[node], x, y, bool(drawn.breaks)))
        else:
            found = grouping.groups[node - count]
            label = f"{found.division_code} {found.kind} × {len(found.members)}"
            spots.append(Spot(node, label, found.nature, x, y, bool(found.broken)))
    sums: dict[tuple[int, int, str], int] = {}
    for edge in drawing.edges:
        key = (stands_for[edge.source], stands_for[edge.target], edge.evidence)
        if key[0] != key[1]:
            sums[key] = sums.get(key, 0) + edge.amount_fen
    lines = [
        Line(number, source, target, amount, evidence)
        for number, ((source, target, evidence), amount) in enumerate(sums.items())
    ]
    return network(spots, lines)


def _facts(drawing: Drawing, words: Words) -> list[tuple[str, str, int | None]]:
    """The line of facts under the heading: label, text, and fen where it is money."""
    trail = drawing.trail
    policy = policy_of(drawing)
    facts: list[tuple[str, str, int | None]] = [(words["amount"], "", fen(trail.get("amount")))]
    if trail.get("pool") is not None and trail["pool"] != trail.get("amount"):
        facts.append((words["pool"], "", fen(trail["pool"])))
    if fen(trail.get("unsourced")):
        facts.append((words["unsourced"], "", fen(trail["unsourced"])))
    facts.append((words["policy"], f"{words.of('policy', policy)} {policy}", None))
    for key in ("as_of", "as_known", "version", "engine"):
        if trail.get(key) is not None:
            facts.append((words[key], str(trail[key]), None))
    return facts


def _notices(drawing: Drawing, grouping: Grouping, positions: Layout, words: Words) -> list[str]:
    """What the reader must know before believing the picture: cut short, folded, cyclic, without bounds."""
    trail = drawing.trail
    notices = [str(note) for note in trail.get("notes") or ()]
    if trail.get("truncated"):
        notices.append(words.say("truncated", more=trail.get("more") or 0))
    if grouping.folded:
        folded = [grouping.groups[index] for index in grouping.folded]
        members = sum(len(found.members) for found in folded)
        records = sum(1 for node in drawing.nodes if node.is_counted)
        notices.append(words.say("aggregated", records=records, groups=len(folded), members=members))
        length = max(len(found.division_code) for found in folded)
        if f"{length}" in ("0", "2", "4"):
            notices.append(words.say("coarser", level=words[f"level_{length}"]))
    if positions.folded:
        notices.append(words.say("cycle", edges=len(positions.folded)))
    return notices


def _bars(drawing: Drawing) -> list[tuple[int, int, int]]:
    """For each source with bounds or not: start and end of the bounds and of the amount, in thousandths of the pool."""
    trail = drawing.trail
    whole = fen(trail.get("pool")) or 1
    bars = []
    for source in trail.get("sources") or ():
        amount = fen(source["amount"])
        least = fen(source["least"]) if source.get("least") is not None else amount
        most = fen(source["most"]) if source.get("most") is not None else amount
        bars.append((least * 1000 // whole, most * 1000 // whole, amount * 1000 // whole))
    return bars


def _counts(drawing: Drawing, kinds: Sequence[str]) -> dict[str, int]:
    """How many nodes and edges of each nature and evidence there are."""
    counts: dict[str, int] = {}
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    for edge in drawing.edges:
        counts[edge.evidence + "-edge"] = counts.get(edge.evidence + "-edge", 0) + 1
    counts["broken"] = sum(1 for node in drawing.nodes if node.breaks and not node.is_break)
    return counts


assert len(STAGES) == 6, "a stage needs its words: stage_0 … stage_5"

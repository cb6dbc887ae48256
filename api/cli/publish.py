"""`lineage publish URI`: bring a Neo4j server's graph to the ledger's state."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Settings, option, options
from api.cli.output import DONE, note, print_json, progress
from lineage.errors import Misuse
from lineage.words import say


@options("ledger", "json", "as_of", "as_known")
def publish_command(
    settings: Settings,
    uri: Annotated[str, typer.Argument(metavar="URI", envvar="LINEAGE_GRAPH")] = "",
    with_names: Annotated[bool, option("with_names", "--with-names")] = False,
    anew: Annotated[bool, option("anew", "--anew")] = False,
    to_csv: Annotated[Path | None, option("to_csv", "--to-csv", metavar="DIR", file_okay=False)] = None,
) -> int:
    """Publish, whole or what changed; or write files for Neo4j's own import tool."""
    if to_csv is not None:
        return write_files(settings, to_csv, with_names=with_names)
    if not uri:
        raise Misuse("publish takes the URI of a Neo4j server, or --to-csv DIR")
    from api.homes import home_at
    from queries.bolt.driver import connect
    from queries.bolt.publish import publish

    home_at(uri).close()
    ledger = settings.open()
    connection = connect(uri)
    begun = time.monotonic()
    try:
        with progress(say("graph.publishing", settings.lang), ledger.graph.node_count) as told:
            done = publish(connection, ledger, with_names=with_names, anew=anew, told=told)
    finally:
        connection.close()
    seconds = time.monotonic() - begun
    if settings.json:
        print_json(asdict(done) | {"seconds": round(seconds, 3)})
    else:
        rate = int((done.written + done.edges) / seconds) if seconds else 0
        note(say("graph.published", settings.lang, written=done.written, edges=done.edges, removed=done.removed,
                 unchanged=done.unchanged, version=done.version, seconds=f"{seconds:.1f}", rate=rate))
    return DONE


def write_files(settings: Settings, folder: Path, *, with_names: bool) -> int:
    """Write the files and say which command takes them in."""
    from queries.bolt.bulk import write_csv

    command = write_csv(settings.open(), folder, with_names=with_names)
    if settings.json:
        print_json({"folder": str(folder), "command": command})
    else:
        note(say("graph.files_written", settings.lang, folder=folder, command=command))
    return DONE

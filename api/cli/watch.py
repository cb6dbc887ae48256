"""`lineage watch PLAN`: rounds on a timetable; once; a trial of the channels; or when everybody last delivered."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, FOUND, note, print_json, print_table
from lineage.words import say
from lineage.words.errors import told_error, told_line

if TYPE_CHECKING:
    from api.watch.plan import Plan
    from api.watch.rounds import Round


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"watch.{key}", LANGUAGE)


@options("ledger", "json")
def watch_command(
    settings: Settings,
    plan: Annotated[Path, typer.Argument(metavar="PLAN", dir_okay=False, help=text("argument_plan"))],
    once: Annotated[bool, typer.Option("--once", help=text("option_once"))] = False,
    test: Annotated[bool, typer.Option("--test", help=text("option_test"))] = False,
    status: Annotated[bool, typer.Option("--status", help=text("option_status"))] = False,
) -> int:
    """Watch until stopped; with --once, 1 when something could not be done or told."""
    from api.watch.plan import read_plan
    from api.watch.rounds import run_round
    from api.watch.timetable import stopped_by_signals, watch

    read = read_plan(plan)
    if status:
        return show_status(settings, read)
    if test:
        return try_channels(settings, read)
    if once:
        return one_round(settings, read)
    note(say("watch.watching", settings.lang, feeds=len(read.feeds), targets=len(read.targets)))

    def each(now: datetime) -> None:
        show(run_round(settings.ledger, read, now, settings.lang), settings)

    watch(settings.ledger, read, clock, stopped_by_signals(), each)
    return DONE


def clock() -> datetime:
    """Now, in the machine's own time."""
    return datetime.now().astimezone()


def one_round(settings: Settings, plan: Plan) -> int:
    """One round now, as a timer of the system would start it."""
    from api.watch.rounds import run_round
    from api.watch.timetable import only_one

    now = clock()
    with only_one(settings.ledger, now):
        done = run_round(settings.ledger, plan, now, settings.lang)
    show(done, settings)
    return FOUND if done.failed or done.errors or any(one.what == "failed" for one in done.feeds) else DONE


def show(done: Round, settings: Settings) -> None:
    """A round in a line, feeds and errors beside it."""
    if settings.json:
        print_json(asdict(done))
        return
    from api.watch.messages import feed_line

    for one in done.feeds:
        note(feed_line(one, settings.lang))
    note(say("watch.round", settings.lang, **asdict(done)))
    for error in done.errors:
        note(say("watch.error", settings.lang, text=told_line(error, settings.lang)))


def try_channels(settings: Settings, plan: Plan) -> int:
    """Send each target a trial message now; 1 when one was not taken."""
    from api.watch.channels import SENDERS
    from api.watch.messages import Message
    from lineage.errors import Unavailable

    note(say("watch.plan_whole", settings.lang, feeds=len(plan.feeds), targets=len(plan.targets)))
    now, failed = clock(), 0
    for target in plan.targets:
        subject = say("watch.trial", target.language, ledger=settings.ledger.absolute().name)
        name = f"trial-{now:%Y%m%d%H%M%S}"
        body = {"id": name, "kind": "trial", "at": now.isoformat(timespec="seconds")}
        try:
            SENDERS[target.channel](Message(name, "trial", subject, subject + "\n", body), target, plan.mail)
            note(f"{target.name}: ok")
        except Unavailable as error:
            failed += 1
            note(told_error(error, settings.lang))
    return FOUND if failed else DONE


def show_status(settings: Settings, plan: Plan) -> int:
    """Feeds and divisions with their last delivery."""
    import queries
    from api.watch.state import home_of, read_state

    state, found = read_state(home_of(settings.ledger)), queries.deliveries(settings.open())
    if settings.json:
        told = {feed.name: asdict(state.feed(feed.name)) for feed in plan.feeds}
        print_json({"feeds": told, "divisions": [one.to_json() for one in found], "errors": state.errors})
        return DONE

    def standing(name: str) -> str:
        one = state.feed(name)
        if one.error:
            return say("watch.state_failing", settings.lang, error=told_line(one.error, settings.lang))
        return say("watch.state_stale" if one.stale else "watch.state_delivering", settings.lang)

    heads = [
        say(f"watch.head_{name}", settings.lang)
        for name in ("feed", "delivered", "looked", "batch", "rejected", "state")
    ]
    known = [(feed.name, state.feed(feed.name)) for feed in plan.feeds]
    rows = [(name, one.delivered_at, one.looked_at, one.batch, one.rejected, standing(name)) for name, one in known]
    print_table(heads, rows, right=heads[3:5])
    heads = [
        say(f"watch.head_{name}", settings.lang)
        for name in ("division", "name", "delivered", "batch", "latest", "records")
    ]
    print_table(
        heads,
        [(one.division_code, one.name, one.delivered_at, one.batch, one.latest, one.records) for one in found],
        right=heads[3:],
    )
    return DONE

"""A small watched ledger for tests: a folder of files, a plan, and rounds at moments that the test sets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from api.watch.plan import read_plan
from api.watch.rounds import Round, run_round

BEGIN = datetime.fromisoformat("2026-03-02T07:00:00+08:00")
DIVISIONS = """division_code,name,level,fiscal_parent,direct
410000000,河南省,province,,false
410100000,郑州市,city,410000000,false
410122000,中牟县,county,410100000,false
410200000,开封市,city,410000000,false
410222000,通许县,county,410200000,false
"""
PAYMENTS = "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name\n"


@dataclass
class Watched:
    """A ledger, its incoming folder and its plan; `now` moves on with `hours`."""

    folder: Path
    now: datetime = BEGIN

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    def put(self, name: str, text: str) -> None:
        """A delivered file, long at rest."""
        file = self.folder / "incoming" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        then = (self.now - timedelta(minutes=1)).timestamp()
        os.utime(file, (then, then))

    def plan(self, tables: str, settings: str = "") -> Path:
        """The plan: settings, one feed, `county`, and these further tables."""
        feed = '[[feeds]]\nname = "county"\nfrom = "incoming"\nexpected_hours = 26\n'
        file = self.folder / "watch.toml"
        file.write_text(f"{settings}\n{feed}{tables}", encoding="utf-8")
        return file

    def round(self, hours: float = 0) -> Round:
        """A round, so many hours after the one before."""
        self.now += timedelta(hours=hours)
        return run_round(self.ledger, read_plan(self.folder / "watch.toml"), self.now)


def orphan(name: str, division: str = "410122000", amount: str = "100.00") -> str:
    """A payment that names no indicator: `chain/payment-without-indicator` finds it."""
    return f"{name},,{division},{amount},2026-02-10,valid,direct,village,大孟镇\n"

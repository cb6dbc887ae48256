"""The places of a made province: divisions, their agencies, projects and the first word of their documents.

Read from the packaged list of 2017 (`loaders/reference/henan_divisions_2017.csv`: GB/T 2260 codes, the
fiscal tree of the ten directly administered counties, the 53 poverty counties). Position 0 is the province.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

AGENCY_NAMES = ("扶贫开发办公室", "农业农村局", "交通运输局", "水利局")
AGENCIES_EACH = len(AGENCY_NAMES)
PROJECT_NAMES = ("产业扶贫项目", "基础设施项目", "到户增收项目", "社会事业项目")
PROJECTS_EACH = len(PROJECT_NAMES)


@dataclass(frozen=True, slots=True)
class Places:
    """All divisions as parallel columns; `parent` is the position of the fiscal parent, -1 for the province."""

    code: tuple[str, ...]
    name: tuple[str, ...]
    level: tuple[str, ...]
    admin_parent: tuple[str, ...]
    poverty: tuple[bool, ...]
    parent: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.code)

    @property
    def is_city(self) -> NDArray[np.bool_]:
        """Which positions are cities."""
        return np.array([level == "city" for level in self.level])

    @property
    def is_county(self) -> NDArray[np.bool_]:
        """Which positions are counties, directly administered ones too."""
        return np.array([level == "county" for level in self.level])

    @property
    def is_direct(self) -> NDArray[np.bool_]:
        """Counties that deal with the province directly (省直管县)."""
        is_below: NDArray[np.bool_] = self.parent == 0
        return self.is_county & is_below

    def agency(self, place: int, ordinal: int) -> str:
        """Code of the division's agency number `ordinal`, 0 … AGENCIES_EACH - 1."""
        return f"{self.code[place]}{ordinal + 1:03d}"

    def project(self, place: int, ordinal: int) -> str:
        """Code of the division's project number `ordinal`, 0 … PROJECTS_EACH - 1."""
        return f"{self.code[place]}PRJ{ordinal + 1:02d}"

    def document_word(self, place: int) -> str:
        """What the division's document numbers begin with: 豫财农 for the province, 商财预 for Shangqiu."""
        return "豫财农" if place == 0 else self.name[place][0] + "财预"


@cache
def henan_2017() -> Places:
    """The divisions of Henan as they stood in 2017: province, 18 cities with Jiyuan, their counties."""
    text = resources.files("loaders").joinpath("reference/henan_divisions_2017.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    position = {row["division_code"]: at for at, row in enumerate(rows)}
    return Places(
        code=tuple(row["division_code"] for row in rows),
        name=tuple(row["name"] for row in rows),
        level=tuple(row["level"] for row in rows),
        admin_parent=tuple(row["admin_parent"] for row in rows),
        poverty=tuple(bool(row["poverty_county"]) for row in rows),
        parent=np.array([position.get(row["fiscal_parent"], -1) for row in rows], dtype=np.int32),
    )

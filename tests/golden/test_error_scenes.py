"""The gallery of errors at the terminal: what a person reads in each scene, in English and in Chinese."""

from __future__ import annotations

import re

import pytest

from lineage.words import LANGUAGES, Language
from tests.golden.error_scenes import GALLERIES, gallery


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_scene_is_as_reviewed(language: Language) -> None:
    assert gallery(language) == GALLERIES[language].read_text(encoding="utf-8")


def test_every_chinese_scene_is_told_in_chinese() -> None:
    scenes = GALLERIES["zh"].read_text(encoding="utf-8").split("\n\n")
    told = [scene.partition("\n$ ")[2].partition("\n")[2] for scene in scenes]
    assert [text for text in told if not re.search(r"[\u4e00-\u9fff]", text)] == []

"""The gallery of errors: every text says where, what was found, what was expected, and what to do."""

from __future__ import annotations

import pytest

from tests.golden.error_scenes import GALLERY, SCENES, Scene, shown


def kept() -> dict[str, str]:
    parts = GALLERY.read_text(encoding="utf-8").split("# ")[1:]
    return {part.split("\n")[0]: "\n".join(part.rstrip("\n").split("\n")[2:]) + "\n" for part in parts}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_the_words_of_an_error_are_those_reviewed(scene: Scene) -> None:
    assert shown(scene) == kept()[scene.title]


def test_the_gallery_has_the_scenes_and_no_other() -> None:
    assert list(kept()) == [scene.title for scene in SCENES]

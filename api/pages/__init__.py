"""The web pages: the four modules for people, served beside the API, nothing fetched from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter


def routes() -> tuple[APIRouter, ...]:
    """The routes of every page."""
    from api.pages import division, feeds, overview, packs, ranking, reconciliation, risk, search, signin, trail

    modules = (overview, division, trail, packs, risk, reconciliation, ranking, search, feeds, signin)
    return tuple(module.routes for module in modules)

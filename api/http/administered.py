"""The answers for administrators: people and who looked at what; their shapes for the contract."""

from __future__ import annotations

from pydantic import Field

from api.http.shapes import Page, Shape


class User(Shape):
    """One who may sign in; `has_key`: whether a key of ours opens anything for that one."""

    name: str
    roles: list[str]
    divisions: list[str]
    active: bool
    has_key: bool


class Users(Page):
    """All people."""

    users: list[User]


class KeyGiven(User):
    """A person with the key, which is shown this once."""

    key: str = Field(examples=["flk_…"])


class Look(Shape):
    """One request: who, when, from where, what was asked, what came of it, and the hash of the line before."""

    at: str
    who: str | None
    client: str
    request: str
    method: str
    path: str
    query: str
    purpose: str
    status: int
    previous: str


class Looks(Page):
    """Requests of a day in the order of time; `days` are those of which there are any."""

    day: str
    days: list[str]
    looks: list[Look]

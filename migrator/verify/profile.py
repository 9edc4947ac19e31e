"""Kinds of destinations, as data: what one accepts and the next refuses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of destination.

    `name` says which; the other fields are the facts the rules ask for.
    """

    name: str


BADGR = Profile(name="badgr-server 3.23.1")

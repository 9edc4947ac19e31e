"""Badges that live at the very host they were read from: no other can ask it once it is off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from migrator.archive.accounts import SavedDestination
from migrator.archive.archive import Archive

# The place of a live source is its address, with the account behind it.
_LIVE = "select id, place from source where place like 'http://%' or place like 'https://%'"
_THERE = """
select count(distinct transfer.id) from sighting
join assertion on assertion.id = sighting.assertion_id
join transfer on transfer.assertion_id = assertion.id and transfer.destination_id = ?
where sighting.source_id in (select value from json_each(?))
  and transfer.state in ('planned', 'sending', 'waiting')
  and exists (select 1 from json_each(?)
    where substr(assertion.hosted_url, 1, length(value)) = value)
"""


@dataclass(frozen=True, slots=True)
class Hosted:
    """So many badges still to be sent are hosted by the live source they were read from."""

    host: str
    badges: int


def is_any_live(archive: Archive) -> bool:
    """Say whether anything in the archive was read from a host."""
    return archive.one(f"{_LIVE} limit 1") is not None


def hosted_by_sources(
    archive: Archive, saved: SavedDestination, names: Mapping[str, str]
) -> list[Hosted]:
    """Return the live sources that a destination must ask for badges still to be sent to it.

    `names` are other names of hosts, with the address that stands for them.
    """
    sources: dict[str, list[int]] = {}
    for source_id, place in archive.all(_LIVE):
        sources.setdefault(_host(place.partition(" ")[0]), []).append(source_id)
    sources.pop(_host(saved.url), None)
    found = []
    for host, ids in sources.items():
        called = [host, *(name for name, address in names.items() if _host(address) == host)]
        starts = [f"{scheme}://{name}/" for name in called for scheme in ("https", "http")]
        row = archive.one(_THERE, saved.id, json.dumps(ids), json.dumps(starts))
        if row is not None and row[0]:
            found.append(Hosted(host, int(row[0])))
    return found


def _host(address: str) -> str:
    return urlsplit(address).netloc.lower()

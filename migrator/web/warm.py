"""The desk made warm: what the first visitor would wait for is done before anybody comes."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from migrator import errors
from migrator.archive.archive import Archive
from migrator.web import boards
from migrator.web.badge import badge_page
from migrator.web.desk import Desk
from migrator.web.routes import START
from migrator.web.view import Asked


async def warm(site: Desk) -> None:
    """Count what the start page shows, and load what a badge's page needs.

    What goes wrong is said on the page that needs it.
    """
    with suppress(KeyError, errors.MigratorError):
        await asyncio.gather(
            site.counts.get(START, lambda: site.live.ask(boards.counted), wait=True),
            site.live.ask(_first_badge),
        )


def _first_badge(archive: Archive) -> None:
    row = archive.one("select id from assertion order by id limit 1")
    if row is not None:
        badge_page(archive, Asked({"id": str(row[0])}, {}, "html"))

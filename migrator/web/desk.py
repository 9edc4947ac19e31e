"""The desk as one application: Datasette over the live archive, with our pages before its own."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

from datasette.app import Datasette  # type: ignore[import-untyped] # has no types
from datasette.plugins import pm  # type: ignore[import-untyped] # has no types

from migrator.archive.archive import Archive
from migrator.archive.guide.describe import datasette_metadata
from migrator.web.counts import Counts
from migrator.web.database import ArchiveDatabase
from migrator.web.guard import App, Guard
from migrator.web.rights import DATABASE, GUEST, STAFF, Settings
from migrator.web.trouble import NOTHING, plainly, told

_TEMPLATES = Path(__file__).parent / "templates"
_SETTINGS = {
    "default_page_size": 100,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 1000,
    "allow_facet": False,
    "suggest_facets": False,
    "allow_download": False,
    "default_cache_ttl": 0,
    "num_sql_threads": 4,
}
QUERIES = {
    "where_is_my_badge": {
        "title": "Where is my badge?",
        "sql": "select * from learner_status where address = :address collate nocase",
    },
    "sources_and_their_books": {
        "title": "Sources and their books",
        "sql": "select * from source_summary",
    },
    "transfers_in_numbers": {
        "title": "Transfers in numbers",
        "sql": "select * from transfer_status",
    },
    "latest_requests": {
        "title": "The latest requests",
        "sql": "select at, outcome, reason, http_status, detail from attempt"
        " order by id desc limit 200",
    },
}
"""Questions that can be asked as they are, over views and small tables."""


class Desk(Datasette):  # type: ignore[misc] # Datasette has no types
    """A Datasette that is a desk: our plugin does nothing in any other."""

    def __init__(self, settings: Settings) -> None:
        _register()
        self.desk_settings = settings  # Datasette makes its application at once
        super().__init__(
            files=[],
            metadata=_metadata(settings),
            settings=_SETTINGS,
            template_dir=str(_TEMPLATES),
            secret=secrets.token_hex(32),
        )
        self.remove_database("_memory")
        self.live = ArchiveDatabase(self, settings.archive)
        self.add_database(self.live, name=DATABASE)
        self.counts = Counts(settings.archive)

    def app(self) -> App:
        """Return the application, guarded."""
        return Guard(super().app(), self.desk_settings)

    def _routes(self) -> list[tuple[Any, Any]]:
        """Return what answers which path: Datasette's views too, their errors said plainly."""
        routes = [(pattern, plainly(self, view)) for pattern, view in super()._routes()]
        return [*routes, (re.compile(""), self._nothing)]

    async def _nothing(self, request: Any, send: Any) -> None:
        await (await told(self, request, NOTHING)).asgi_send(send)

    def close(self) -> None:
        """Close every connection."""
        for database in self.databases.values():
            database.close()
        if self.executor is not None:
            self.executor.shutdown()


def desk(settings: Settings) -> Desk:
    """Return the desk over an archive; raises Usage and ArchiveDamaged when it cannot be read."""
    Archive.read(settings.archive).close()
    return Desk(settings)


def _metadata(settings: Settings) -> dict[str, Any]:
    described = datasette_metadata(DATABASE)
    described["databases"][DATABASE]["queries"] = QUERIES
    described["plugins"] = {
        "datasette-auth-passwords": {
            f"{name}_password_hash": settings.hashes[name]
            for name in (STAFF, GUEST)
            if name in settings.hashes
        }
    }
    return described


def _register() -> None:
    from migrator.web import plugin  # noqa: PLC0415 - the plugin knows the desk

    if not pm.is_registered(plugin):
        pm.register(plugin, name="badge-migrator-desk")

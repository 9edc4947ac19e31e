"""How long the desk's pages take over an archive: `python -m benchmarks.desk ARCHIVE`.

The archive is one of `benchmarks.scale`, planned. Prints one line of JSON: for each page the first
answer and the median of the next ones, in milliseconds, templates and masking included.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from migrator.archive.archive import Archive
from migrator.web.desk import Desk, desk
from migrator.web.rights import Settings
from migrator.web.warm import warm

_TIMES = 7


def paths(archive: Archive) -> list[str]:
    """Return a path of each kind of page, about a badge in the middle of the archive."""
    most = archive.all("select max(id) from assertion")[0][0]
    badge = archive.all(
        "select assertion.id, learner_id, badge_class_id, hosted_url, value from assertion"
        " join identity using (learner_id) where assertion.id >= ? limit 1",
        most // 2,
    )[0]
    address = str(badge["value"])
    swapped = address[0] + address[2] + address[1] + address[3:]
    found = [
        *("/", f"/find?q={address}", f"/find?q={swapped}", "/find?q=learner", "/find?q=badge"),
        *(f"/find?q={badge['hosted_url']}", f"/learner/{badge['learner_id']}"),
        *(f"/badge/{badge['id']}", "/problems", "/by/issuer", "/by/class", "/by/cohort"),
        *("/archive", "/archive/badge_overview", "/archive/assertion"),
        f"/archive/where_is_my_badge?address={address}",
    ]
    if badge["badge_class_id"]:
        found.append(f"/class/{badge['badge_class_id']}")
    for state, reason in archive.all("select distinct state, reason from transfer limit 3"):
        board = f"/board/1/{state}" + (f"/{reason}" if reason else "")
        found += [board, f"{board}?after={most // 2}"]
    return found


async def measured(site: Desk, asked: list[str]) -> dict[str, Any]:
    """Ask for each page some times, one after the other."""
    start = time.perf_counter()
    await site.invoke_startup()
    await warm(site)
    took: dict[str, Any] = {"warm": round(1000 * (time.perf_counter() - start), 1)}
    for path in asked:
        times = [await _asked(site, path) for _ in range(1 + _TIMES)]
        took[path] = [round(times[0], 1), round(statistics.median(times[1:]), 1)]
    return took


async def _asked(site: Desk, path: str) -> float:
    start = time.perf_counter()
    answer = await site.client.get(path)
    if answer.status_code not in (200, 303):
        raise RuntimeError(f"{path}: {answer.status_code}")
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Measure the archive named on the command line."""
    path = Path(sys.argv[1])
    with Archive.read(path) as archive:
        asked = paths(archive)
    site = desk(Settings(path))
    print(json.dumps(asyncio.run(measured(site, asked))))
    site.close()


if __name__ == "__main__":
    main()

"""Where a file of a web site stands: at its own path where any server finds it, else by a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from migrator.archive.taken import Taken
from migrator.files.names import PATH_LIMIT, key, safe
from migrator.openbadges.location import Location

BY_RULE = "_by-rule"
"""The folder of files that a server finds only when it is told where."""

How = Literal["path", "folder", "rule"]

# A server may run what has such an ending, and what is in a badge is a stranger's.
_RUN = frozenset(
    {
        *("php", "php3", "php4", "php5", "php7", "php8", "phps", "phtml", "phar", "inc"),
        *("cgi", "fcgi", "pl", "py", "rb", "sh", "lua", "exe", "dll", "do", "action"),
        *("asp", "aspx", "ashx", "asmx", "asax", "cer", "jsp", "jspx", "jspf", "cfm", "cfml"),
        *("shtml", "shtm", "stm", "xhtml", "htaccess", "htpasswd"),
    }
)
_SETTINGS = frozenset(
    {
        *("web.config", "cname", "netlify.toml", "vercel.json", "firebase.json", "now.json"),
        *("staticwebapp.config.json", "wrangler.toml"),
    }
)
_ENDINGS = {
    "application/json": ".json",
    "application/ld+json": ".json",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "text/html": ".html",
    "text/plain": ".txt",
}


@dataclass(frozen=True, slots=True)
class Stands:
    """Where a file stands below `site/`, how it is found, and why it needs a rule if it does.

    "path": at its own path; "folder": as the index of a folder; "rule": only by a rule.
    """

    file: str
    how: How
    why: str = ""


class Places:
    """Gives each address of one host a file of its own, also on disks that ignore case."""

    def __init__(self, taken: Taken, has_below: Callable[[str], bool]) -> None:
        self._taken = taken
        self._has_below = has_below

    def stand(self, location: Location, media_type: str) -> Stands:
        """Return where the file of an address stands; called once for each, in any fixed order."""
        by_rule = _by_rule(location, media_type)
        if location.query:
            return Stands(by_rule, "rule", "its address has a query (?...)")
        path, why = _own(location)
        if why:
            return Stands(by_rule, "rule", why)
        how: How = "path"
        if not path or path.endswith("/") or self._has_below(location.path):
            path, how = f"{path.rstrip('/')}/index.html".lstrip("/"), "folder"
        other = self._take(path)
        if other is not None:
            return Stands(by_rule, "rule", f"another file stands at {other}")
        return Stands(path, how)

    def _take(self, path: str) -> str | None:
        """Take a path and its folders, None; or return what stands in the way."""
        steps = path.split("/")
        folders = ["/".join(steps[:number]) for number in range(1, len(steps))]
        for folder in folders:
            # Two spellings of one folder are one on some disks and two on others.
            if self._taken.get(key(folder)) not in (None, f"{folder}/"):
                return self._taken.get(key(folder))
        if (there := self._taken.get(key(path))) is not None:
            return there
        for folder in folders:
            self._taken.take(key(folder), f"{folder}/")
        self._taken.take(key(path), path)
        return None


def _own(location: Location) -> tuple[str, str]:
    """Return the path an address has by itself, and why it cannot be used ("" if it can)."""
    try:
        path = location.decoded.decode("utf-8")[1:]
    except UnicodeDecodeError:
        return "", "its path is not UTF-8"
    steps = path.removesuffix("/").split("/") if path else []
    if "" in steps:
        return "", "there are two slashes in a row in it"
    if len(location.decoded) > PATH_LIMIT:
        return "", "its path is too long"
    if steps and steps[0].startswith("_"):
        return "", "hosts keep names that begin with _ to themselves"
    return path, next((why for step in steps if (why := _why_not(step))), "")


def _why_not(step: str) -> str:
    """Return why a name cannot stand in a tree that any server serves, "" if it can."""
    folded = step.casefold()
    if safe(step) != step:
        return "some systems cannot bear its name"
    if "$" in step:
        return "there is a $ in its name"
    if step.startswith(".") and step != ".well-known":
        return "servers keep names that begin with a dot to themselves"
    if folded in _SETTINGS:
        return "a host would take it for a setting"
    if _RUN & set(folded.split(".")[1:]):
        return "a server might run a file with this ending as a program"
    return ""


def _by_rule(location: Location, media_type: str) -> str:
    kind = media_type.partition(";")[0].strip()
    name = sha256(str(location).encode()).hexdigest()[:24]
    return f"{BY_RULE}/{name}{_ENDINGS.get(kind, '.bin')}"

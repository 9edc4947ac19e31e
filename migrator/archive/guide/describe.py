"""What every table, view and column of the archive is: the one place where it is said.

docs/archive.md and Datasette's titles and descriptions are made from it; a test holds it to the
schema. A new table or column gets its words in `tables_found`, `tables_asked`,
`tables_moved` or here.
"""

from __future__ import annotations

from typing import Any

from migrator.archive.guide.described import Described
from migrator.archive.guide.tables_asked import ASKED
from migrator.archive.guide.tables_found import FOUND
from migrator.archive.guide.tables_moved import MOVED

TABLES: dict[str, Described] = {**FOUND, **ASKED, **MOVED}
VIEWS: dict[str, Described] = {
    "badge_overview": Described(
        "Badges at a glance",
        "Every badge with its issuer and learner in words.",
        {
            "assertion_id": "the badge",
            "badge": "the badge class's name",
            "issuer": "the issuer's name",
            "learner": "the learner's first address",
            "version": "the Open Badges version it was found in",
            "verification": "hosted or signed",
            "issued_on": "when it was awarded",
            "expires": "until when it is valid",
            "revoked": "1 if the document itself says it was taken back",
            "hosted_url": "where the assertion is, or was, served",
            "identity": "what makes it this badge",
            "sightings": "at how many places it was found",
        },
    ),
    "learner_status": Described(
        "Where is my badge?",
        "Every address with every badge of its learner, and what became of each.",
        {
            "address": "an address, as spelled",
            "learner": "the learner's name",
            "badge": "the badge class's name",
            "issuer": "the issuer's name",
            "issued_on": "when it was awarded",
            "state": "how far its transfer is; empty when none is planned",
            "reason": "why it is not moved (yet)",
            "changed_at": "when that last changed",
        },
    ),
    "source_summary": Described(
        "Sources and their books",
        "Every source and whether its counts add up.",
        {
            "adapter": "the kind of source",
            "label": "its name",
            "place": "the full path it was read from",
            "state": "reading, complete or interrupted",
            "found": "badges the last reading met",
            "archived": "of these, new to the archive",
            "known": "of these, known already",
            "problems": "of these, those that could not be read",
            "balances": "1 if found = archived + known + problems",
            "first_read_at": "when it was first read",
            "last_read_at": "when its last reading began or ended",
        },
    ),
    "transfer_status": Described(
        "Transfers in numbers",
        "How many badges are in which state at which destination, and why.",
        {
            "destination": "kind and address of the destination",
            "state": "planned, sending, done, already_there, waiting, refused or held",
            "reason": "why",
            "badges": "how many",
        },
    ),
}


def markdown() -> str:
    """Return every view and table with its columns as Markdown, for docs/archive.md."""
    parts = []
    for what, described in (("View", VIEWS), ("Table", TABLES)):
        for name, one in described.items():
            columns = "\n".join(f"| `{column}` | {says} |" for column, says in one.columns.items())
            head = f"### {what} `{name}`: {one.title}\n\n{one.row}\n\n"
            parts.append(f"{head}| column | what it says |\n|---|---|\n{columns}\n")
    return "\n".join(parts)


def datasette_metadata(database: str) -> dict[str, Any]:
    """Return titles and descriptions as Datasette's metadata, for a file of this name.

    `database` is the name Datasette gives it: the file's name without `.db`. (Datasette 0.65,
    "Metadata"; views and tables stand side by side there.)
    """
    tables: dict[str, Any] = {
        name: {
            "title": one.title,
            "description": one.row,
            "columns": {column: _sentence(says) for column, says in one.columns.items()},
        }
        for name, one in {**VIEWS, **TABLES}.items()
    }
    for name, label in _LABELS.items():
        tables[name]["label_column"] = label
    about = {"title": _TITLE, "description": _ABOUT, "tables": tables}
    return {"title": _TITLE, "description": _ABOUT, "databases": {database: about}}


def _sentence(says: str) -> str:
    return says[0].upper() + says[1:]


_TITLE = "Badge archive"
_ABOUT = (
    "Open Badges as they were found, byte for byte, with what they mean and what became of them."
    " Begin with the views badge_overview and learner_status."
)
# What Datasette shows in place of a number that refers to a row.
_LABELS = {
    "source": "label",
    "assertion": "identity",
    "badge_class": "name",
    "issuer": "name",
    "learner": "name",
    "identity": "value",
    "collection": "name",
    "destination": "url",
    "account": "username",
}

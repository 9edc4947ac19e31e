"""What can be done at the desk where it is allowed: note something, put badges back on the plan."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from datasette import Response  # type: ignore[import-untyped] # has no types

from migrator import errors
from migrator.archive import ledger, notes
from migrator.archive.accounts import destinations
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.report.words import badges
from migrator.web.rights import ACT, Settings

_DONE, _WRONG = 1, 3
"""How Datasette marks a message as said or as an error (its INFO and ERROR)."""
Act = Callable[[Archive, int, Mapping[str, str], str], str]
"""Does something for a learner, given a form and who sent it; returns what is said of it."""


def note(archive: Archive, learner: int, form: Mapping[str, str], who: str) -> str:
    """Keep a note; raises Usage for what is none, KeyError where nobody is."""
    notes.write(archive, learner, form.get("author", "").strip() or who, form.get("text", ""))
    return "Noted."


def retry(archive: Archive, learner: int, form: Mapping[str, str], who: str) -> str:  # noqa: ARG001 - as every act
    """Put a learner's badges at one destination back; raises KeyError where there is no such.

    Raises ArchiveLocked while a plan is being made.
    """
    saved = {str(one.id): one for one in destinations(archive)}[form.get("destination", "")]
    with leased(archive, "plan", "retry at the desk"):
        back = ledger.retry(archive, saved.id, None, learner)
    return (
        f"{badges(back)} put back. They are judged anew by `badge-migrator plan --to {saved.name}`"
        " and sent with the next push."
    )


def acted(act: Act) -> Callable[..., Any]:
    """Return an action as Datasette calls it: only from a form of ours, and only if permitted."""

    async def answer(datasette: Any, request: Any) -> Any:
        if not await datasette.permission_allowed(request.actor, ACT):
            return Response.text("This is not allowed at this desk.\n", status=403)
        if request.method != "POST":
            return Response.text("Use the form on the learner's page.\n", status=405)
        form = await request.post_vars()
        # Datasette itself lets a form without any cookie pass.
        token = request.scope["csrftoken"]()
        if not secrets.compare_digest(form.get("csrftoken", "").encode(), token.encode()):
            return Response.text("The form is too old. Load its page again.\n", status=403)
        learner = int(request.url_vars["id"])
        who = (request.actor or {}).get("id", "desk")
        try:
            said, kind = await _done(datasette.desk_settings, act, learner, form, who), _DONE
        except KeyError:
            return Response.text("There is no such learner.\n", status=404)
        except errors.MigratorError as error:
            said, kind = str(error), _WRONG
        datasette.add_message(request, said, kind)
        return Response.redirect(f"/learner/{learner}", status=303)

    return answer


async def _done(
    settings: Settings, act: Act, learner: int, form: Mapping[str, str], who: str
) -> str:
    def work() -> str:
        # Opened for this one thing: the desk holds nothing that could be in a writer's way.
        with Archive.open(settings.archive) as archive:
            return act(archive, learner, form, who)

    return await asyncio.to_thread(work)

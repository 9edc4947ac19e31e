"""The page behind the stage, `/__rehearsal__/`: what arrived, and what goes wrong from now on.

It needs no token: the server listens on 127.0.0.1 only. No password and no token is ever shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from migrator.rehearsal.answers import JSON, Refused, Reply, Style
from migrator.rehearsal.call import Call, Handler, Route
from migrator.rehearsal.faults import Faults, Faulty
from migrator.rehearsal.state import Account, State

if TYPE_CHECKING:
    from migrator.rehearsal.web import HostedWeb

_NUMBERS = ("slow", "fail", "limit", "lose", "busy", "seed")
_EVERYBODY = frozenset({"GET", "POST"})


class Control:
    """What the page shows and changes; `web` is None when the web is somebody else's."""

    def __init__(self, state: State, web: HostedWeb | None = None) -> None:
        self.state = state
        self.web = web
        self.faulty: Faulty | None = None

    def routes(self) -> tuple[Route, ...]:
        """Return the paths of the page."""
        paths: dict[str, dict[str, Handler]] = {
            "": {"GET": self.show},
            "faults": {"POST": self.change_faults},
            "dead": {"POST": self.change_dead},
            "confirm": {"POST": self.confirm},
        }
        return tuple(
            Route(f"/__rehearsal__/{path}", Style.V1, handlers, open=_EVERYBODY)
            for path, handlers in paths.items()
        )

    def show(self, _call: Call | None = None) -> Reply:
        """Answer what arrived, by account.

        `imported_twice` and `awarded_twice` are empty when all went well.
        """
        with self.state.lock:
            accounts = [self._account(each) for each in self.state.accounts.values()]
            twice = sorted({badge for (_, badge), n in self.state.imports.items() if n > 1})
            requests: dict[str, dict[str, int]] = {}
            for (line, status), number in sorted(self.state.requests.items()):
                requests.setdefault(line, {})[str(status)] = number
        shown: dict[str, Any] = {
            "accounts": accounts,
            "badges": sum(each["badges"] for each in accounts),
            "imported_twice": twice,
            **self._awards(),
            "requests": requests,
        }
        if self.faulty is not None:
            shown["faults"] = asdict(self.faulty.faults)
            shown["happened"] = dict(self.faulty.happened)
        if self.web is not None:
            shown["dead"] = list(self.web.dead)
            shown["fetched"] = dict(self.web.fetched)
        return Reply(data=shown, media_type=JSON)

    def _awards(self) -> dict[str, Any]:
        awards = [one for one in self.state.issuing.awards.values() if not one.revoked]
        made = Counter(
            (one.badge_class.name, one.identity, one.issued_on, one.narrative, one.evidence)
            for one in awards
        )
        return {
            "awards": dict(Counter(one.badge_class.name for one in awards)),
            "awarded_twice": sorted({f"{key[0]} to {key[1]}" for key, n in made.items() if n > 1}),
            "mails": sum(one.notified for one in awards),
        }

    def _account(self, account: Account) -> dict[str, Any]:
        held = self.state.of(account.id)
        found = self.state.collections_of(account.id)
        return {
            "emails": [each.email for each in account.emails],
            "badges": len(held),
            "credentials": len(self.state.credentials.get(account.id, ())),
            "pending": sum(1 for each in held if self.state.is_pending(each)),
            "open_badge_ids": [each.open_badge_id for each in held],
            "collections": {each.name: len(each.assertions) for each in found},
        }

    def change_faults(self, call: Call) -> Reply:
        """Set the faults that are named, leave the others."""
        if self.faulty is not None:
            self.faulty.faults = changed(self.faulty.faults, call.body())
        return self.show()

    def change_dead(self, call: Call) -> Reply:
        """Say anew which hosts do not answer: `{"hosts": [...]}`."""
        hosts = call.body().get("hosts")
        if not isinstance(hosts, list) or not all(isinstance(each, str) for each in hosts):
            raise Refused(400, {"hosts": ["Give a list of host names."]})
        if self.web is not None:
            self.web.set_dead(hosts)
        return self.show()

    def confirm(self, call: Call) -> Reply:
        """Do what the link in the confirmation mail does: `{"email": "..."}`."""
        if not self.state.confirm(str(call.body().get("email", ""))):
            raise Refused(404, "No account has this address.")
        return self.show()


def changed(faults: Faults, body: dict[str, Any]) -> Faults:
    """Return faults with the given values; raises Refused for a value that makes no sense."""
    new: dict[str, Any] = {}
    for name, value in body.items():
        if name in _NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
            new[name] = int(value) if name in ("limit", "seed") else float(value)
        elif name == "retry_after" and isinstance(value, bool):
            new[name] = value
        elif name == "paths" and isinstance(value, list):
            new[name] = tuple(str(each) for each in value)
        else:
            raise Refused(400, {name: ["This is no fault, or no value for it."]})
    return replace(faults, **new)

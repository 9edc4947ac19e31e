"""The account itself: the profile in /v1 and /v2, signing up, a forgotten password.

Source: reference/badgr-api.md 4; recordings 1-auth-17/18, 6-badgeconnect-39 to 49, 8-misc-15/16.
"""

from __future__ import annotations

from typing import Any

from migrator.rehearsal.answers import Broken, Refused, Reply, Style, ok
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.emails import ADDRESS, counted, is_taken, seconds_left
from migrator.rehearsal.signin import key_of, throttled
from migrator.rehearsal.state import Account, AccountOptions, Email
from migrator.rehearsal.tokens import READ_PROFILE, WRITE_PROFILE

_TERMS = 1


# /v2/users/self


def _user(account: Account) -> dict[str, Any]:
    return {
        "entityType": "BadgeUser",
        "entityId": account.id,
        "firstName": account.first_name,
        "lastName": account.last_name,
        "emails": [
            {
                "email": each.email,
                "verified": each.verified,
                "primary": each.primary,
                "caseVariants": list(each.variants),
            }
            for each in account.emails
        ],
        "url": [],
        "telephone": [],
        "agreedTermsVersion": _TERMS,
        "hasAgreedToLatestTermsVersion": True,
        "marketingOptIn": False,
        "badgrDomain": "localhost:4200",
        "hasPasswordSet": True,
        "recipient": {"type": "email", "identity": account.primary},
    }


def itself(call: Call) -> Reply:
    """Answer `GET /v2/users/self`."""
    return ok(_user(call.account), latestTermsVersion=_TERMS)


def changed(call: Call) -> Reply:
    """Answer `PUT /v2/users/self`: `emails` replaces the whole list, exactly one is primary."""
    account, body = call.account, call.body()
    with call.state.lock:
        account.first_name = str(body.get("firstName", account.first_name))
        account.last_name = str(body.get("lastName", account.last_name))
        if "emails" in body:
            _replace(call, account, _wanted(body["emails"]))
    return itself(call)


def _wanted(emails: Any) -> list[dict[str, Any]]:
    if not isinstance(emails, list) or not all(_is_entry(each) for each in emails):
        raise Refused(400, fields={"emails": ["Enter a valid email address."]})
    if sum(1 for each in emails if each.get("primary")) != 1:
        raise Broken
    return emails


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("caseVariants", []), list):
        return False
    return isinstance(entry.get("email"), str) and bool(ADDRESS.fullmatch(entry["email"]))


def _replace(call: Call, account: Account, wanted: list[dict[str, Any]]) -> None:
    kept = {each.email: each for each in account.emails}
    for entry in wanted:
        if entry["email"] not in kept and is_taken(call, entry["email"]):
            said = "Could not register email address."
            raise Refused(400, [said], validation=[said])
    for email in list(account.emails):
        if email.email not in {entry["email"] for entry in wanted}:
            call.state.remove_email(account, email)
    for entry in wanted:
        email = kept.get(entry["email"]) or call.state.add_email(account, entry["email"])
        email.primary = bool(entry.get("primary"))
        if email.verified:
            _add_variants(email, entry.get("caseVariants", []))


def _add_variants(email: Email, variants: list[Any]) -> None:
    """Add spellings in other upper and lower case; those saved before stay."""
    for variant in variants:
        same = isinstance(variant, str) and variant.lower() == email.email.lower()
        if same and variant != email.email and variant not in email.variants:
            email.variants.append(variant)


# /v1/user


def _profile(account: Account) -> dict[str, Any]:
    return {
        "first_name": account.first_name,
        "last_name": account.last_name,
        "email": account.primary,
        "url": [],
        "telephone": [],
        "slug": account.id,
        "agreed_terms_version": _TERMS,
        "marketing_opt_in": False,
        "has_password_set": True,
        "latest_terms_version": _TERMS,
    }


def profile(call: Call) -> Reply:
    """Answer `GET /v1/user/profile`."""
    return Reply(data=_profile(call.account))


def sign_up(call: Call) -> Reply:
    """Answer `POST /v1/user/profile`: a new account, its address not confirmed yet."""
    key = key_of(call.request)
    return throttled(call.desk, key) or counted(call, key, _sign_up)


def _sign_up(call: Call) -> Reply:
    body = call.body()
    for name in ("first_name", "last_name", "email", "password"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise Refused(400, {name: ["This field is required."]})
    if not ADDRESS.fullmatch(body["email"]):
        raise Refused(400, {"email": ["Enter a valid email address."]})
    if call.state.owner(body["email"]) is not None:
        raise Refused(400, ["Account could not be created. An account with this email exists."])
    account = call.state.add_account(
        AccountOptions(
            emails=(body["email"],),
            password=body["password"],
            unverified=(body["email"],),
            first_name=body["first_name"],
            last_name=body["last_name"],
        )
    )
    return Reply(201, _profile(account))


def forgot(call: Call) -> Reply:
    """Answer `POST /v1/user/forgot-password`: no mail is sent, the waiting time is real."""
    account = call.state.owner(str(call.body().get("email", "")))
    if account is not None:
        if seconds_left(account.forgot_at, call.desk.clock()):
            said = (
                "Forgot password request limit exceeded. Please check your inbox for an existing "
                "message or wait to retry."
            )
            return Reply(429, said)
        account.forgot_at = call.desk.clock()
    return Reply(data={})


_ANYONE = frozenset({"POST"})

ROUTES = (
    Route(
        "/v2/users/self",
        Style.V2,
        {"GET": itself, "PUT": changed},
        read=READ_PROFILE,
        write=WRITE_PROFILE,
        confirmed=False,
    ),
    Route(
        "/v1/user/profile",
        Style.V1,
        {"GET": profile, "POST": sign_up},
        read=READ_PROFILE,
        confirmed=False,
        open=_ANYONE,
    ),
    Route("/v1/user/forgot-password", Style.V1, {"POST": forgot}, confirmed=False, open=_ANYONE),
)

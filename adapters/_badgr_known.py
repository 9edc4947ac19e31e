"""What Badgr's API says beside the badges: badge classes, issuers, collections and people.

Records of /v2 name their kind (`entityType`), those of /v1 are told by their fields. Reference:
badgr-api.md 6 and 9, badge-formats.md 1.6.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import BadgeClass, Issuer, Json, JsonObject
from migrator.openbadges.normal import read_badge_class, read_issuer
from migrator.openbadges.values import items, text
from migrator.sources.found import FoundCollection, Membership


@dataclass(slots=True)
class Known:
    """Badge classes, issuers and collections of an account, by every name records call them."""

    classes: dict[str, BadgeClass] = field(default_factory=dict)
    issuers: dict[str, Issuer] = field(default_factory=dict)
    memberships: dict[str, list[Membership]] = field(default_factory=dict)

    def learn(self, record: JsonObject) -> None:
        """Take in a record of an issuer or a badge class."""
        kind = kind_of(record)
        if kind == "issuer":
            issuer = read_issuer(_issuer(record))
            self.issuers |= dict.fromkeys(_names(record, issuer.id), issuer)
        elif kind == "badge_class":
            badge_class = read_badge_class(_badge_class(record))
            self.classes |= dict.fromkeys(_names(record, badge_class.id), badge_class)

    def collection(self, locator: str, record: JsonObject, holder: str) -> FoundCollection:
        """Take in a collection with what is in it, and return it."""
        key = text(record.get("entityId")) or text(record.get("slug")) or ""
        for position, one in enumerate(items(record.get("assertions", record.get("badges")))):
            badge = one.get("id") if isinstance(one, dict) else one
            story = text(one.get("description")) if isinstance(one, dict) else None
            memberships = self.memberships.setdefault(str(badge), [])
            memberships.append(Membership(key, position, story))
        return FoundCollection(
            locator,
            key,
            holder,
            text(record.get("name")) or key,
            text(record.get("description")),
            public=record.get("published") is True,
            page_url=text(record.get("share_url")),
        )

    def badge_class(self, record: JsonObject, *names: Json) -> BadgeClass | None:
        """Return the badge class a record holds or names, with its issuer where that is known."""
        inside = record.get("badgeclass")
        found = (
            read_badge_class(inside)
            if isinstance(inside, dict)
            else next(
                (self.classes[str(name)] for name in names if str(name) in self.classes), None
            )
        )
        if found is None or found.issuer is not None:
            return found
        known = (found.issuer_id, text(record.get("issuer")), text(record.get("issuerOpenBadgeId")))
        issuer = next((self.issuers[name] for name in known if name in self.issuers), None)
        return replace(found, issuer=issuer)


def kind_of(record: JsonObject) -> str:
    """Say what a record is about: badge, badge_class, issuer, collection, account, or "" (none)."""
    named = record.get("entityType")
    inside = record.get("json")
    if isinstance(named, str):
        return _KINDS.get(named, "") if "entityId" in record else ""
    if isinstance(inside, dict) and "recipient_identifier" in record:
        return "badge"
    if isinstance(inside, dict) and "slug" in record:
        return {"BadgeClass": "badge_class", "Issuer": "issuer"}.get(str(inside.get("type")), "")
    return "collection" if {"slug", "share_hash", "badges"} <= record.keys() else ""


_KINDS = {
    "Assertion": "badge",
    "BadgeClass": "badge_class",
    "Issuer": "issuer",
    "BackpackCollection": "collection",
    "BadgeUser": "account",
}


def entity_id(record: JsonObject) -> str:
    """Return the name Badgr knows a record by, "" when it has none."""
    return next((name for key in ("entityId", "id", "slug") if (name := text(record.get(key)))), "")


def picture_of(record: JsonObject) -> str | None:
    """Return the address of the picture of a badge."""
    return text(record.get("image"))


def addresses_of(record: JsonObject) -> tuple[str, ...]:
    """Return the confirmed e-mail addresses of an account."""
    listed = [record] if "email" in record else items(record.get("emails"))
    emails = (one for one in listed if isinstance(one, dict))
    said = (one.get("email") for one in emails if one.get("verified"))
    return tuple(email for email in said if isinstance(email, str) and "@" in email)


def name_of(record: JsonObject) -> str | None:
    """Return the name of a person."""
    parts = (text(record.get("firstName")), text(record.get("lastName")))
    return " ".join(part for part in parts if part) or None


def class_of_v1(badge: JsonObject) -> JsonObject:
    """Return a badge class inside a /v1 record with its criteria as Open Badges 2.0 has them."""
    criteria: JsonObject = {
        "id": badge.get("criteria_url") or badge.get("criteria"),
        "narrative": badge.get("criteria_text"),
    }
    return {**badge, "criteria": criteria}


def _badge_class(record: JsonObject) -> JsonObject:
    inside = plain(record.get("json"))
    if isinstance(inside, dict):
        said: JsonObject = {
            key: record[key] for key in ("criteria_text", "criteria_url") if key in record
        }
        own, by = canonical_url(str(inside.get("id"))), canonical_url(str(inside.get("issuer")))
        return {**class_of_v1({**inside, **said}), "id": own, "issuer": by}
    criteria: JsonObject = {
        "id": record.get("criteriaUrl"),
        "narrative": record.get("criteriaNarrative"),
    }
    own_id, issuer_id = record.get("openBadgeId"), record.get("issuerOpenBadgeId")
    return {**record, "id": own_id, "criteria": criteria, "issuer": issuer_id}


def _issuer(record: JsonObject) -> JsonObject:
    inside = plain(record.get("json"))
    if isinstance(inside, dict):
        return {**inside, "id": canonical_url(str(inside.get("id")))}
    return {**record, "id": record.get("openBadgeId")}


def _names(record: JsonObject, address: str | None) -> list[str]:
    return [name for name in (entity_id(record), address) if name]


def plain(value: Json) -> Json:
    """Take the types off /v1's typed values: `{"type": "xsd:string", "@value": "Welder"}`."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"type", "@value"}:
        return plain(value["@value"])
    if value.keys() == {"type", "id"} and value["type"] in ("image", "@id"):
        return value["id"]
    return {key: plain(one) for key, one in value.items()}

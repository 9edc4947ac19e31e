"""The JSON-LD vocabularies a document refers to: all of them must be fetchable."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.openbadges import documents
from migrator.openbadges.model import Json, JsonObject, Unreadable
from migrator.verify.asking import Asking
from migrator.verify.verdict import Message

_TEXT = (
    "<class 'pyld.jsonld.JsonLdError'> [\"pyld.jsonld.JsonLdError: ('Could not expand input before "
    "compaction.',) Type: jsonld.ContextUrlError Code: loading remote context failed "
    "Details: {{'url': '{url}'}}\"]"
)
_MOST_LEVELS = 64


def check_contexts(
    document: JsonObject, asking: Asking, *, name: str, node: str | None
) -> Message | None:
    """Return what happens when a vocabulary is dead, or is that of Open Badges 3.0.

    `name` is the step in which it happens: DETECT_INPUT_TYPE for a document handed over
    (7-extra-23), JSONLD_COMPACT_DATA for one that was fetched (3-dead-22).
    """
    for url in dict.fromkeys(context_urls(document)):
        if _is_credential(url):
            return Message(name, _TEXT.format(url=url), "version_unsupported", node=node)
        if not asking.profile.knows_context(url) and not _is_alive(url, asking):
            return Message(name, _TEXT.format(url=url), "context_dead", node=node)
    return None


def context_urls(value: Json, level: int = 0) -> Iterator[str]:
    """Yield every context address in a document, those of embedded objects too (2-import-27)."""
    if level > _MOST_LEVELS:
        return
    if isinstance(value, list):
        for item in value:
            yield from context_urls(item, level + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "@context":
                yield from (url for url in _listed(item) if isinstance(url, str))
            else:
                yield from context_urls(item, level + 1)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _is_credential(url: str) -> bool:
    return "/credentials/v" in url or "spec/ob/v3" in url


def _is_alive(url: str, asking: Asking) -> bool:
    answer = asking.get(url)
    if not answer.known:
        return True
    if answer.status is None or answer.status >= 400:
        return False
    try:
        return isinstance(documents.parse(answer.body), dict)
    except Unreadable:
        return False

"""The tables of what was asked of the web, described."""

from __future__ import annotations

from migrator.archive.guide.described import ID, Described

ASKED: dict[str, Described] = {
    "web_answer": Described(
        "Answers of the web",
        "What an address answered, today or in a web archive; never changed, one more when asked"
        " again.",
        {
            "id": ID,
            "url": "the address that was asked for, as the badge spells it",
            "origin": "live (its own host), rehearsed (a local server that played it), wayback or"
            " warc (a web archive)",
            "kind": "what should stand there: assertion, badge_class, issuer, image,"
            " revocation_list, key or page",
            "asked_at": "when it was asked",
            "captured_at": "when the web archive had saved it; empty for live",
            "outcome": "what became of the address, as docs/verify.md lists it",
            "status": "the HTTP status, where there was an answer",
            "final_url": "where redirects led, when that is another address",
            "media_type": "what the host said it is",
            "etag": "the host's mark of this version, to ask whether it has changed",
            "last_modified": "when the host said it was last changed",
            "document_id": "what came, byte for byte",
            "detail": "more about it",
            "via": "the local server that played the host, in a rehearsal",
        },
    ),
}

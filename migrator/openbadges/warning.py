"""Everything odd about a badge that could still be read: code and sentence."""

from __future__ import annotations

Warnings = list[tuple[str, str]]
"""Warnings as they are gathered: code and sentence."""

WARNINGS: dict[str, str] = {
    "bad_crc": "The picture's badge data has a wrong checksum; it was read as it stands.",
    "several_chunks": "The picture carries badge data more than once; the best of it was used.",
    "chunk_after_end": "The badge data stands outside the picture's structure; it was read.",
    "odd_chunk": "The badge data is framed wrongly in the picture; it was found by search.",
    "bad_compression": "A compressed text in the picture is damaged.",
    "truncated": "The picture is cut off or damaged; what stands before the damage was read.",
    "text_not_utf8": "The badge data is not written in UTF-8; it was read as Latin-1.",
    "unsafe_or_broken_xml": "The SVG is unsafe or broken; it was searched without interpreting it.",
    "image_unreadable": "The picture could not be read for badge data.",
    "baked_text_unknown": "The picture carries a text that is neither address, JSON nor signature.",
    "baked_assertion_differs": "The picture carries the data of a different badge or person; "
    "the badge's own documents were used.",
    "baked_url_differs": "The picture names two different addresses for the badge.",
    "hosted_url_cut": "The source cut the badge's address off; the full one was found elsewhere.",
    "hosted_url_differs": "The badge names another address for itself than where it was found.",
    "franken": "The picture carries the assertion in the Mozilla Backpack's own form; "
    "the issuer's documents were rebuilt from it.",
    "document_unreadable": "One of the badge's documents could not be read.",
    "jws_unreadable": "The badge's signature text could not be read.",
    "jws_differs": "The signature belongs to a different assertion than the document beside it.",
}
"""Codes of warnings with the sentence for each."""


def warning(code: str, detail: str = "") -> tuple[str, str]:
    """Return a code and its sentence, with what is special about this badge after it."""
    return code, f"{WARNINGS[code]} {detail}".strip()

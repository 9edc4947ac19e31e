"""Public pages of badges, badge classes, issuers and collections, images and share links.

Source: reference/badgr-api.md 6; recordings 2-import-55 to 57, 4-backpack-02 and 27 to 32.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from migrator.openbadges.baking import sniff
from migrator.rehearsal import shapes
from migrator.rehearsal.answers import HTML, JSON, Refused, Reply, Style, chosen
from migrator.rehearsal.backpack import own as own_badge
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.collection import own as own_collection
from migrator.rehearsal.issuers import pages
from migrator.rehearsal.issuers.issuing import Award
from migrator.rehearsal.state import Held
from migrator.rehearsal.tokens import READ_BACKPACK

USER_INTERFACE = "http://localhost:4200"
_Row = TypeVar("_Row")


def _bare(call: Call) -> str:
    return call.args["entity_id"].removesuffix(".json")


def _held(call: Call) -> Held:
    held = call.state.held.get(_bare(call))
    if held is None or call.state.is_pending(held):
        raise Refused(404)
    return held


def _row(call: Call, rows: dict[str, _Row]) -> _Row:
    key = _bare(call)
    # Rows are kept under their own address, too; only the backpack's identifier is a page
    if ":" in key or key not in rows:
        raise Refused(404)
    return rows[key]


def _page(call: Call, shape: Callable[[], dict[str, Any]]) -> Reply:
    """Return a page as JSON, or the way to the pages for people for a browser."""
    if chosen(call.request.headers.get("Accept", "")) == "text/html":
        return _redirect(302, f"{USER_INTERFACE}{call.request.path}")
    media_type = JSON if call.request.path.endswith(".json") else ""
    return Reply(data=shape(), media_type=media_type)


def _award(call: Call) -> Award | None:
    return call.state.issuing.awards.get(_bare(call))


def _older(call: Call) -> bool:
    return call.request.args.get("v") == "1_1"


def _redirect(status: int, address: str) -> Reply:
    return Reply(status, text="", headers=(("Location", address),), media_type=HTML)


def assertion(call: Call) -> Reply:
    """Answer `GET /public/assertions/<id>[.json]`."""
    expand = call.request.args.getlist("expand")
    award = _award(call)
    if award is not None and _older(call):
        return _page(call, lambda: pages.award_page_v1(award, call.base))
    if award is not None:
        return _page(call, lambda: pages.award_page(award, call.base, tuple(expand)))
    held = _held(call)
    return _page(call, lambda: shapes.assertion_page(held, call.base, expand=expand))


def _own_page(call: Call, shape: dict[str, Any]) -> Reply:
    return _page(call, lambda: pages.older(shape) if _older(call) else shape)


def badge_class(call: Call) -> Reply:
    """Answer `GET /public/badges/<id>[.json]`."""
    own = call.state.issuing.badge_classes.get(_bare(call))
    if own is not None:
        return _own_page(call, pages.badge_class_page(own, call.base))
    row = _row(call, call.state.badge_classes)
    nested = "issuer" in call.request.args.getlist("expand")
    return _page(call, lambda: shapes.badge_class_page(row, call.base, with_issuer=nested))


def issuer(call: Call) -> Reply:
    """Answer `GET /public/issuers/<id>[.json]`."""
    own = call.state.issuing.issuers.get(_bare(call))
    if own is not None:
        return _own_page(call, pages.issuer_page(own, call.base))
    row = _row(call, call.state.issuers)
    return _page(call, lambda: shapes.issuer_page(row, call.base))


def collection(call: Call) -> Reply:
    """Answer `GET /public/collections/<shareHash>[.json]`."""
    found = call.state.shared(_bare(call))
    if found is None:
        raise Refused(404)
    expand = [
        each.removeprefix("badges.")
        for each in call.request.args.getlist("expand")
        if each.startswith("badges.")
    ]
    badges = [
        shapes.assertion_page(held, call.base, expand=expand)
        for held in (call.state.held.get(each) for each in found.assertions)
        if held is not None and not call.state.is_pending(held)
    ]
    owner = call.state.accounts[found.account]
    names = (owner.first_name, owner.last_name)
    return _page(call, lambda: shapes.collection_page(found, badges, names, call.base))


def assertion_image(call: Call) -> Reply:
    """Answer `GET /public/assertions/<id>/image`."""
    return _redirect(302, f"/{_picture_of(call)}")


def assertion_baked(call: Call) -> Reply:
    """Answer `GET /public/assertions/<id>/baked`."""
    media = _picture_of(call)
    if _award(call) is not None and _older(call):
        media = f"media/baked/1_1/assertion-{_bare(call)}-1_1.png"
    return _redirect(301, f"/{media}")


def _picture_of(call: Call) -> str:
    award = _award(call)
    if award is None:
        return _held(call).media
    if award.revoked:
        raise Refused(404)
    return award.media


def badge_class_image(call: Call) -> Reply:
    """Answer `GET /public/badges/<id>/image` with the issuer's own picture."""
    own = call.state.issuing.badge_classes.get(_bare(call))
    if own is not None:
        return _own_picture(own.image)
    return _picture(call, _row(call, call.state.badge_classes).badge_class.image)


def issuer_image(call: Call) -> Reply:
    """Answer `GET /public/issuers/<id>/image`."""
    own = call.state.issuing.issuers.get(_bare(call))
    if own is not None:
        return _own_picture(own.image)
    return _picture(call, _row(call, call.state.issuers).issuer.image)


def media(call: Call) -> Reply:
    """Answer `GET /media/...`: the picture, fetched anew because the rehearsal keeps none.

    That of an award is the picture of its badge class; nothing is baked into it.
    """
    path = f"media/{call.args['path']}"
    award = call.state.issuing.with_picture(path)
    if award is not None:
        return _own_picture(award.badge_class.image)
    return _picture(call, call.state.media.get(path))


def _own_picture(image: bytes | None) -> Reply:
    if image is None:
        raise Refused(404)
    return Reply(text=image, media_type=sniff(image) or "image/png")


def _picture(call: Call, url: str | None) -> Reply:
    answer = (
        call.desk.new_web().get(url) if url and url.startswith(("http://", "https://")) else None
    )
    if answer is None or answer.status != 200:
        raise Refused(404)
    kind = answer.content_type or "application/octet-stream"
    return Reply(text=answer.body, media_type=kind)


def share_assertion(call: Call) -> Reply:
    """Answer `GET /v2/backpack/share/assertion/<id>`."""
    held = own_badge(call)
    name = held.badge_class.badge_class.name
    return _shared(call, f"{call.base}/public/assertions/{held.id}", name, "")


def share_collection(call: Call) -> Reply:
    """Answer `GET /v2/backpack/share/collection/<id>`; raises Refused unless it is published."""
    found = own_collection(call)
    if not found.share_hash:
        raise Refused(404)
    address = f"{call.base}/public/collections/{found.share_hash}"
    return _shared(call, address, found.name, found.description)


def _shared(call: Call, address: str, title: str, summary: str) -> Reply:
    url, title, summary = quote(address), quote(title), quote(summary)
    links = {
        "facebook": f"https://www.facebook.com/sharer/sharer.php?u={url}",
        "linkedin": "https://www.linkedin.com/shareArticle"
        f"?mini=true&url={url}&title={title}&summary={summary}",
        "twitter": f"https://twitter.com/intent/tweet?text={title}&url={url}",
        "pinterest": f"https://www.pinterest.com/pin/create/button/?url={url}",
    }
    link = links.get(call.request.args.get("provider", ""))
    if link is None:
        raise Refused(404)
    if call.request.args.get("redirect", "1") in ("0", "false"):
        return Reply(data={"url": link})
    return _redirect(302, link)


def _public(rule: str, handler: Callable[[Call], Reply]) -> Route:
    return Route(rule, Style.V2, {"GET": handler}, open=frozenset({"GET"}))


_SHARE = "/v2/backpack/share"

ROUTES = (
    _public("/public/assertions/<entity_id>", assertion),
    _public("/public/assertions/<entity_id>/image", assertion_image),
    _public("/public/assertions/<entity_id>/baked", assertion_baked),
    _public("/public/badges/<entity_id>", badge_class),
    _public("/public/badges/<entity_id>/image", badge_class_image),
    _public("/public/issuers/<entity_id>", issuer),
    _public("/public/issuers/<entity_id>/image", issuer_image),
    _public("/public/collections/<entity_id>", collection),
    _public("/media/<path:path>", media),
    Route(f"{_SHARE}/assertion/<entity_id>", Style.V2, {"GET": share_assertion}, READ_BACKPACK),
    Route(f"{_SHARE}/collection/<entity_id>", Style.V2, {"GET": share_collection}, READ_BACKPACK),
)

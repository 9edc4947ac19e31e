"""What the image of a badge carries, read: assertions with their chunks, and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from migrator.openbadges.baked import Baked, Unbaked
from migrator.openbadges.baking import sniff, unbake
from migrator.openbadges.content import Content, from_baked, same_address
from migrator.openbadges.model import Unreadable
from migrator.openbadges.warning import Warnings, warning


@dataclass(frozen=True, slots=True)
class Carried:
    """An image's media type, all its baked texts in order of trust, and what they mean.

    `contents` maps positions in `baked` to the assertions there; `urls` are the baked addresses.
    """

    media_type: str | None = None
    baked: tuple[Baked, ...] = ()
    contents: dict[int, Content] = field(default_factory=dict)
    urls: tuple[str, ...] = ()

    def chunk_of(self, accepted: list[Content]) -> Baked | None:
        """Return the baked text one of the contents was read from, else the first there is."""
        for position, content in self.contents.items():
            if any(content is one for one in accepted):
                return self.baked[position]
        return self.baked[0] if self.baked else None


_NOTHING = Carried()


def read_image(
    image: bytes | Unbaked | None, warnings: Warnings, known: Sequence[Content] = ()
) -> Carried:
    """Read what an image carries; one that cannot be read carries nothing and adds a warning.

    It may be unbaked already. `known` contents need not be read again where the image carries the
    same.
    """
    if image is None:
        return _NOTHING
    if isinstance(image, Unbaked):
        unbaked = image
    else:
        try:
            unbaked = unbake(image)
        except Unreadable as error:
            warnings.append(warning("image_unreadable", str(error)))
            return Carried(sniff(image))
    warnings.extend(warning(code) for code in unbaked.warnings)
    contents = {
        position: content
        for position, one in enumerate(unbaked.baked)
        if (content := from_baked(one, known)) is not None
    }
    urls = tuple(one.text for one in unbaked.baked if one.kind == "url")
    return Carried(unbaked.media_type, unbaked.baked, contents, urls)


def own_urls(carried: Carried, reference: str | None, warnings: Warnings) -> tuple[str, ...]:
    """Return the baked addresses that can be this badge's.

    Where the badge's address is known already, another one in its picture is a stranger's: the
    Backpack left pictures alone that carried something (reference/mozilla-backpack.md 3.3).
    """
    if reference is None:
        return carried.urls
    own = tuple(url for url in carried.urls if same_address(url, reference))
    if len(own) < len(carried.urls):
        known = bool(carried.contents)
        warnings.append(warning("baked_url_differs" if known else "baked_assertion_differs"))
    return own

"""Where a badge is hosted: the address found, the one it names, and the one its picture carries."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.openbadges.content import same_address
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.warning import Warnings, warning


@dataclass(frozen=True, slots=True)
class Hosting:
    """The addresses of one hosted badge.

    `found` is where a source has it, `own` what the document names, `baked` what the picture
    carries; `rewritten` says that the document is the Backpack's or a 0.5 one: only a hint.
    """

    found: str | None
    own: str | None
    baked: str | None
    rewritten: bool = False

    def url(self, warnings: Warnings) -> str | None:
        """Return the address to ask, in full length."""
        if self.found:
            return self._uncut(self.found, warnings)
        if self.own and self.baked and not same_address(self.own, self.baked):
            warnings.append(warning("baked_url_differs"))
        return self.named

    @property
    def named(self) -> str | None:
        """The address by which the badge names itself: what makes it the same badge elsewhere.

        The destination, too, goes by the declared address when it looks for duplicates.
        """
        first, second = (self.baked, self.own) if self.rewritten else (self.own, self.baked)
        return first or second

    def _uncut(self, found: str, warnings: Warnings) -> str:
        if self.own and self.own != found and self.own.startswith(found):
            if canonical_url(self.own) != canonical_url(found):
                warnings.append(warning("hosted_url_cut"))
            return self.own
        if self.baked and self.baked != found and self.baked.startswith(found):
            warnings.append(warning("hosted_url_cut"))
            return self.baked
        if self.own and self.own != found and canonical_url(self.own) != canonical_url(found):
            warnings.append(warning("hosted_url_differs"))
        return found

"""A file, folder or ZIP, seen the same way: members with names, read within limits."""

from migrator.sources.place.member import Fault, Limits, Member, MemberUnreadable, is_clutter
from migrator.sources.place.part import Part, Selection
from migrator.sources.place.place import Place, open_place
from migrator.sources.place.zipped import is_zip

__all__ = [
    "Fault",
    "Limits",
    "Member",
    "MemberUnreadable",
    "Part",
    "Place",
    "Selection",
    "is_clutter",
    "is_zip",
    "open_place",
]

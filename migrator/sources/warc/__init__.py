"""WARC files (WARC 1.1): what web servers answered, record by record, whatever is damaged."""

from migrator.sources.warc.checksum import matches
from migrator.sources.warc.records import Fault, saved_in
from migrator.sources.warc.saved import MOST_BYTES, Saved, moment

__all__ = ["MOST_BYTES", "Fault", "Saved", "matches", "moment", "saved_in"]

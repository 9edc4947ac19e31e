"""Run every check an adapter must pass: python check.py"""

import sys
from pathlib import Path

from badgebook import Badgebook

from migrator.sources.conformance import failures

told = list(failures(Badgebook(), Path(__file__).parent / "fixtures"))
print("\n".join(told) or "Everything an adapter must keep is kept.")
sys.exit(bool(told))

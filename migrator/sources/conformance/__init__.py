"""What every adapter must keep, ours or a stranger's, as plain functions that need no test tool.

`failures(adapter, folder)` runs all of it against fixtures: folders
`{good,warn,bad}/<what it shows>/` with one input (a file or folder, or `live.json`, the recorded
answers of a host) and `expected.json`. A new folder is a new case.
"""

from migrator.sources.conformance.case import Case, cases
from migrator.sources.conformance.checks import CASE_CHECKS, failures
from migrator.sources.conformance.described import described
from migrator.sources.conformance.matrix import Matrix, matrix

__all__ = ["CASE_CHECKS", "Case", "Matrix", "cases", "described", "failures", "matrix"]

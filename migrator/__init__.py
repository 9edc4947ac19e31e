"""badge-migrator rescues digital badges from legacy backpacks."""

__version__ = "0.1.0"

"""The built-in adapters, one file per kind of source; imported as migrator.adapters."""

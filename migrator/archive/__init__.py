"""The local SQLite archive: the one home of SQL."""

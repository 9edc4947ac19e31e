"""Badgr: API v2 of badgr-server and its relatives (reference/badgr-api.md)."""

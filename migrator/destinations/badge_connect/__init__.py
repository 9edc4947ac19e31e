"""Backpacks that speak Badge Connect (Open Badges 2.1): reference/badgr-api.md 8."""

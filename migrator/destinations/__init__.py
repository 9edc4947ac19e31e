"""Backpacks we push to; each registers under the entry-point group badge_migrator.destinations."""

"""Awarding anew, openly as a replacement, what cannot be moved."""

"""Proof: every byte read back, and two archives shown to be one by one line."""

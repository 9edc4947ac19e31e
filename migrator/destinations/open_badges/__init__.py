"""Hosts that speak the Open Badges 3.0 API (1EdTech, Open Badges 3.0, sections 6 and 7)."""

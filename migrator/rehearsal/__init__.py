"""A Badgr-compatible backpack on 127.0.0.1 to rehearse a migration against."""

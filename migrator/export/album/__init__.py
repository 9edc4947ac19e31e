"""A learner's album: a small web site of badges that works without the web."""

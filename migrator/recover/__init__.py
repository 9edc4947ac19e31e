"""Finding again what its own host no longer serves: web archives and WARC files."""

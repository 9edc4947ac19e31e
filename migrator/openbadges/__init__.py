"""The Open Badges standard as pure functions: no files, no SQL, no network, no clock."""

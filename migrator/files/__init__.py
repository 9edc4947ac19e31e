"""Files that are written: safe names, folders that never lose or overwrite, tables."""

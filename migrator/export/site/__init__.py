"""An issuer's site as it was: the files that belong at the original addresses."""

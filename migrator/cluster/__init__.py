"""Many pushes at once: the shards of one cohort, run here or by workers on several machines."""

"""The life of an archive: joined with others, learners put right, a person forgotten."""

"""Plan what can be moved and push it, resumably."""

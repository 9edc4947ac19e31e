"""What every table, column and view is, in words."""

"""A folder as a destination: badges as they were found, for a backpack that takes files only."""

"""What the web was asked and what it answered, and what is still to be asked."""

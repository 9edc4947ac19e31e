"""Where badges come from: places, adapters and what they yield."""

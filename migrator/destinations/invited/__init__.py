"""What backpacks share that let accounts in by the browser only, after a standard of 1EdTech."""

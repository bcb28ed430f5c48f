"""Original demo content: who writes, what they wrote, what readers said about it, and the code that puts it there."""

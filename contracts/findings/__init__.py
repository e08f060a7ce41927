"""What is kept of a violation: its identity, its story, its place on disk."""

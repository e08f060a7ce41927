"""What a mock answers to some hundred requests, so that any change of it shows."""

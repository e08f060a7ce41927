"""What to ask: fixed boundary values, and strategies that draw the rest."""

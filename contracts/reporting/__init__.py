"""How a run is told: a verdict for each clause, and the files and lines that show it."""

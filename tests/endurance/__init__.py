"""The mock under load and killed in the middle of it: what it answered must hold, and nobody may notice how many ask."""

"""Targets that misbehave, one function each, and what a run has to make of them (`python -m tests.rough`)."""

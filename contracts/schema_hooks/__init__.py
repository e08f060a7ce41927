"""Schemathesis as a second opinion: drawing its cases, dressing them as requests of ours, judging from the bytes sent."""

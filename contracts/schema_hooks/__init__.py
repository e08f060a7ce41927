"""Schemathesis as a second opinion: its cases drawn, dressed as our requests, judged from the bytes sent."""

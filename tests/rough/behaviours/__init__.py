"""All behaviours, in the order of the table: importing a module registers what it holds."""

from tests.rough.behaviour import BEHAVIOURS
from tests.rough.behaviours import bodies, connections, framing, heads, midrun, patience, secure

__all__ = ["BEHAVIOURS", "bodies", "connections", "framing", "heads", "midrun", "patience", "secure"]

"""How a request travels: bytes out, bytes in, with limits, pace and a witness for every exchange."""

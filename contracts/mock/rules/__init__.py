"""The honest server's decisions, one replaceable function each, grouped by what they are about."""

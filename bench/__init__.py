"""How fast it is, beside its peers: each figure a ratio of things measured in turn, in one run on one machine."""

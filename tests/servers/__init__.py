"""Servers of another make: written from the documents alone, by somebody who had not read the suite or its mock."""

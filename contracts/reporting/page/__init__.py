"""`report.html`: a run on one page for people; without a network, readable without its script."""

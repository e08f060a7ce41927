"""Campaigns: fuzz for hours, on one machine or on many, stop and go on, and lose nothing."""

"""How a finding is asked again: its requests with names for what differs from run to run; as a script, as a test."""

"""What each command does, behind the command line: a run, a proof, a diagnosis, a listing."""

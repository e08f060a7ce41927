"""The suite on trial: every fault of the mock must turn its clause red, every legal variant must leave all green."""

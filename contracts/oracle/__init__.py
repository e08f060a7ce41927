"""What may happen over many exchanges: pure, without I/O, clock or randomness."""

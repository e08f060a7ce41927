"""How one exchange is judged: pure functions, each for one clause, the same for every way of asking."""

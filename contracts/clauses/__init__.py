"""What is promised: the clauses as data, and the catalogue that looks them up."""

from contracts.clauses.catalogue import (
    Catalogue,
    CatalogueProblem,
    Clause,
    Level,
    Part,
    UnknownClause,
    load,
)

__all__ = ["Catalogue", "CatalogueProblem", "Clause", "Level", "Part", "UnknownClause", "load"]

"""Imported once, by the server that trials are forked from: what every trial loads is then in memory."""

import contracts.proof.trial
import contracts.schema_hooks.drawing
import contracts.schema_hooks.dressing  # noqa: F401  # imported to be there, as those above
from contracts import specs
from contracts.clauses.catalogue import load
from contracts.mock.switches import all_faults, all_variants

load()
all_faults()
all_variants()
for operation in specs.operations():
    specs.request_validator(operation)

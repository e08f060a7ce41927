"""Every decision of the server in one object: what a fault or a variant changes, and nothing else."""

from dataclasses import dataclass, field

from contracts.mock.rules.access import AccessRules
from contracts.mock.rules.allocations import AllocationRules
from contracts.mock.rules.assets import AssetRules
from contracts.mock.rules.payloads import PayloadRules
from contracts.mock.rules.protocol import ProtocolRules


@dataclass(slots=True)
class Behaviour:
    """The honest server, until somebody replaces one of its decisions."""

    protocol: ProtocolRules = field(default_factory=ProtocolRules)
    access: AccessRules = field(default_factory=AccessRules)
    assets: AssetRules = field(default_factory=AssetRules)
    payloads: PayloadRules = field(default_factory=PayloadRules)
    allocations: AllocationRules = field(default_factory=AllocationRules)

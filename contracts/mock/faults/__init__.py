"""Every bug that the mock can be told to have. Importing this package registers them, family by family."""

from contracts.mock.faults import (
    access,
    agreement,
    allocation_answers,
    allocation_refusals,
    asset_answers,
    asset_conflicts,
    asset_echo,
    asset_refusals,
    crashes,
    funds,
    load,
    payloads,
    protocol,
    repetition,
    signatures,
)

__all__ = [
    "access",
    "agreement",
    "allocation_answers",
    "allocation_refusals",
    "asset_answers",
    "asset_conflicts",
    "asset_echo",
    "asset_refusals",
    "crashes",
    "funds",
    "load",
    "payloads",
    "protocol",
    "repetition",
    "signatures",
]

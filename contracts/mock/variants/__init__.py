"""Every legal oddity that the mock can be told to have: no verdict may call one of them wrong. Importing registers them."""

from contracts.mock.variants import assets, layout, limits, network, pace, refusals

__all__ = ["assets", "layout", "limits", "network", "pace", "refusals"]

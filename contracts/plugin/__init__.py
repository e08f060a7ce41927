"""The pytest plugin: turns marked tests into questions to a target, and their outcomes into verdicts.

A question is a test marked `@pytest.mark.asks("AST-05", ...)`. The plugin leaves all other tests alone. pytest finds the
hooks and fixtures of the parts by their names here.
"""

from contracts.plugin.groups import pytest_collection_finish
from contracts.plugin.machines import run_machine
from contracts.plugin.options import (
    pytest_addoption,
    pytest_configure,
    pytest_configure_node,
    pytest_report_header,
)
from contracts.plugin.outcomes import (
    pytest_runtest_call,
    pytest_runtest_makereport,
    pytest_runtest_protocol,
)
from contracts.plugin.overlap import pytest_pyfunc_call, pytest_runtestloop
from contracts.plugin.secrecy import pytest_fixture_setup, pytest_internalerror, pytest_make_collect_report
from contracts.plugin.selection import (
    pytest_collection_modifyitems,
    pytest_ignore_collect,
    pytest_pycollect_makeitem,
)
from contracts.plugin.stash import CARRIER
from contracts.plugin.target import (
    ask,
    assets,
    bursts,
    contract_target,
    network,
    other,
    profile,
    settings,
    target_or_mock,
)
from contracts.plugin.workers import pytest_sessionstart

__all__ = [
    "CARRIER",
    "ask",
    "assets",
    "bursts",
    "contract_target",
    "network",
    "other",
    "profile",
    "pytest_addoption",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_fixture_setup",
    "pytest_ignore_collect",
    "pytest_internalerror",
    "pytest_make_collect_report",
    "pytest_pycollect_makeitem",
    "pytest_pyfunc_call",
    "pytest_report_header",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtestloop",
    "pytest_sessionstart",
    "run_machine",
    "settings",
    "target_or_mock",
]

"""What a plain pytest run makes up is the same in all of its processes."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from contracts.plugin import options


def test_workers_have_the_seed_that_the_header_names(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A worker that reads the command line again and makes up a seed of its own, which nothing names."""
    made_up = SimpleNamespace(seed=7, budget=str(tmp_path / "budget.json"))
    config = SimpleNamespace(option=made_up, pluginmanager=SimpleNamespace(get_plugin=lambda _: None))
    node = SimpleNamespace(config=config, workerinput={})
    options.pytest_configure_node(node)
    monkeypatch.setattr(pytestconfig, "workerinput", node.workerinput, raising=False)
    for name, value in vars(pytestconfig.option).items():
        monkeypatch.setattr(pytestconfig.option, name, value)  # each as it was, in the end
    options.pytest_configure(pytestconfig)
    assert pytestconfig.option.seed == 7
    assert pytestconfig.option.budget == made_up.budget

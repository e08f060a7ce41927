"""The wheel is the whole product: installed somewhere empty, it asks its questions without a checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
BUILD_TIME_LIMIT = 120
RUN_TIME_LIMIT = 60


@dataclass(frozen=True)
class Installation:
    """A virtual environment that holds the wheel, and reads its dependencies from the running one."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def run(self, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run one of its commands from `cwd`, with an empty home and nothing that leads back to the checkout."""
        environment = {"PATH": os.defpath, "HOME": str(cwd), "LANG": "C.UTF-8"}
        program = str(self.folder / "bin" / command[0])
        return subprocess.run(
            [program, *command[1:]],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=RUN_TIME_LIMIT,
            check=False,
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout by its own backend."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, str(CHECKOUT)],
        check=True,
        cwd=folder,
        timeout=BUILD_TIME_LIMIT,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in an environment of its own, made without a network."""
    there = Installation(tmp_path_factory.mktemp("installed") / "venv")
    venv.create(there.folder, symlinks=True)
    install = [sys.executable, "-m", "pip", "--python", str(there.python), "install"]
    options = ["--quiet", "--no-index", "--no-deps"]
    subprocess.run([*install, *options, str(wheel)], check=True, cwd=there.folder, timeout=BUILD_TIME_LIMIT)
    # A folder named in a .pth file lends its packages, but its own .pth files stay unread: so the running
    # environment's editable install, which is such a file, does not come along.
    paths = sysconfig.get_paths(vars={"base": str(there.folder), "platbase": str(there.folder)})
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    Path(paths["purelib"], "lent.pth").write_text("\n".join(sorted(lent)) + "\n", encoding="utf-8")
    return there


def files_below(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


def test_wheel_carries_specs_questions_and_clauses(wheel: Path) -> None:
    """A folder left out of the wheel shows up only on users' machines."""
    names = set(zipfile.ZipFile(wheel).namelist())
    specs = files_below(CHECKOUT / "openapi")
    questions = files_below(CHECKOUT / "tests" / "contract")
    corpus = files_below(CHECKOUT / "tests" / "corpus")
    assert specs
    assert questions
    assert corpus
    assert {f"contracts/_openapi/{name}" for name in specs} <= names
    assert {f"contracts/_questions/{name}" for name in questions} <= names
    assert {f"contracts/_corpus/{name}" for name in corpus} <= names
    assert "contracts/clauses/clauses.yaml" in names


def test_wheel_installs_nothing_beside_the_package(wheel: Path) -> None:
    """A stray top-level `tests` or `openapi` folder would clash with the user's own."""
    top_level = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in top_level if not name.endswith(".dist-info")} == {"contracts"}


def test_installed_package_is_the_one_that_runs(installed: Installation, tmp_path: Path) -> None:
    """If the checkout were still importable, the tests below would prove nothing."""
    ran = installed.run("python", "-c", "import contracts; print(contracts.__file__)", cwd=tmp_path)
    assert ran.stdout.strip().startswith(str(installed.folder)), ran.stderr


def test_installed_command_lists_the_clauses(installed: Installation, tmp_path: Path) -> None:
    """clauses.yaml looked up beside the checkout instead of inside the package."""
    ran = installed.run("contracts", "clauses", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "AST-11" in ran.stdout


def test_installed_command_verifies_from_an_empty_folder(installed: Installation, tmp_path: Path) -> None:
    """Questions or specs looked up in the checkout, or pytest options that only pyproject.toml sets."""
    ran = installed.run("contracts", "verify", "--profile", "smoke", "--clauses", "AST-11", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (summary,) = (tmp_path / "reports").glob("*-smoke-*/summary.json")
    assert json.loads(summary.read_text(encoding="utf-8"))["clauses"]["AST-11"]["verdict"] == "held"

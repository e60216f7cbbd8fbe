"""Our packages are ours alone, and the wheel carries all of them and nothing else."""

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from scripts.lint.source import PRODUCT, repository_files

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DISTRIBUTION = "marketing-minds"
BESIDE = ("tests", "bench", "scripts")


def claims(names: Iterable[str], installed: Mapping[str, list[str]]) -> dict[str, set[str]]:
    """Return the distributions besides ours that provide one of these top-level names."""
    taken = {name: set(installed.get(name, [])) - {DISTRIBUTION} for name in names}
    return {name: distributions for name, distributions in taken.items() if distributions}


def test_a_clash_is_found() -> None:
    assert claims(["tools", "db"], {"tools": ["other", DISTRIBUTION], "db": [DISTRIBUTION]}) == {"tools": {"other"}}


def test_no_other_distribution_claims_our_names() -> None:
    assert claims((*PRODUCT, *BESIDE), metadata.packages_distributions()) == {}


def test_the_list_of_packages_is_the_folders_of_the_product() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - set(BESIDE) == set(PRODUCT)
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == list(PRODUCT)


def test_import_contracts_cover_every_package() -> None:
    linter = PROJECT["tool"]["importlinter"]
    assert set(linter["root_packages"]) == set(PRODUCT)
    layers = next(contract["layers"] for contract in linter["contracts"] if contract["type"] == "layers")
    assert {name for layer in layers for name in layer.split(" | ")} == set(PRODUCT) - {"sandbox"}


def test_type_checkers_see_every_folder() -> None:
    assert set(PROJECT["tool"]["mypy"]["files"]) == {*PRODUCT, *BESIDE}
    assert set(PROJECT["tool"]["pyright"]["include"]) == {*PRODUCT, *BESIDE}
    assert PROJECT["tool"]["mypy"]["strict"] is True
    assert PROJECT["tool"]["pyright"]["typeCheckingMode"] == "strict"


def test_the_distribution_can_not_be_uploaded_by_mistake() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_the_wheel_carries_every_file_of_the_product(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    product = {source.path for source in repository_files(ROOT) if source.is_product}
    assert product - carried == set()
    assert {name.partition("/")[0] for name in carried} == set(PRODUCT)
    assert any(name.endswith("licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())

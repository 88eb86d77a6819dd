"""The floors of the building (pyproject.toml): every module stands on one. `lint-imports` checks the contract itself."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGES = ("snoutos", "messaging", "routing", "policy", "automations", "audit")


def _modules() -> list[str]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files)
    return sorted(name.removesuffix(".__init__") for name in names)


def _contract(kind: str) -> dict[str, Any]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = [c for c in config["tool"]["importlinter"]["contracts"] if c["type"] == kind]
    found: dict[str, Any] = contract
    return found


def _floors() -> set[str]:
    layers = _contract("layers")["layers"]
    return {name for layer in layers for name in layer.replace("|", ":").replace(" ", "").split(":")}


def test_every_module_stands_on_a_floor() -> None:
    floors = _floors()
    homeless = [
        name
        for name in _modules()
        if not any(floor.startswith(f"{name}.") for floor in floors)
        and not any(name == floor or name.startswith(f"{floor}.") for floor in floors)
    ]
    assert homeless == []


def test_every_floor_exists() -> None:
    modules = set(_modules())
    assert {floor for floor in _floors() if floor not in modules} == set()


def test_no_app_and_no_house_of_rooms_escapes_the_contract_against_circles() -> None:
    contract = _contract("acyclic_siblings")
    houses = {floor.rpartition(".")[0] for floor in _floors()} - {""}
    assert {*PACKAGES, *houses} <= set(contract["ancestors"])
    assert not contract.get("skip_descendants")
    assert not contract.get("ignore_imports")

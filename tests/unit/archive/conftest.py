"""What tests of the lock and its packages share."""

import importlib.util
from types import ModuleType

import pytest
from tests.reviews import REPOSITORY


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    path = REPOSITORY / "docs/make_licences.py"
    spec = importlib.util.spec_from_file_location("make_licences", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

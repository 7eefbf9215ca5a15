"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import ils


def test_the_examples_in_docstrings_are_true():
    tried = 0
    for module in pkgutil.walk_packages(ils.__path__, "ils."):
        if module.name != "ils.__main__":
            result = doctest.testmod(importlib.import_module(module.name))
            assert result.failed == 0, module.name
            tried += result.attempted
    assert tried >= 7

"""A cataloguer at work."""

import pytest

from ils.organisation.staff.models import Role


@pytest.fixture
def cataloguer(library, browser):
    library.account("каталогизатор", Role.CATALOGUER)
    browser.sign_in("каталогизатор")
    return browser

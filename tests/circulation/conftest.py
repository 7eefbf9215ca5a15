import pytest


@pytest.fixture
def stocked(library):
    library.reader("R1")
    library.reader("R2")
    library.copy("B1")
    library.copy("B2", title="Степь", language="ru")
    return library

"""Sizes and scenes as fixtures; nothing here touches a display."""

import pytest

from tests.ui.scenes import SIZES, STANDING


@pytest.fixture(params=[*SIZES.values(), *STANDING.values()], ids=[*SIZES, *STANDING])
def any_size(request):
    """Every size that the pages must fit."""
    return request.param


@pytest.fixture(params=[*SIZES.values()], ids=SIZES)
def size(request):
    """The three sizes of which there are reference pictures."""
    return request.param

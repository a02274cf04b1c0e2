"""The vectors on the disk are those that their script makes: nobody mends a vector by hand to please a verifier."""

import pytest

from tests.trust import make_vectors


@pytest.mark.parametrize("name", make_vectors.MADE_BY)
def test_the_committed_vectors_are_those_that_the_script_makes(name):
    """Else: `python -m tests.trust.make_vectors`, and look at what changed."""
    assert (make_vectors.FOLDER / name).read_text(encoding="utf-8") == make_vectors.text_of(name)

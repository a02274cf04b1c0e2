"""Writes tests/trust/vectors: `python -m tests.trust.make_vectors`, from the top of the checkout.

What each thing is expected to be is written in the modules named here by hand, and not asked of a verifier.
"""

import json
from pathlib import Path

from tests.trust import document_vectors, enrolment_vectors, pass_vectors

FOLDER = Path(__file__).parent / "vectors"
MADE_BY = {
    "passes.json": pass_vectors.vectors,
    "enrolments.json": enrolment_vectors.vectors,
    "documents.json": document_vectors.vectors,
}


def text_of(name: str) -> str:
    return json.dumps(MADE_BY[name](), indent=1, ensure_ascii=False) + "\n"


def read(name: str) -> dict:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    for name in MADE_BY:
        (FOLDER / name).write_text(text_of(name), encoding="utf-8")

"""Faults of long ago, put back one at a time in memory: does the law that was written for each still see it?

    python -m tests.mutants.old_faults EXAMPLES [SEED ...]

Without a seed the laws take theirs from their own source, as in `make test`. Says a line for each fault and seed.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutations import Mutant
from tests.mutants.trials import was_killed

FILE = Path(__file__).with_name("old_faults.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldFault:
    """A fault, as the line that would bring it back, and the law that has to see it."""

    name: str
    file: str
    before: str
    after: str
    law: str

    def put_back(self, root: Path) -> Mutant:
        """Return the file with this fault in it. Raises ValueError where its line is not there exactly once."""
        text = (root / self.file).read_text("utf-8")
        if text.count(self.before) != 1:
            raise ValueError(
                f"{self.name}: expected its line once in {self.file}, found {text.count(self.before)}"
            )
        source = text.replace(self.before, self.after)
        return Mutant(
            path=self.file, line=0, where="", around=(0, 0), before=self.before, after=self.after, source=source
        )  # fmt: skip


def old_faults() -> list[OldFault]:
    """Return all of them, in the order in which they are written down."""
    return [OldFault(**fault) for fault in tomllib.loads(FILE.read_text("utf-8"))["fault"]]


def main(arguments: Sequence[str]) -> int:
    """Put each back under each seed; return 1 where a law did not see its fault."""
    examples, *numbers = map(int, arguments)
    unseen = 0
    for fault in old_faults():
        for seed in numbers or [None]:
            seen = was_killed(fault.put_back(Path.cwd()), fault.law, examples, seed)
            unseen += not seen
            print(f"{'seen' if seen else 'NOT SEEN'}  {fault.name}  (seed {seed})", flush=True)
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

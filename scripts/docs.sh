#!/usr/bin/env bash
# Write again what is generated from the code: state diagram, config reference, OpenAPI document.
#   scripts/docs.sh           write
#   scripts/docs.sh --check   say what would change, and fail if anything would
set -euo pipefail

main() {
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    if [[ ! -e tests/house/generate.py ]]; then
        printf 'docs: nothing is generated yet (tests/house/generate.py does not exist)\n'
        return
    fi
    .venv/bin/python -m tests.house.generate "$@"
}

main "$@"

#!/usr/bin/env bash
# Write again what is generated from the code: state diagram, configuration, commands, OpenAPI document.
#   scripts/docs.sh           write
#   scripts/docs.sh --check   say what would change, and fail if anything would
set -euo pipefail

# Written beside it first: a registry that does not start must not leave an empty document.
openapi() {
    local made status=0
    made=$(mktemp)
    .venv/bin/python -m registry openapi >"$made" || status=$?
    if ((status == 0)) && ! cmp -s "$made" docs/openapi.json; then
        if [[ ${1:-} == --check ]]; then
            printf 'docs: docs/openapi.json is out of date; run: make docs\n'
            status=1
        else
            cat "$made" >docs/openapi.json
            printf 'docs: docs/openapi.json written\n'
        fi
    fi
    rm -f "$made"
    return "$status"
}

main() {
    local status=0
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    .venv/bin/python -m tests.house.generate "$@" || status=1
    openapi "$@" || status=1
    return "$status"
}

main "$@"

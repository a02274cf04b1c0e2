#!/usr/bin/env bash
# Compile requirements/*.in into requirements/*.txt: exact versions, every wheel's hash, for Python 3.11 to 3.13 on x86-64 and
# aarch64. `make lock` keeps what still fits; `make lock UPGRADE=1` takes the newest of everything.
# The outputs name no package index and no machine: whoever installs uses his own.
set -euo pipefail

compile() { # compile NAME [option...]
    local name=$1
    shift
    # Extras stay in the pins: pip meets `name[extra]>=1` of another package first, takes the newest release for it, and then stops
    # because that one has no hash here. A lock that dropped them broke every fresh set-up on the day of a new release.
    local args=(--quiet --universal --generate-hashes --python-version 3.11
        --no-header --no-annotate --no-strip-extras --no-emit-index-url --no-emit-find-links)
    if [[ -n ${UPGRADE:-} ]]; then args+=(--upgrade); fi
    "$tools/bin/uv" pip compile "${args[@]}" "$@" "requirements/$name.in" -o "requirements/$name.txt"
    printf 'requirements/%s.txt: %s packages\n' "$name" "$(grep -c == "requirements/$name.txt")"
}

main() {
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    "${PYTHON:-python3}" -m venv "$tools"
    "$tools/bin/pip" install --quiet uv
    # Each is held to the ones before it, so that all three install together.
    compile kiosk
    compile registry -c requirements/kiosk.txt
    compile dev -c requirements/kiosk.txt -c requirements/registry.txt
    # Without dependencies: it lies beside the venv's own packages and must not shadow any but cbor2 (see its .in).
    compile second-opinion --no-deps
}

main "$@"

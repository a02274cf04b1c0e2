#!/usr/bin/env bash
# Asks the public lists of vulnerabilities about every package that is pinned, with pip-audit, in a folder of its own.
#   scripts/audit.sh      as `make audit` does. Exit code 1: something is known of a package
# Where there is no network, or nobody there who knows the lists, it says so and ends well: a CI without one must not fail for that.
set -euo pipefail

readonly WITHIN_S=180
readonly VERSION=2.10.1

not_audited() { # not_audited WHY
    printf -- '-       %-28s not audited: %s\n' "pip-audit" "$1"
    exit 0
}

main() {
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    local place said status=0 file
    place=$(mktemp -d)
    # shellcheck disable=SC2064  # the folder of now
    trap "rm -rf '$place'" EXIT
    python3 -m venv "$place" >/dev/null 2>&1 || not_audited "no Python that makes venvs"
    timeout "$WITHIN_S" "$place/bin/pip" --quiet --disable-pip-version-check --retries 1 --timeout 10 install "pip-audit==$VERSION" \
        >/dev/null 2>&1 || not_audited "no network that has pip-audit $VERSION"
    for file in requirements/*.txt; do
        said=$(timeout "$WITHIN_S" "$place/bin/pip-audit" --progress-spinner off --disable-pip --require-hashes --timeout 10 \
            --requirement "$file" 2>&1) || status=$?
        if [[ $said == *"could not be audited"* || $said == *ConnectionError* || $said == *ServiceError* ]] || ((status == 124)); then
            not_audited "nobody here knows the lists of vulnerabilities"
        fi
        if ((status)); then
            printf 'FAILED  pip-audit %s\n%s\n' "$file" "$said"
            exit 1
        fi
    done
    printf 'ok      %-28s %s packages\n' "pip-audit" "$(cat requirements/*.txt | grep -c ==)"
}

main "$@"

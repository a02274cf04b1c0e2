#!/usr/bin/env bash
# Everything that can be judged without running the program. Says all that is wrong, not only the first thing.
#   scripts/check.sh          as `make check` does
# A part that does not exist yet (a folder, a unit) is passed over; a tool that the machine lacks is named.
set -euo pipefail

readonly BIN=.venv/bin
# Tenths, as systemd-analyze takes them. Whatever decodes strangers' pictures is to reach less than anything else.
readonly MOST_EXPOSED=30 EYES_MOST_EXPOSED=15
failed=()

step() { # step NAME COMMAND... : quiet when it is well
    local name=$1 started=$SECONDS output
    shift
    if output=$("$@" 2>&1); then
        printf 'ok      %-28s %s s\n' "$name" "$((SECONDS - started))"
    else
        printf 'FAILED  %-28s %s\n%s\n' "$name" "$*" "$output"
        failed+=("$name")
    fi
}

present() { # present PATH... : those that exist
    local path
    for path in "$@"; do
        if [[ -e $path ]]; then printf '%s\n' "$path"; fi
    done
}

shell_scripts() {
    { git ls-files --cached --others --exclude-standard -- '*.sh' '*.bash' && present install.sh .ci/run; } | sort -u |
        while read -r path; do present "$path"; done
}

# The units name programs that exist only on a kiosk; everything else that systemd says of our files counts. It names them by
# path or by unit, and speaks of the machine's own units too.
verify_units() { # verify_units UNIT...
    local unit said names=()
    for unit in "$@"; do names+=(-e "${unit##*/}"); done
    said=$(systemd-analyze verify --recursive-errors=no "$@" 2>&1 | grep -F "${names[@]}" |
        grep -v -e 'is not executable: No such file' || true)
    if [[ -n $said ]]; then
        printf '%s\n' "$said"
        return 1
    fi
}

# How much of the machine a unit can reach, from 0 to 10: issue 5 allows 3.0, issue 9 the eyes 1.5. A drop-in beside a unit counts
# with it.
confined_units() { # confined_units UNIT...
    local unit said most status=0
    for unit in "$@"; do
        most=$MOST_EXPOSED
        if [[ $unit == *-eyes.service ]]; then most=$EYES_MOST_EXPOSED; fi
        if ! said=$(systemd-analyze security --offline=true --no-pager --threshold="$most" "$unit" 2>&1); then
            printf '%s: expected at most %s.%s\n%s\n' "$unit" "${most%?}" "${most: -1}" "$said"
            status=1
        fi
    done
    return "$status"
}

main() {
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    local scripts=() units=() packages=()
    mapfile -t scripts < <(shell_scripts)
    # That of the trial too: guard.sh puts it where systemd looks, only for as long as a release is on trial.
    mapfile -t units < <(present systemd/*.service systemd/*.socket systemd/*.timer systemd/*.path scripts/trial/*.service)
    mapfile -t packages < <(present kiosk drivers simulator ui registry)

    step "ruff check" "$BIN/python" -m ruff check --quiet .
    step "ruff format" "$BIN/python" -m ruff format --quiet --check .
    # pyproject.toml makes it strict, and says for which files something is impossible.
    if ((${#packages[@]})); then step "mypy" "$BIN/python" -m mypy --no-error-summary "${packages[@]}"; fi
    if ((${#scripts[@]})); then step "shellcheck" "$BIN/shellcheck" "${scripts[@]}"; fi
    step "who may import whom" "$BIN/python" -m pytest -q -p no:cacheprovider tests/house/test_imports.py
    if ((${#units[@]})); then
        if command -v systemd-analyze >/dev/null; then
            step "systemd units" verify_units "${units[@]}"
            step "systemd confinement" confined_units systemd/*.service
        else
            printf -- '-       %-28s %s\n' "systemd units" "not verified: this machine has no systemd-analyze"
        fi
    fi

    if ((${#failed[@]})); then
        printf '\n%s of the checks failed: %s\n' "${#failed[@]}" "$(IFS=,; printf '%s' "${failed[*]}")"
        exit 1
    fi
}

# Sourced (by tests/house/test_check.py), it only defines its functions.
if [[ ${BASH_SOURCE[0]} != "$0" ]]; then return 0; fi
main "$@"

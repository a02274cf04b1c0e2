#!/usr/bin/env bash
# Make this checkout able to run:  scripts/setup.sh demo   what `make demo` needs: kiosk and reference registry
#                                  scripts/setup.sh test   that, the tests and the tools
#                                  scripts/setup.sh install   test, and what `make test-install` needs
#                                  scripts/setup.sh device    install, and what `make test-device` needs
# On a fresh Debian 12 or 13 or Raspberry Pi OS it does everything; where nothing is missing it changes nothing, asks no network
# and takes under half a second.
#
#   PYTHON=/path/to/python3.12   use this Python for the venv (3.11 to 3.13)
#   VENV=.venv                   where the venv goes
#   ASHYQ_KIOSK_NO_APT=1         never call apt: say what is missing instead
#
# It writes the venv and nothing else in the checkout; apt runs only when a package is missing. pip's own settings (index, proxy)
# apply as they are. Everything from PyPI is checked against the hashes in requirements/*.txt.
set -euo pipefail

OLDEST=11 # Python 3.11: tomllib, StrEnum
NEWEST=13 # the newest that every wheel we pin exists for

say() { printf '%s\n' "setup: $*"; }
die() {
    printf '%s\n' "setup: $*" >&2
    exit 1
}

# ---- which Python -----------------------------------------------------------------------------------------------------------

in_range() { "$1" -c "import sys; sys.exit(not (3, $OLDEST) <= sys.version_info[:2] <= (3, $NEWEST))" 2>/dev/null; }

# Debian's own first: its python3-venv comes with it, and a Pi's camera library is only seen from it.
choose_python() {
    local candidate
    if [[ -n ${PYTHON:-} ]]; then
        in_range "$PYTHON" || return 1
        printf '%s\n' "$PYTHON"
        return
    fi
    for candidate in "${SYSTEM_PYTHON:-/usr/bin/python3}" python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && in_range "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# Debian splits ensurepip off: `python3 -m venv` is there and fails.
can_make_venvs() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

refuse_python() {
    die "found no Python 3.$OLDEST to 3.$NEWEST (${PYTHON:-python3} is $("${PYTHON:-python3}" --version 2>&1 || true))." \
        "Debian 12 and 13 and Raspberry Pi OS bring one; elsewhere install one and run: PYTHON=/path/to/python3 make demo"
}

# ---- Debian packages --------------------------------------------------------------------------------------------------------

on_debian() { command -v dpkg-query >/dev/null; }

# Debian 13 renamed some libraries: libzbar0 became libzbar0t64, which provides the old name.
installed() {
    local name
    for name in "$1" "$1t64"; do
        if [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]]; then return 0; fi
    done
    return 1
}

missing_packages() { # missing_packages NAME... : those not installed, and python3-venv where no venv could be made
    local name python missing=()
    if ! python=$(choose_python) || { [[ -z ${PYTHON:-} ]] && ! can_make_venvs "$python"; }; then
        missing+=(python3 python3-venv)
    fi
    for name in "$@"; do installed "$name" || missing+=("$name"); done
    printf '%s\n' "${missing[*]}"
}

# sudo may ask for a password only where somebody can answer.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}
can_be_root() {
    if [[ $(id -u) == 0 ]]; then return 0; fi
    command -v sudo >/dev/null || return 1
    if sudo -n true 2>/dev/null; then return 0; fi
    [[ -t 0 ]]
}

install_packages() { # install_packages NAME...
    if [[ -n ${ASHYQ_KIOSK_NO_APT:-} ]] || ! can_be_root; then
        die "missing Debian packages: $*. This account is not root and has no sudo (or ASHYQ_KIOSK_NO_APT is set)." \
            "Let someone who may run: apt-get install $* - and then run this again."
    fi
    say "Debian packages: $* (apt, about a minute)"
    # A third party's broken source must not stop us: what counts is whether the install succeeds.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >>"$log" 2>&1 || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>"$log" 2>&1 ||
        fail_with_log "apt could not install $*"
}

debian_packages() { # debian_packages KIND
    local need=(libzbar0 tzdata ca-certificates) wish=() missing
    if [[ $1 == install || $1 == device ]]; then need+=(mmdebstrap systemd-container iproute2); fi
    if [[ $1 == device ]]; then need+=(qemu-system-x86 e2fsprogs); fi
    # Tests of a real window use Xvfb, and units are judged by systemd-analyze; both skip themselves without: worth an apt-get,
    # not worth stopping for.
    if [[ $1 != demo ]]; then wish=(xvfb systemd); fi
    if ! on_debian; then
        say "this is not Debian: expecting the zbar library (libzbar.so.0) and Python's venv module to be there"
        return
    fi
    missing=$(missing_packages "${need[@]}")
    if [[ -n $missing ]] || can_be_root; then
        missing=$(missing_packages "${need[@]}" "${wish[@]}")
        # shellcheck disable=SC2086  # a list of package names
        if [[ -n $missing ]]; then install_packages $missing; fi
    elif [[ -n $(missing_packages "${wish[@]}") ]]; then
        say "without ${wish[*]} (no sudo to install it): tests of a real window, and the check of the units, will skip themselves"
    fi
}

# ---- the venv ---------------------------------------------------------------------------------------------------------------

# picamera2, lgpio and evdev exist for a Pi only as Debian packages: the venv has to see them.
on_a_pi() {
    if [[ -e /etc/rpi-issue ]] || grep -qs 'Raspberry Pi' /proc/device-tree/model; then return 0; fi
    [[ -d /usr/lib/python3/dist-packages/picamera2 ]]
}

venv_works() { # and is of the wanted kind
    [[ -x $VENV/bin/python ]] && in_range "$VENV/bin/python" && "$VENV/bin/python" -c 'import pip' 2>/dev/null || return 1
    if on_a_pi; then grep -qsi '^include-system-site-packages *= *true' "$VENV/pyvenv.cfg"; fi
}

make_venv() {
    local python options=()
    if venv_works; then return; fi
    python=$(choose_python) || refuse_python
    can_make_venvs "$python" || die "$python cannot make a venv (ensurepip is missing). On Debian: apt-get install python3-venv"
    if on_a_pi; then options+=(--system-site-packages); fi
    say "virtual environment in $VENV ($("$python" --version))"
    "$python" -m venv --clear "${options[@]}" "$VENV" >>"$log" 2>&1 || fail_with_log "$python could not make a venv"
}

fingerprint() { # fingerprint FILE... : of the pins and of the Python they were installed for
    { "$VENV/bin/python" --version && cat "$@"; } | sha256sum | cut -d' ' -f1
}

up_to_date() { # up_to_date KIND FILE...
    local stamp=$VENV/.installed-$1
    shift
    [[ -f $stamp && $(<"$stamp") == "$(fingerprint "$@")" ]]
}

pip_install() {
    "$VENV/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --require-hashes "$@" >>"$log" 2>&1 ||
        fail_with_log "pip could not install the pinned packages (no network, or no package index reachable?)"
}

python_packages() { # python_packages KIND
    local demo=(requirements/kiosk.txt requirements/registry.txt)
    local all=("${demo[@]}" requirements/dev.txt requirements/second-opinion.txt)
    if up_to_date "test" "${all[@]}"; then return; fi
    if [[ $1 == demo ]]; then
        if up_to_date demo "${demo[@]}"; then return; fi
        say "Python packages for kiosk and registry (about 110 MB and half a minute)"
        pip_install -r requirements/kiosk.txt -r requirements/registry.txt
        fingerprint "${demo[@]}" >"$VENV/.installed-demo"
    else
        say "Python packages for kiosk, registry, tests and tools (about 200 MB and a minute)"
        pip_install -r requirements/kiosk.txt -r requirements/registry.txt -r requirements/dev.txt
        rm -rf "$VENV/second-opinion"
        pip_install --no-deps --target "$VENV/second-opinion" -r requirements/second-opinion.txt
        fingerprint "${all[@]}" >"$VENV/.installed-test"
    fi
}

# ---- all of it --------------------------------------------------------------------------------------------------------------

fail_with_log() {
    printf '%s\n' "setup: $1; the last lines it said:" >&2
    tail -n 15 "$log" | sed 's/^/    /' >&2
    exit 1
}

main() {
    local kind=${1:-} started=$SECONDS
    case $kind in
        demo | test | install | device) ;;
        *) die "say what for: scripts/setup.sh demo | test | install | device" ;;
    esac
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    VENV=${VENV:-.venv}
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # Two `make` at once must not write one venv at once.
    if command -v flock >/dev/null; then
        exec 9>"$VENV.lock"
        flock -n 9 || { say "another set-up is at work here: waiting for it" && flock 9; }
    fi
    debian_packages "$kind"
    make_venv
    python_packages "$kind"
    if ((SECONDS - started > 1)); then say "done in $((SECONDS - started)) s"; fi
}

# Sourced (by tests/house/test_setup.py), it only defines its functions.
if [[ ${BASH_SOURCE[0]} != "$0" ]]; then return 0; fi
main "$@"

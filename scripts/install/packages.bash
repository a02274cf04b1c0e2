# shellcheck shell=bash disable=SC2154  # what is not assigned here is in install.sh
# What the kiosk needs of Debian. Part of install.sh.

packages() { # under the names of release 12
    # pygame-ce's wheel brings SDL, and expects the rest of the way to the panel to be here.
    local names=(python3 python3-venv libzbar0 tzdata ca-certificates
        libdrm2 libgbm1 libegl1 libgles2 libgl1-mesa-dri libxkbcommon0 libasound2)
    # evdev has no wheel for ARM (requirements/kiosk.in).
    if [[ $(architecture) == arm64 ]]; then names+=(python3-evdev); fi
    # lgpio from PyPI would be the ancient 0.0.0.2 on Python 3.13; picamera2 needs the libcamera that it was built for.
    if on_a_pi; then names+=(python3-picamera2 python3-lgpio); fi
    printf '%s\n' "${names[@]}"
}

apt_options=()
apt_get() { logged env DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" -o DPkg::Lock::Timeout=300 -y -q "$@"; }
installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
available() { [[ $(apt-cache "${apt_options[@]}" policy "$1" 2>/dev/null) == *"Candidate: "[0-9]* ]]; }

# Debian 13 renamed libraries. apt finds some by the old name; where several packages provide it (libasound2), it refuses to choose.
missing_packages() {
    local name
    for name in $(packages); do
        if installed "$name" || installed "${name}t64"; then continue; fi
        if available "${name}t64"; then say "${name}t64"; else say "$name"; fi
    done
}

apt_update() { # a system that was just started fetches its lists by itself, and apt does not wait for that
    local tries=30
    until apt_get update; do
        if [[ $(tail -n 20 "$LOG") != *"Could not get lock"* ]] || ((--tries == 0)); then return 1; fi
        sleep 10
    done
}

want_packages() {
    local missing
    missing=$(missing_packages | paste -sd ' ')
    if [[ -n $missing ]]; then say "install $missing"; fi
}
do_packages() {
    local missing name
    # A third party's broken source must not stop us: what counts is whether the install succeeds.
    apt_update || true
    if on_a_pi && missing=$(missing_on_a_pi) && [[ -n $missing ]]; then die "$missing"; fi
    mapfile -t missing < <(missing_packages)
    for name in "${missing[@]}"; do remember packages "$name"; done
    apt_get install --no-install-recommends "${missing[@]}" ||
        fail_with_log "apt could not install ${missing[*]} (no network, or a wrong clock? it is $(date '+%F %T'))"
}

# What decodes strangers' pictures and speaks TLS is the system's too: where nobody logs in, nobody installs its security updates.
want_updates() { # where apt knows the package; with a bundle there is no network to update from
    if [[ -n $offline || $(answered security_updates) == no ]] || installed unattended-upgrades; then return; fi
    if available unattended-upgrades; then
        say "have the system install its security updates by itself (security_updates = \"no\" in the answers: leave it)"
    fi
}
do_updates() { # a door without them works: it is told and no more
    apt_get install --no-install-recommends unattended-upgrades ||
        warn "the system will not install its security updates by itself: apt could not install unattended-upgrades ($LOG)"
}

unpack_bundle() { # --offline: the tree of the bundle takes the place of this one, its packages that of every other source
    local debs
    tree=$offline
    if [[ -f $offline ]]; then
        workplace=$(mktemp -d "/var/tmp/$PRODUCT.XXXXXX")
        tar -xf "$offline" -C "$workplace" --strip-components=1 2>/dev/null ||
            die "expected a bundle of scripts/bundle.sh at $offline, found something else: copy it anew"
        tree=$workplace
    fi
    tree=$(realpath "$tree")
    [[ -d $tree/wheels && -d $tree/debs && -f $tree/kiosk/__init__.py ]] ||
        die "expected a bundle with wheels, debs and a release at $offline, found none: make one with scripts/bundle.sh"
    debs=$tree/debs
    workplace=${workplace:-$(mktemp -d "/var/tmp/$PRODUCT.XXXXXX")}
    mkdir -p "$workplace/lists/partial"
    # Whoever brings the bundle brings this script too: trusting the one is trusting the other.
    say "deb [trusted=yes] copy:$debs ./" >"$workplace/sources.list"
    apt_options=(-o "Dir::Etc::SourceList=$workplace/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$workplace/lists" -o APT::Sandbox::User=root)
    apt_get update || fail_with_log "apt could not read the bundle's packages"
}

# shellcheck shell=bash disable=SC2154  # what is not assigned here is in install.sh
# What machine this is, and why it could not be served. Part of install.sh. Changes nothing.

os() { sed -n "s/^$1=//p" "$ROOT/etc/os-release" 2>/dev/null | tr -d "\"'"; } # os KEY
architecture() { dpkg --print-architecture 2>/dev/null || uname -m; }
model() { if [[ -r $ROOT/proc/device-tree/model ]]; then tr -d '\0' <"$ROOT/proc/device-tree/model"; fi; }
on_a_pi() { [[ $(model) == *"Raspberry Pi"* ]]; }
systemd_runs() { [[ -d $ROOT/run/systemd/system ]]; }
has_desktop() { [[ -e $ROOT/etc/systemd/system/display-manager.service && $(systemctl get-default 2>/dev/null) == graphical.target ]]; }
system_python() { say "$ROOT/usr/bin/python3"; }
free_mb() { # free_mb PATH : below the nearest folder of it that is there
    local path=$1
    until [[ -e $path ]]; do path=$(dirname "$path"); done
    df -Pm "$path" | awk 'NR == 2 { print $4 }'
}

refusals() { # every reason for which this machine cannot be served, a line each
    local kind
    kind=$(architecture)
    if [[ $kind != amd64 && $kind != arm64 ]]; then
        say "expected a 64-bit system, found $kind: write the card with \"Raspberry Pi OS Lite (64-bit)\" and run this again"
    elif [[ $(os ID) != debian || ! $(os VERSION_ID) =~ ^1[23]$ ]]; then
        say "expected Raspberry Pi OS or Debian, release 12 (bookworm) or 13 (trixie), found $(os PRETTY_NAME | grep . || say "another system"):" \
            "write the card with one of them and run this again"
    fi
    if ! command -v systemctl >/dev/null; then
        say "expected systemd, which starts and watches the door, found none: use a system that has it"
    fi
    if (($(free_mb "$OPT") < NEEDS_MB)) && [[ -n $(want_release) ]]; then
        say "expected $NEEDS_MB MB free for $OPT, found $(free_mb "$OPT") MB: use a larger card, or make room (sudo apt clean)"
    fi
    # A new card has no lists of packages yet: then do_packages looks.
    if on_a_pi && [[ -z $offline && -n $(find "$ROOT/var/lib/apt/lists" -name '*_Packages*' 2>/dev/null) ]]; then missing_on_a_pi; fi
    if [[ -e $OPT/trial/state ]]; then
        say "expected no release on trial, found one: it is decided within minutes ($OPT/last-update says how); then run this again"
    fi
    foreign
}

missing_on_a_pi() {
    local name
    for name in python3-picamera2 python3-lgpio; do
        if ! installed "$name" && ! available "$name"; then
            say "expected $name, which Raspberry Pi's own package source has, found none on this $(model):" \
                "use Raspberry Pi OS, or put its source back into /etc/apt/sources.list.d and run: sudo apt update"
        fi
    done
}

foreign() { # a kiosk that something else put here is not written over
    local path
    for path in "$KIOSK" "$ROOT"/{etc,usr/lib}/systemd/system/"$PRODUCT.service"; do
        if [[ -e $path ]] && ! is_remembered files "${path#"$ROOT"}"; then
            say "expected to be the one who installs the kiosk here, found $path, which something else put there:" \
                "remove that installation first; its data in $DATA may stay"
        fi
    done
    if [[ -d $OPT && ! -d $MEMORY && -n $(ls -A "$OPT") ]]; then
        say "expected $OPT to be this script's own, found other files in it: move them away"
    fi
}

notes() { # what works here only in part
    if ! on_a_pi && ! installed python3-lgpio; then
        say "  note      no python3-lgpio for this system: gate, lamp and buttons on GPIO need a Raspberry Pi"
    fi
    if ! on_a_pi && has_desktop; then
        say "  note      a desktop has this screen; for a door: sudo systemctl set-default multi-user.target, and run this again"
    fi
    if [[ $(python_pygame) ]]; then say "  note      another pygame is on this system ($(python_pygame)); the kiosk uses its own pygame-ce"; fi
}
python_pygame() { find "$ROOT"/usr/lib/python3*/dist-packages "$ROOT"/usr/local/lib/python3*/dist-packages -maxdepth 1 -name pygame 2>/dev/null | head -n 1; }

#!/usr/bin/env bash
# Makes a door kiosk of this machine, from the release tree that this file stands in. For Raspberry Pi OS bookworm and trixie
# (64-bit) and Debian 12 and 13 on x86-64 and ARM64. It says first what it will do. A second run changes nothing.
#
#   sudo ./install.sh                      say what will be done, ask, do it; then `kiosk doctor`
#   ./install.sh --check                   only say it. Exit code 0: nothing to do, 1: something, 2: this machine cannot be served
#   sudo ./install.sh --unattended         without a question
#   sudo ./install.sh --answers FILE       Wi-Fi, enrolment code and settings of this device (config/answers.toml is an example);
#                                          ashyq-kiosk.toml on the boot partition is found by itself. Used once, then without its secrets
#   sudo ./install.sh --offline BUNDLE     without a network: the file, or the unpacked folder, that scripts/bundle.sh made
#   sudo ./install.sh --uninstall          remove it; asks what becomes of the data (--keep-data, --purge). Unattended: kept
#   sudo ./install.sh --stage TREE         for `kiosk update`: put the release in TREE beside the running one; says its name
#   sudo ./install.sh --switch NAME        for `kiosk update`: make a staged release the current one; the door runs on until restarted
#
# Releases: /opt/ashyq-kiosk/releases/NAME; /opt/ashyq-kiosk/current is the one that runs. Configuration: /etc/ashyq-kiosk.
# Data: /var/lib/ashyq-kiosk. What apt and pip said: /var/log/ashyq-kiosk-install.log.
# Stopped or failed half-way, it leaves the release that runs as it is, and can be run again.
set -euo pipefail

readonly PRODUCT=ashyq-kiosk
readonly NEEDS_MB=1000 # a release is 330 MB with its packages, and pip unpacks beside them
readonly JOURNAL_RULE=/etc/systemd/journald.conf.d/$PRODUCT.conf
readonly WIFI_COUNTRY=KZ # where none is set and none is told: the venues are there, as is the time zone of the shipped configuration
readonly STEPS=(wifi packages updates release configuration boot files enrolment service)

places() { # places ROOT : where everything is; ROOT is empty but in tests
    ROOT=$1
    OPT=$1/opt/$PRODUCT
    RELEASES=$OPT/releases
    MEMORY=$OPT/install # what was changed outside our own folders, so that it can be undone
    ETC=$1/etc/$PRODUCT
    DATA=$1/var/lib/$PRODUCT
    LOG=$1/var/log/$PRODUCT-install.log
    KIOSK=$1/usr/local/bin/kiosk
    BOOT=$1/boot/firmware
    if [[ ! -d $BOOT ]]; then BOOT=$1/boot; fi
    FIRST_CONSOLE=$1/dev/tty1
}

say() { printf '%s\n' "$*"; }
warn() { printf 'install: %s\n' "$*" >&2; }
die() {
    warn "$@"
    exit 2
}
fail_with_log() {
    warn "$1. The last lines that it said (all of them: $LOG):"
    tail -n 15 "$LOG" | sed 's/^/    /' >&2
    warn "mend the cause and run this again; ${2:-the release that runs was not touched}"
    exit 2
}
logged() { "$@" >>"$LOG" 2>&1 </dev/null; }
digest() { sha256sum | cut -d ' ' -f 1; }

remember() { # remember LIST LINE : once
    mkdir -p "$MEMORY"
    grep -qxFs -- "$2" "$MEMORY/$1" || say "$2" >>"$MEMORY/$1"
}
remembered() { if [[ -f $MEMORY/$1 ]]; then cat "$MEMORY/$1"; fi; }
is_remembered() { grep -qxFs -- "$2" "$MEMORY/$1"; }

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
# shellcheck source=scripts/install/machine.bash
. "$here/scripts/install/machine.bash"
# shellcheck source=scripts/install/packages.bash
. "$here/scripts/install/packages.bash"
# shellcheck source=scripts/install/release.bash
. "$here/scripts/install/release.bash"
# shellcheck source=scripts/install/files.bash
. "$here/scripts/install/files.bash"
# shellcheck source=scripts/install/device.bash
. "$here/scripts/install/device.bash"
# shellcheck source=scripts/install/uninstall.bash
. "$here/scripts/install/uninstall.bash"

# Each step NAME has want_NAME, which says what is to be done, a line each, or nothing, and do_NAME, which does it.
plan() { # print it; the exit code is 0 where nothing is to be done
    local step todo line pending=0
    for step in "${STEPS[@]}"; do
        todo=$("want_$step")
        if [[ -z $todo ]]; then
            say "  as it is  $step"
            continue
        fi
        pending=1
        while read -r line; do printf '  to do     %-14s %s\n' "$step" "$line"; done <<<"$todo"
    done
    notes
    return $pending
}

perform() {
    local step wrong
    for step in "${STEPS[@]}"; do
        if [[ -z $("want_$step") ]]; then continue; fi
        say "-- $step"
        case $step in release | files | configuration) restart+=" $step" ;; boot) reboot=1 ;; esac
        "do_$step"
        # Where Python came only now, nobody has read the answers yet.
        if [[ $step == packages ]] && ! wrong=$(answered check); then die "$wrong"; fi
    done
    # Not where only something else was done: a release may be staged and wait for its moment.
    if [[ $restart == *release* ]]; then drop_old_releases; fi
    say "Release $(current) is installed."
    if [[ -n $reboot ]]; then say "The next start of the machine completes it: sudo reboot"; fi
}

install_here() {
    local wrong line
    find_answers
    wrong=$(refusals && answered check) || true
    if [[ -n $wrong ]]; then
        while read -r line; do warn "$line"; done <<<"$wrong"
        return 2
    fi
    say "Ashyq Kiosk $(tree_version "$tree") on $(os PRETTY_NAME), $(architecture)$(on_a_pi && say ", $(model)"):"
    if plan; then
        say "Nothing to do."
        if [[ $mode == check ]]; then return; fi
    else
        if [[ $mode == check ]]; then return 1; fi
        if [[ -z $unattended ]]; then
            [[ -t 0 ]] || die "expected a terminal to ask at, found none: add --unattended"
            read -r -p "Go on? [Y/n] " line
            if [[ $line == [nN]* ]]; then say "Nothing was changed." && return; fi
        fi
        perform
    fi
    say "-- kiosk doctor"
    "$KIOSK" doctor || say "What doctor found is to be mended at this device; the installation itself is whole."
}

main() {
    local mode=install argument="" unattended="" answers="" offline="" fate="" staged="" restart="" reboot="" workplace="" tree=$here
    while (($#)); do
        case $1 in
            --check | --uninstall) mode=${1#--} ;;
            --stage | --switch | --answers | --offline)
                (($# > 1)) || die "expected a name after $1, found none: see --help"
                case $1 in --answers) answers=$2 ;; --offline) offline=$2 ;; *) mode=${1#--} argument=$2 ;; esac
                shift
                ;;
            --unattended) unattended=1 ;;
            --keep-data | --purge) fate=${1#--} ;;
            -h | --help) sed -n '2,/^set -/ { s/^# \{0,1\}//p }' "${BASH_SOURCE[0]}" && return ;;
            *) die "expected one of the options that --help tells, found $1" ;;
        esac
        shift
    done
    umask 022
    places ""
    trap 'rm -rf "${workplace:-}"' EXIT
    trap 'warn "interrupted; what ran runs on, and this can be run again"; exit 130' INT TERM HUP
    if [[ $mode == check ]]; then
        LOG=/dev/null
    else
        [[ $(id -u) == 0 ]] || die "expected to run as root, found the user $(id -un): sudo ./install.sh"
        exec 9>"/run/$PRODUCT-install.lock"
        flock -w 60 9 || die "expected to be alone, found another install.sh at work: wait for it"
        printf '\n==== %s install.sh: %s\n' "$(date '+%F %T')" "$mode" >>"$LOG"
    fi
    case $mode in
        uninstall) uninstall ;;
        stage) stage_tree "$argument" ;;
        switch) switch_release "$argument" ;;
        *)
            if [[ -n $offline ]]; then unpack_bundle; fi
            install_here
            ;;
    esac
}

# Sourced (by tests/install), it only defines its functions.
if [[ ${BASH_SOURCE[0]} != "$0" ]]; then return 0; fi
main "$@"

#!/bin/sh
# Puts a release on trial, and returns to the one before it unless the new one proves good: by itself, also after a power cut.
#
#   guard.sh begin FROM TO [SIGN...]   switch from release FROM to TO; SIGNs (frame, screen, row) are what TO has to show
#   guard.sh watch                     by ashyq-kiosk-trial.service, now and at each start of the machine while the trial lasts
#   guard.sh back                      return at once
#
# What runs here is always a copy that the *old* release made: a new one that is broken in any way cannot break its own way back.
# Everything is plain sh and a few files, because it has to work when nothing else of ours does. The order of the steps is such
# that power may go after any of them: the state is on the disk before the first change, and goes after the last.
set -eu

OPT=${OPT:-/opt/ashyq-kiosk}
SIGNS=${SIGNS:-/run/ashyq-kiosk/signs}
UNITS=${UNITS:-/etc/systemd/system}
LOOKS=${LOOKS:-90} # three minutes: a Pi with a slow card needs one to its first frame
PAUSE_S=${PAUSE_S:-2}
STEADY=${STEADY:-10} # so many looks in a row at which all is well
MOST_STARTS=3 # of the machine, or of the service: a release that cannot last is not waited for

TRIAL=$OPT/trial
STATE=$TRIAL/state
DOOR=ashyq-kiosk.service
EYES=ashyq-kiosk-eyes.service
UNIT=ashyq-kiosk-trial.service

say() { printf 'trial: %s\n' "$*"; }

state() { sed -n "s/^$1=//p" "$STATE"; }
current() { basename "$(readlink "$OPT/current")"; }

keep() { # keep FILE : what comes in, whole or not at all, and on the disk
    cat >"$1.half"
    sync -f "$1.half"
    mv -f "$1.half" "$1"
    sync -f "$(dirname "$1")"
}

switch_to() { # the release's own installer knows its own units
    "$OPT/releases/$1/app/install.sh" --switch "$1"
}

begin() { # begin FROM TO SIGN...
    from=$1 to=$2
    shift 2
    here=$(cd "$(dirname "$0")" && pwd)
    mkdir -p "$TRIAL"
    keep "$TRIAL/guard.sh" <"$here/guard.sh"
    chmod 0755 "$TRIAL/guard.sh"
    keep "$UNITS/$UNIT" <"$here/$UNIT"
    systemctl daemon-reload
    systemctl enable --quiet "$UNIT"
    before=$(readlink "$OPT/previous" || true) # a release that is given up must not become the one to go back to
    { printf 'from=%s\nto=%s\nbefore=%s\nsigns=%s\nstarts=0\n' "$from" "$to" "${before##*/}" "$*"; } | keep "$STATE"
    switch_to "$to" || { back "it could not be switched to" && return 1; }
    rm -rf "$SIGNS" # those of the old release
    start
    systemctl start --no-block "$UNIT"
}

# Restarted and not stopped and started: with a stop systemd removes the runtime folder, and who is inside with it.
# The eyes go with the door (PartOf=). A release that has none must not keep those of the other.
start() {
    systemctl reset-failed "$DOOR" || true # and begin to count its restarts anew
    if has_eyes; then
        systemctl reset-failed "$EYES" || true
    else
        systemctl stop "${EYES%.service}.socket" "$EYES" || true
    fi
    systemctl restart --no-block "$DOOR"
}

has_eyes() { [ -e "$UNITS/$EYES" ]; } # the release that is current

watch() {
    if [ ! -e "$STATE" ]; then
        end
        return
    fi
    if [ "$(current)" != "$(state to)" ]; then
        back "the power went while it was switched"
        return
    fi
    starts=$(($(state starts) + 1))
    sed "s/^starts=.*/starts=$starts/" "$STATE" | keep "$STATE"
    if [ "$starts" -gt "$MOST_STARTS" ]; then
        back "the machine started $MOST_STARTS times and it did not become good"
        return
    fi
    looks=0 steady=0
    while [ "$steady" -lt "$STEADY" ]; do
        if [ "$looks" -ge "$LOOKS" ]; then
            back "it did not show in time that it works:$(missing)"
            return
        fi
        if [ "$(systemctl show --property NRestarts --value "$DOOR")" -ge "$MOST_STARTS" ]; then
            back "it stopped $MOST_STARTS times"
            return
        fi
        if has_eyes && [ "$(systemctl show --property NRestarts --value "$EYES")" -ge "$MOST_STARTS" ]; then
            back "its eyes stopped $MOST_STARTS times"
            return
        fi
        sleep "$PAUSE_S"
        looks=$((looks + 1))
        if [ -z "$(missing)" ]; then steady=$((steady + 1)); else steady=0; fi
    done
    finish "good $(state to): in place of $(state from)"
}

missing() { # what is not there, or was given by another version
    version=$(state to)
    if ! systemctl is-active --quiet "$DOOR"; then printf ' a running service'; fi
    if has_eyes && ! systemctl is-active --quiet "$EYES"; then printf ' running eyes'; fi
    for sign in $(state signs); do
        if [ "$(given "$sign")" != "${version%%+*}" ]; then printf ' %s' "$sign"; fi
    done
}

given() { # given SIGN : by which version. The folder is the door's own: what lies there may be anything, and must not hold this up
    if [ -f "$SIGNS/$1" ]; then timeout 5 head -c 64 "$SIGNS/$1" 2>/dev/null || true; fi
}

back() { # back [WHY]
    say "back to $(state from): ${1:-asked for}"
    switch_to "$(state from)"
    if [ -n "$(state before)" ]; then
        ln -sfn "releases/$(state before)" "$OPT/previous.new"
        mv -Tf "$OPT/previous.new" "$OPT/previous"
    else
        rm -f "$OPT/previous"
    fi
    start
    finish "back $(state from): $(state to) ${1:-was given up}"
}

finish() { # finish RESULT : what `kiosk update` and the doctor read
    printf '%s\n' "$1" | keep "$OPT/last-update"
    say "$1"
    end
}

end() { # the state first: without it there is no trial, and the rest is only untidy
    rm -f "$STATE"
    sync -f "$OPT"
    systemctl disable --quiet "$UNIT" || true
    rm -rf "$TRIAL" "${UNITS:?}/$UNIT"
}

main() {
    [ $# -gt 0 ] || set -- watch
    do=$1
    shift
    case $do in
        begin | watch | back) "$do" "$@" ;;
        *)
            say "expected begin, watch or back, found $do" >&2
            return 2
            ;;
    esac
}

main "$@"

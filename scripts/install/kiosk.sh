#!/bin/sh
# `kiosk` on an installed device: the current release, as the user whose files it reads and writes. What root wrote beside the
# store (a journal of SQLite, the device's key) the door itself could not open.
set -eu

kiosk() {
    # -P: a folder named kiosk, where the technician happens to stand, is not the program.
    exec $as /opt/ashyq-kiosk/current/venv/bin/python -P -m kiosk "$@"
}

as=
case ${1:-} in
    # These need nobody's files, or those of whoever asks. gate-safe runs at the start of the machine as root without root's powers.
    '' | -* | version | read | check-config | gate-safe) kiosk "$@" ;;
esac
case $(id -un):${1:-} in
    ashyq-kiosk:* | root:update) ;;
    root:*) as="env HOME=/var/lib/ashyq-kiosk setpriv --reuid=ashyq-kiosk --regid=ashyq-kiosk --init-groups --" ;;
    *) exec sudo -- "$0" "$@" ;;
esac
kiosk "$@"

#!/bin/sh
# `kiosk` on an installed device: the current release, as the user whose files it reads and writes. What root wrote beside the
# store (a journal of SQLite, the device's key) the door itself could not open.
set -eu

main() {
    # -P: a folder named kiosk, where the technician happens to stand, is not the program.
    python=/opt/ashyq-kiosk/current/venv/bin/python
    case ${1:-} in
        # These need nobody's files, or those of whoever asks. gate-safe runs at the machine's start as root without root's powers.
        '' | -* | version | read | check-config | gate-safe) exec "$python" -P -m kiosk "$@" ;;
    esac
    case $(id -un):${1:-} in
        ashyq-kiosk:* | root:update) exec "$python" -P -m kiosk "$@" ;;
        root:*)
            export HOME=/var/lib/ashyq-kiosk
            # The pins' library puts a pipe where it is started, or here; in a folder that is not the user's it does not load at all.
            export LG_WD=/run/ashyq-kiosk
            if [ ! -d "$LG_WD" ]; then LG_WD=$HOME; fi
            exec setpriv --reuid=ashyq-kiosk --regid=ashyq-kiosk --init-groups -- "$python" -P -m kiosk "$@"
            ;;
        *) exec sudo -- "$0" "$@" ;;
    esac
}

main "$@"

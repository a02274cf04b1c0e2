#!/bin/sh
# `kiosk` on an installed device: the current release, as the user whose files it reads and writes. What root wrote beside the
# store (a journal of SQLite, the device's key) the door itself could not open.
set -eu

home=/opt/ashyq-kiosk
python=$home/current/venv/bin/python

main() {
    command=$(command_in "$@")
    # -P: a folder named kiosk, where the technician happens to stand, is not the program.
    case $command in
        # These need nobody's files, or those of whoever asks. gate-safe runs at the machine's start as root without root's powers,
        # eyes as a user that systemd makes for it, who may read nothing of the door's and call no sudo.
        '' | version | read | check-config | gate-safe | eyes) exec "$python" -P -m kiosk "$@" ;;
    esac
    case $(id -un):$command in
        ashyq-kiosk:*) exec "$python" -P -m kiosk "$@" ;;
        # These lay root's powers down themselves, and doctor and bundle take them up to repair and to read the journal
        # (kiosk/machine/powers.py); enrol has to see that it was root who called it. -I: nothing is imported from a folder, or by a variable, of somebody else.
        root:update | root:doctor | root:bundle | root:enrol)
            only_roots
            pipes_in /var/lib/ashyq-kiosk
            exec "$python" -I -m kiosk "$@"
            ;;
        root:*)
            export HOME=/var/lib/ashyq-kiosk
            pipes_in "$HOME"
            exec setpriv --reuid=ashyq-kiosk --regid=ashyq-kiosk --init-groups -- "$python" -P -m kiosk "$@"
            ;;
        *) exec sudo -- "$0" "$@" ;;
    esac
}

command_in() { # the first word that is no option, nor an option's value: --config FILE may stand before it
    while [ $# -gt 0 ]; do
        case $1 in
            -h | --help) return ;;
            --config) if [ $# -gt 1 ]; then shift; fi ;;
            -*) ;;
            *) echo "$1" && return ;;
        esac
        shift
    done
}

only_roots() { # root runs nothing that somebody else could have written
    found=$(find -H "$home" "$home/releases" "$home/current" "$home/current/app" "$home/current/app/kiosk" \
        "$home/current/venv" "$home/current/venv/bin" "$home/current/venv/lib" \
        -maxdepth 0 '(' '!' -user root -o -perm /022 ')' -print -quit)
    if [ -n "$found" ]; then
        echo "kiosk: expected a program that root alone can change, found $found: find out who did that, then install it anew" >&2
        exit 2
    fi
}

pipes_in() { # pipes_in ELSE : where the pins' library puts a pipe; in a folder that is not its user's it does not load at all
    export LG_WD=/run/ashyq-kiosk
    if [ ! -d "$LG_WD" ]; then LG_WD=$1; fi
}

main "$@"

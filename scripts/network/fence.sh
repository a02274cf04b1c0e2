#!/bin/sh
# What the door's own user may do with the network, kept in step with whose the device is (docs/service.md). Root runs it when
# the machine starts, when enrolment or name servers change, and every quarter of an hour (ashyq-kiosk-network.service).
#
# Only a device that is nobody's may change the machine's networks: to join the Wi-Fi that its enrolment code names. Only a door
# whose registry is elsewhere is kept out of the venue's own network. Where that cannot be told, nothing is shut: a door that
# cannot reach its registry helps nobody.
set -eu

DATA=${DATA:-/var/lib/ashyq-kiosk}
RUN=${RUN:-/run}
NAME_SERVERS=${NAME_SERVERS:-/etc/resolv.conf}
DOOR=ashyq-kiosk.service
NOBODYS=$RUN/ashyq-kiosk-nobodys # the polkit rule looks for it (systemd/polkit)
PRIVATE="10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 100.64.0.0/10 fc00::/7 fe80::/10"

main() {
    enrolment=$DATA/device/enrolment.json
    if [ -e "$enrolment" ]; then rm -f "$NOBODYS"; else : >"$NOBODYS"; fi
    host=$(registry_host "$enrolment")
    if [ -z "$host" ] || ! addresses=$(getent ahosts -- "$host"); then
        reach "" ""
        return
    fi
    allowed=localhost
    # The venue's router is asked for names, and a registry may stand in the venue.
    for address in $(name_servers) $(printf '%s\n' "$addresses" | cut -d ' ' -f 1 | sort -u); do
        if is_private "$address"; then allowed="$allowed $address"; fi
    done
    reach "$PRIVATE" "$allowed"
}

registry_host() { # registry_host FILE : the door's user wrote it, so nothing of it is taken but a name
    if [ ! -f "$1" ]; then return; fi
    head -c 65536 "$1" | sed -n 's|^ *"registry": *"https\{0,1\}://\([A-Za-z0-9.-]\{1,253\}\)[:/"].*|\1|p' | head -n 1
}

name_servers() { sed -n 's/^nameserver[[:space:]]\{1,\}\([0-9A-Fa-f:.]\{2,45\}\).*/\1/p' "$NAME_SERVERS" 2>/dev/null || true; }

is_private() { # is_private ADDRESS
    case $1 in
        10.* | 192.168.* | 169.254.* | 172.1[6-9].* | 172.2[0-9].* | 172.3[01].*) return 0 ;;
        100.6[4-9].* | 100.[7-9][0-9].* | 100.1[01][0-9].* | 100.12[0-7].*) return 0 ;;
        [fF][cdCD]*:* | [fF][eE][89abAB]*:*) return 0 ;;
        *) return 1 ;;
    esac
}

reach() { # reach DENIED ALLOWED : for the door's unit, at once and until the machine restarts
    systemctl set-property --runtime "$DOOR" "IPAddressDeny=" "IPAddressAllow=" \
        "IPAddressDeny=$1" "IPAddressAllow=$2"
}

main "$@"

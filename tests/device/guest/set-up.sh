#!/bin/sh
# At each start of the virtual device, before the door: the header of a Raspberry Pi 4, and a camera. Nothing of it is the product's.
set -eu

main() {
    modprobe gpio-sim
    header=/sys/kernel/config/gpio-sim/header
    mkdir -p "$header/bank0"
    echo 54 >"$header/bank0/num_lines"
    echo pinctrl-bcm2711 >"$header/bank0/label"
    echo 1 >"$header/live"

    # The pin library asks which Pi this is.
    {
        cat /proc/cpuinfo
        printf 'Revision\t: c03114\n'
    } >/run/cpuinfo
    mount --bind /run/cpuinfo /proc/cpuinfo

    modprobe v4l2loopback video_nr=40 exclusive_caps=1 card_label=Camera
    mkdir -p /run/held

    # Where a Pi's camera takes its memory from.
    ln -sfn system '/dev/dma_heap/linux,cma'
}

main "$@"

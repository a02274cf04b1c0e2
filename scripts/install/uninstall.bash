# shellcheck shell=bash disable=SC2154  # what is not assigned here is in install.sh
# Away with it: nothing of ours stays, but the data where they are kept. Part of install.sh.

uninstall() {
    local name unit answer packages
    if [[ -z $fate && -z $unattended && -t 0 ]]; then
        read -r -p "Visits, device key and configuration: keep them for another installation? [Y/n] " answer
        if [[ $answer == [nN]* ]]; then fate=purge; fi
    fi
    if [[ ! -d $MEMORY ]]; then
        if [[ $fate == purge ]]; then forget_data; fi
        say "No kiosk of this script is installed here."
        return
    fi
    # The guard of a release on trial (scripts/trial) goes first: it would bring back what is removed.
    if [[ -e $ROOT/etc/systemd/system/$PRODUCT-trial.service ]]; then
        remember files "/etc/systemd/system/$PRODUCT-trial.service"
    fi
    for unit in $(remembered files | sed -n 's|^/etc/systemd/system/\([^/]*\)$|\1|p' | LC_ALL=C sort); do
        if systemd_runs; then logged systemctl stop "$unit" || fail_with_log "$unit does not stop" "it was not removed"; fi
        logged systemctl disable "$unit" || true
    done
    for name in $(remembered files); do remove_file "$name"; done
    forget_journal
    reload
    restore_boot
    for name in $(remembered groups); do forget_group "$name"; done
    mapfile -t packages < <(remembered packages)
    if ((${#packages[@]})); then
        logged apt-mark auto "${packages[@]}" || true
        say "Debian packages that came with it and that nothing else needs are removed by: sudo apt autoremove"
    fi
    if [[ $fate == purge ]]; then
        for name in $(remembered wifi); do rm -f "$ROOT$name"; done
        forget_data
        say "The kiosk and its data are removed."
    else
        say "The kiosk is removed. Kept: $DATA, $ETC, $LOG, the user $PRODUCT. Removed by: ./install.sh --uninstall --purge"
    fi
    rm -rf "$OPT"
}

restore_boot() { # only what was added: somebody may have changed the rest since
    local word words
    if [[ -n $(remembered desktop) ]]; then logged systemctl set-default graphical.target || true; fi
    if [[ ! -f $BOOT/cmdline.txt || -z $(remembered boot-words) ]]; then return; fi
    words=$(head -n 1 "$BOOT/cmdline.txt" | tr ' ' '\n')
    for word in $(remembered boot-words); do words=$(grep -vxF -- "$word" <<<"$words" || true); done
    write_command_line "$(paste -sd ' ' <<<"$words")"
    rm -f "$BOOT/cmdline.txt.before-$PRODUCT"
}

forget_data() {
    rm -rf "$DATA" "$ETC" "$ROOT/run/$PRODUCT" "$LOG"
    LOG=/dev/null
    if getent passwd "$PRODUCT" >/dev/null; then userdel "$PRODUCT" 2>/dev/null || true; fi
    forget_group "$PRODUCT"
}
forget_group() { if getent group "$1" >/dev/null; then groupdel "$1" 2>/dev/null || true; fi; }

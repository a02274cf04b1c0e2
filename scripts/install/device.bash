# shellcheck shell=bash disable=SC2154  # what is not assigned here is in install.sh
# What makes this device this door's: Wi-Fi, enrolment, and that the door runs. Part of install.sh.

find_answers() {
    if [[ -z $answers && -f $BOOT/$PRODUCT.toml ]]; then answers=$BOOT/$PRODUCT.toml; fi
    if [[ -n $answers && ! -r $answers ]]; then die "expected a file with answers at $answers, found none that can be read: see its name"; fi
}
answered() { # answered check | settings | wifi-profile | forget KEY... | KEY : nothing where there are no answers
    if [[ -n $answers && -x $(system_python) ]]; then "$(system_python)" -I "$tree/scripts/install/answers.py" "$answers" "$@"; fi
}

want_wifi() { if [[ -n $(answered wifi_name) ]]; then say "join the Wi-Fi \"$(answered wifi_name)\" of $answers, and remove its passphrase from there"; fi; }
do_wifi() { # before apt and pip, which need it; a Wi-Fi of the enrolment code comes with the enrolment
    local profile=/etc/NetworkManager/system-connections/$PRODUCT.nmconnection
    command -v nmcli >/dev/null || die "expected NetworkManager to join the Wi-Fi of $answers, found no nmcli: plug in a cable, and take wifi_name out"
    # A Pi's radio stays off until its country is known.
    if command -v raspi-config >/dev/null; then logged raspi-config nonint do_wifi_country "$(answered wifi_country)" || true; fi
    remember wifi "$profile"
    (umask 077 && answered wifi-profile >"$ROOT$profile")
    logged nmcli connection reload || true
    if logged nmcli --wait 40 connection up "$PRODUCT"; then
        answered forget wifi_passphrase wifi_name
    else
        warn "the Wi-Fi of $answers did not connect: see its name and passphrase. Going on, a cable may do"
    fi
}

want_enrolment() { if [[ -n $(answered enrolment_code) ]]; then say "enrol this device with the code in $answers, and remove the code from there"; fi; }
do_enrolment() {
    local folder=$ROOT/run/$PRODUCT-install
    if [[ -e $DATA/device/enrolment.json ]]; then
        warn "this device is enrolled already: the code in $answers was not used, and is removed (for another door: kiosk enrol --anew)"
        answered forget enrolment_code
        return
    fi
    install -d -o "$PRODUCT" -g "$PRODUCT" -m 0700 "$folder"
    (umask 077 && answered enrolment_code >"$folder/code")
    chown "$PRODUCT:" "$folder/code"
    # It says what the technician wants to see, registry and door, and never the code.
    if "$KIOSK" enrol --file "$folder/code" --yes </dev/null; then
        answered forget enrolment_code
    else
        warn "not enrolled: the code stays in $answers for the next run. Or hold one before the camera, or: sudo kiosk enrol"
    fi
    rm -rf "$folder"
}

want_service() {
    local unit
    for unit in $(units "$tree"); do
        if ! systemctl is-enabled --quiet "$unit" 2>/dev/null; then say "have $unit start with the machine"; fi
    done
    # In the plan, what comes before this step has not been done yet.
    if [[ -n $restart$(want_release)$(want_configuration)$(want_files) ]]; then
        say "start the door anew"
    elif systemd_runs && ! systemctl is-active --quiet "$PRODUCT.service"; then
        say "start the door"
    fi
}
do_service() { # where no systemd runs (a root that is being prepared), the first start of the machine does it
    local new old unit
    for unit in $(units "$tree"); do logged systemctl enable "$unit" || fail_with_log "$unit cannot be made to start with the machine"; done
    if ! systemd_runs || logged systemctl restart "$PRODUCT.service"; then return; fi
    journalctl -u "$PRODUCT.service" -n 12 --no-pager >>"$LOG" 2>&1 || true
    new=$(current)
    old=$(previous)
    if complete "$old" && [[ $old != "$new" && -n $restart ]]; then
        switch_release "$old"
        logged systemctl restart "$PRODUCT.service" || true
        fail_with_log "release $new does not start" "release $old runs again"
    fi
    fail_with_log "the door does not start" "systemd goes on trying"
}

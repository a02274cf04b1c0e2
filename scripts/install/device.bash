# shellcheck shell=bash disable=SC2154  # what is not assigned here is in install.sh
# What makes this device this door's: Wi-Fi, enrolment, and that the door runs. Part of install.sh.

find_answers() {
    if [[ -z $answers && -f $BOOT/$PRODUCT.toml ]]; then answers=$BOOT/$PRODUCT.toml; fi
    if [[ -n $answers && ! -r $answers ]]; then die "expected a file with answers at $answers, found none that can be read: see its name"; fi
}
answered() { # answered check | settings | wifi-profile | forget KEY... | KEY : nothing where there are no answers
    if [[ -n $answers && -x $(system_python) ]]; then "$(system_python)" -I "$tree/scripts/install/answers.py" "$answers" "$@"; fi
}

# Raspberry Pi OS keeps the radio off until it knows the country, and the door's user may not switch it on: also the Wi-Fi that an
# enrolment code names would not be joined. So it is set at every installation, whether this one needs a Wi-Fi or not.
known_country() {
    raspi-config nonint get_wifi_country 2>/dev/null </dev/null | grep -xE '[A-Z]{2}' ||
        sed -n 's/.*cfg80211\.ieee80211_regdom=\([A-Z][A-Z]\).*/\1/p' "$BOOT/cmdline.txt" 2>/dev/null
}
wanted_country() { # nothing where it is known, or where there is no radio, or no such rule
    local known told
    if ! on_a_pi || ! command -v raspi-config >/dev/null || ! compgen -G "$ROOT/sys/class/net/*/phy80211" >/dev/null; then return; fi
    known=$(known_country) || true
    told=$(answered wifi_country)
    if [[ ${told:-${known:-$WIFI_COUNTRY}} != "$known" ]]; then say "${told:-$WIFI_COUNTRY}"; fi
}
set_country() { # set_country COUNTRY
    if logged raspi-config nonint do_wifi_country "$1"; then
        if command -v nmcli >/dev/null; then logged nmcli radio wifi on || true; fi
    else
        warn "the Wi-Fi's country could not be set ($LOG says why): the radio stays off. A cable does; else: sudo raspi-config"
    fi
}

want_wifi() {
    local country
    country=$(wanted_country)
    if [[ -n $country ]]; then say "set the Wi-Fi's country to $country, without which its radio stays off (another one: wifi_country in the answers)"; fi
    if [[ -n $(answered wifi_name) ]]; then say "join the Wi-Fi \"$(answered wifi_name)\" of $answers, and remove its passphrase from there"; fi
}
do_wifi() { # before apt and pip, which need it; a Wi-Fi of the enrolment code comes with the enrolment
    local profile=/etc/NetworkManager/system-connections/$PRODUCT.nmconnection country
    country=$(wanted_country)
    if [[ -n $country ]]; then set_country "$country"; fi
    if [[ -z $(answered wifi_name) ]]; then return; fi
    command -v nmcli >/dev/null || die "expected NetworkManager to join the Wi-Fi of $answers, found no nmcli: plug in a cable, and take wifi_name out"
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

disabled_units() {
    local unit
    for unit in $(units "$tree"); do
        if ! systemctl is-enabled --quiet "$unit" 2>/dev/null; then say "$unit"; fi
    done
}
want_service() {
    disabled_units | sed 's/.*/have & start with the machine/'
    # In the plan, what comes before this step has not been done yet.
    if [[ -n $restart$(want_release)$(want_configuration)$(want_files) ]]; then
        say "start the door and its eyes anew"
    elif systemd_runs && ! systemctl is-active --quiet "$PRODUCT.service"; then
        say "start the door and its eyes"
    elif systemd_runs && ! eyes_are_up; then
        say "start the door's eyes"
    fi
}
eyes_are_up() { # where the release has them
    [[ ! -f $tree/systemd/$PRODUCT-eyes.service ]] || systemctl is-active --quiet "$PRODUCT-eyes.socket" "$PRODUCT-eyes.service"
}
# The door brings its eyes: it wants their socket and them, and they are started and stopped with it (Wants=, PartOf=).
do_service() { # where no systemd runs (a root that is being prepared), the first start of the machine does it
    local new old
    if [[ -n $(disabled_units) ]]; then enable_units "$tree" && reload; fi
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

# shellcheck shell=bash disable=SC2154  # what is not assigned here is in install.sh
# What stands outside our own folders: units, rules, the command `kiosk`, the kernel's command line; and the configuration.
# Part of install.sh. Everything written here is remembered, for the uninstallation and for a release that has it no more.

system_files() { # system_files TREE : a line for each: source, destination, mode
    local file to
    while read -r file; do
        case $file in
            # Not under a desktop, which has the screen itself.
            *tty1.conf | ctrl-alt-del.target) if [[ ! -e $FIRST_CONSOLE ]] || has_desktop; then continue; fi ;;
        esac
        case $file in
            *.service | *.service.d/* | *.socket | *.timer | *.path) to=systemd/system/$file ;;
            # Debian 13 has a link of this name in /etc/systemd/system, which is not ours to replace. This folder is looked into before.
            *.target) to=systemd/system.control/$file ;;
            system.conf.d/* | journald.conf.d/*) to=systemd/$file ;;
            sysusers.d/* | tmpfiles.d/*) to=$file ;;
            udev/*) to=udev/rules.d/${file##*/} ;;
            rpi-swap/*) if [[ -e $ROOT/etc/rpi/swap.conf ]]; then to=rpi/swap.conf.d/${file##*/}; else continue; fi ;;
            polkit/*) if [[ -d $ROOT/etc/polkit-1/rules.d ]]; then to=polkit-1/rules.d/${file##*/}; else continue; fi ;;
            *) continue ;;
        esac
        say "$1/systemd/$file $ROOT/etc/$to 0644"
    done < <(cd "$1/systemd" && find . -type f -printf '%P\n' | LC_ALL=C sort)
    say "$1/scripts/install/kiosk.sh $KIOSK 0755"
    # Whose releases `kiosk update` takes: each release brings the keys for the next one.
    say "$1/config/release-keys $ETC/release-keys 0644"
}

differing_files() { # differing_files TREE
    local source destination mode
    while read -r source destination mode; do
        if ! cmp -s "$source" "$destination" || [[ 0$(stat -c %a "$destination") != "$mode" ]]; then say "${destination#"$ROOT"}"; fi
    done < <(system_files "$1")
}
obsolete_files() { # obsolete_files TREE : those of an older release
    local name wanted
    wanted=$(system_files "$1" | awk '{ print $2 }')
    for name in $(remembered files); do
        if ! grep -qxF -- "$ROOT$name" <<<"$wanted"; then say "$name"; fi
    done
}
place_files() { # place_files TREE : each whole at any moment
    local source destination mode name folder
    for name in $(obsolete_files "$1"); do
        drop_unit "$name"
        remove_file "$name"
    done
    remember_journal
    while read -r source destination mode; do
        folder=$(dirname "$destination")
        if [[ ! -d $folder ]]; then remember folders "${folder#"$ROOT"}" && mkdir -p "$folder"; fi
        remember files "${destination#"$ROOT"}"
        cp --no-preserve=all "$source" "$destination.new"
        chmod "$mode" "$destination.new"
        mv "$destination.new" "$destination"
    done < <(system_files "$1")
}
drop_unit() { # drop_unit NAME : what runs of a release that is left must not go on without its file, nor leave a link to it
    local unit=${1#/etc/systemd/system/}
    if [[ $unit == "$1" || $unit == */* ]]; then return; fi
    if systemd_runs; then logged systemctl stop "$unit" || true; fi
    logged systemctl --no-reload disable "$unit" || true
}
remove_file() { # remove_file NAME : and its folder, where that was made for it and nothing else is in it
    rm -f "$ROOT$1"
    if is_remembered folders "$(dirname "$1")"; then rmdir "$(dirname "$ROOT$1")" 2>/dev/null || true; fi
    if [[ -f $MEMORY/files ]]; then sed -i "\|^$1\$|d" "$MEMORY/files"; fi
}

# Where no journal was kept, none is kept when we are gone.
remember_journal() {
    if compgen -G "$ROOT/var/log/journal/*/*.journal" >/dev/null; then return; fi
    remember journal /var/log/journal
    if [[ ! -d $ROOT/var/log/journal ]]; then remember folders /var/log/journal; fi
}
forget_journal() { # the rule is gone by now
    local folder
    start_journal_anew
    # Not before: one that keeps its journal there makes the folder anew for the next line that anybody says.
    for folder in $(remembered journal); do
        rm -rf "$ROOT${folder:?}"/*
        if is_remembered folders "$folder"; then rmdir "$ROOT$folder" 2>/dev/null || true; fi
        start_journal_anew
    done
}
# It reads its rules when it starts; whoever writes to it notices nothing of that.
start_journal_anew() {
    if ! systemd_runs; then return; fi
    logged systemctl restart systemd-journald.service || true
    logged journalctl --flush || true
}

# The link turns last and at once: before it the old release runs at the next start, after it the new one.
switch_release() { # switch_release NAME
    local name=$1 app=$RELEASES/$1/app journal
    complete "$name" || die "expected a whole release $name in $RELEASES, found none: stage it first"
    getent group gpio >/dev/null || remember groups gpio
    journal=$(differing_files "$app" | grep -xF "$JOURNAL_RULE" || true)
    place_files "$app"
    logged systemd-sysusers "$ROOT/etc/sysusers.d/$PRODUCT.conf" || fail_with_log "the user $PRODUCT could not be made"
    logged systemd-tmpfiles --create "$ROOT/etc/tmpfiles.d/$PRODUCT.conf" || fail_with_log "the folders of the kiosk could not be made"
    if [[ $(current) != "$name" ]]; then
        if [[ -n $(current) ]]; then point previous "$(current)"; fi
        point current "$name"
        sync -f "$OPT"
    fi
    enable_units "$app"
    reload
    if [[ -n $journal ]]; then start_journal_anew; fi
}
enable_units() { # enable_units TREE : a reload has to follow
    local unit
    for unit in $(units "$1"); do logged systemctl --no-reload enable "$unit" || fail_with_log "$unit cannot be made to start with the machine"; done
}
point() { # point LINK NAME
    ln -sfn "releases/$2" "$OPT/$1.new"
    mv -Tf "$OPT/$1.new" "$OPT/$1"
}
reload() {
    if systemd_runs; then logged systemctl daemon-reload || fail_with_log "systemd did not take its new units"; fi
    # Without udev, as in a container, there are no devices to give to anybody.
    if [[ -S $ROOT/run/udev/control ]]; then
        logged udevadm control --reload || true
        logged udevadm trigger --subsystem-match=gpio --subsystem-match=dma_heap --subsystem-match=vchiq || true
    fi
}
units() { (cd "$1/systemd" && grep -l '^\[Install\]' -- *.service *.socket *.timer *.path 2>/dev/null || true); } # units TREE : that start by themselves

want_files() {
    local name
    name=$(release_name "$tree")
    if [[ $(current) != "$name" ]]; then say "make $name the current release"; fi
    differing_files "$tree" | paste -sd ' ' | sed -n 's/^./write &/p'
    obsolete_files "$tree" | paste -sd ' ' | sed -n 's/^./remove &/p'
}
do_files() { switch_release "$(release_name "$tree")"; }

# ---- the configuration: the shipped file has every default. One that was changed here, or came from the answers, is never written
# over: what is new lies beside it as kiosk.toml.new.

next_configuration() { # where it goes and where it comes from; nothing where nothing is new
    local place=kiosk.toml here=none given="" shipped
    shipped=$(digest <"$tree/config/kiosk.toml")
    if [[ -e $ETC/kiosk.toml ]]; then here=$(digest <"$ETC/kiosk.toml"); fi
    if [[ $here != none && $here != "$(remembered configuration)" ]]; then place=kiosk.toml.new; fi
    if [[ -n $(answered settings) ]]; then given=$(answered settings | digest); fi
    if [[ -n $given && $given != "$(remembered answers)" && $given != "$here" ]]; then
        say "$place answers"
    elif [[ $here == none || ($shipped != "$(remembered offered)" && $shipped != "$here") ]]; then
        say "$place shipped"
    fi
}
want_configuration() {
    case $(next_configuration) in
        "kiosk.toml answers") say "write $ETC/kiosk.toml with the settings in $answers" ;;
        "kiosk.toml shipped") say "write $ETC/kiosk.toml with every default" ;;
        *" answers") say "leave $ETC/kiosk.toml, which was changed here; put the settings in $answers beside it as kiosk.toml.new" ;;
        *" shipped") say "leave $ETC/kiosk.toml, which was changed here; put the new defaults beside it as kiosk.toml.new" ;;
    esac
}
do_configuration() {
    local place source file
    read -r place source < <(next_configuration) || return 0
    file=$ETC/$place
    mkdir -p "$ETC"
    if [[ $source == answers ]]; then answered settings >"$file.writing"; else cp "$tree/config/kiosk.toml" "$file.writing"; fi
    # 1 is said of what is right for a trial and not for a door.
    logged "$RELEASES/$(release_name "$tree")/venv/bin/python" -P -m kiosk check-config --config "$file.writing" || (($? == 1)) ||
        { rm "$file.writing" && fail_with_log "the settings (${answers:-config/kiosk.toml}) have mistakes"; }
    chmod 0644 "$file.writing"
    mv "$file.writing" "$file"
    digest <"$tree/config/kiosk.toml" >"$MEMORY/offered"
    if [[ $source == answers ]]; then digest <"$file" >"$MEMORY/answers"; fi
    if [[ $file == "$ETC/kiosk.toml" && $source == shipped ]]; then cp "$MEMORY/offered" "$MEMORY/configuration"; fi
}

# ---- how a Pi starts. Elsewhere the kernel's command line is the technician's: systemd/kernel-command-line says what belongs there.

missing_boot_words() {
    local word
    if ! on_a_pi || [[ ! -f $BOOT/cmdline.txt ]]; then return; fi
    grep -v '^#' "$tree/systemd/kernel-command-line" | while read -r word; do
        if ! tr ' ' '\n' <"$BOOT/cmdline.txt" | grep -xF -- "$word" >/dev/null; then say "$word"; fi
    done
}
want_boot() {
    missing_boot_words | paste -sd ' ' | sed -n "s|^.|add to $BOOT/cmdline.txt (as it was: cmdline.txt.before-$PRODUCT): &|p"
    if on_a_pi && has_desktop; then say "start without the desktop, which would have the screen"; fi
}
do_boot() {
    local words word
    mapfile -t words < <(missing_boot_words)
    if ((${#words[@]})); then
        if [[ ! -e $BOOT/cmdline.txt.before-$PRODUCT ]]; then cp "$BOOT/cmdline.txt" "$BOOT/cmdline.txt.before-$PRODUCT"; fi
        for word in "${words[@]}"; do remember boot-words "$word"; done
        write_command_line "$(head -n 1 "$BOOT/cmdline.txt") ${words[*]}"
    fi
    if has_desktop; then
        remember desktop graphical.target
        logged systemctl set-default multi-user.target || fail_with_log "the desktop cannot be switched off"
    fi
}
write_command_line() { # replaced at once: a Pi does not start with half of it
    say "$1" >"$BOOT/cmdline.txt.new"
    sync "$BOOT/cmdline.txt.new"
    mv "$BOOT/cmdline.txt.new" "$BOOT/cmdline.txt"
    sync -f "$BOOT"
}

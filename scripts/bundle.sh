#!/usr/bin/env bash
# Make a bundle that installs a kiosk without a network: this release, its Python packages, and what it needs of Debian.
#   scripts/bundle.sh                          for machines like this one: run it on a Raspberry Pi for Raspberry Pis
#   scripts/bundle.sh --suite trixie           for Debian on this kind of processor (bookworm or trixie)
#   scripts/bundle.sh --suite trixie --architecture arm64    for Debian on another (amd64 or arm64)
#   scripts/bundle.sh ... FILE                 where to; else dist/ashyq-kiosk-VERSION-SUITE-ARCHITECTURE.tar
# On the device: tar -xf the bundle, then sudo ./install.sh --offline . in its folder; or --offline FILE with an install.sh at hand.
# Packages come from the sources and with the keys that apt and pip of this machine are set to.
set -euo pipefail

fetch_wheels() { # fetch_wheels FOLDER PYTHON
    local machine=x86_64
    if [[ $architecture == arm64 ]]; then machine=aarch64; fi
    mkdir -p "$1"
    say "Python packages for Python $2 on $machine"
    "$work/venv/bin/python" -I "$here/scripts/wheels.py" --python "$2" --machine "$machine" --to "$1"
}

# All that is needed down to the C library, as if nothing were installed: whatever the device lacks of it is there.
fetch_debs() { # fetch_debs FOLDER
    local name names=() debs=$1
    mkdir -p "$debs/partial" "$work/lists/partial" "$work/cache"
    : >"$work/status"
    apt_options=(-o "Dir::State::Lists=$work/lists" -o "Dir::State::Status=$work/status" -o "Dir::Cache=$work/cache"
        -o "Dir::Cache::Archives=$debs" -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
        -o APT::Sandbox::User=root -o Acquire::Languages=none)
    if [[ $suite != "$(os VERSION_CODENAME)" || $architecture != "$(dpkg --print-architecture)" ]]; then
        debian_source >"$work/sources.list"
        apt_options+=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null)
    fi
    apt_get update || fail_with_log "apt could not read the package lists of $suite ($architecture)"
    mapfile -t names < <(missing_packages)
    say "Debian packages: ${names[*]}, and what they need"
    apt_get install --download-only --no-install-recommends "${names[@]}" || fail_with_log "apt could not fetch ${names[*]}"
    rm -rf "$debs/partial" "$debs/lock"
    for name in "$debs"/*%3a*; do if [[ -e $name ]]; then mv "$name" "${name//%3a/_}"; fi; done
    index "$debs"
}
# The name of the mirror is this machine's own business: it is read, used, and goes into no file of the bundle.
debian_source() {
    local mirror
    # shellcheck disable=SC2016  # apt's own words
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' 'Identifier: Packages' | awk '$2 == "Debian" { print $1; exit }')
    [[ -n $mirror ]] || die "expected a source of Debian in apt's configuration here, found none: run sudo apt update"
    say "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
}
index() ( # index FOLDER : as dpkg-scanpackages would write it
    cd "$1" || exit
    for name in *.deb; do
        dpkg-deb -f "$name"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$name" "$(stat -c %s "$name")" "$(digest <"$name")"
    done >Packages
)

main() {
    local to="" pythons=3.13 name
    # shellcheck source=install.sh
    . "$(dirname "${BASH_SOURCE[0]}")/../install.sh"
    places ""
    suite=$(os VERSION_CODENAME)
    architecture=$(dpkg --print-architecture)
    while (($#)); do
        case $1 in
            --suite) suite=${2:-} && shift ;;
            --architecture) architecture=${2:-} && shift ;;
            -*) die "expected --suite, --architecture or a file, found $1" ;;
            *) to=$1 ;;
        esac
        shift
    done
    case $suite in bookworm) pythons=3.11 ;; trixie) ;; *) die "expected the suite bookworm or trixie, found ${suite:-none}" ;; esac
    [[ $architecture == a[mr][dm]64 ]] || die "expected the architecture amd64 or arm64, found ${architecture:-none}"
    work=$(mktemp -d)
    LOG=$work/log
    trap 'rm -rf "$work"' EXIT
    # What is asked of packages.bash is what that machine would need, which has nothing.
    installed() { false; }
    architecture() { say "$architecture"; }
    if [[ $suite != "$(os VERSION_CODENAME)" ]]; then on_a_pi() { false; }; fi

    name=$PRODUCT-$(tree_version "$here")-$suite-$architecture
    to=${to:-$here/dist/$name.tar}
    logged python3 -m venv "$work/venv" || fail_with_log "python3 could not make a virtual environment (python3-venv?)"
    mkdir -p "$work/$name" "$(dirname "$to")"
    (cd "$here" && release_files . | tar -c -T - -f -) | tar -x --no-same-owner -C "$work/$name"
    fetch_wheels "$work/$name/wheels" "$pythons"
    fetch_debs "$work/$name/debs"
    tar -c --owner=root --group=root -C "$work" -f "$to.new" "$name"
    mv "$to.new" "$to"
    say "$to: $(du -m "$to" | cut -f 1) MB, sha256 $(digest <"$to")"
}

main "$@"

# shellcheck shell=bash disable=SC2154  # what is not assigned here is in install.sh
# Releases side by side, and the link to the one that runs. Part of install.sh; `kiosk update` uses it too:
#   stage_release TREE NAME   installs a release beside the others and switches nothing
#   switch_release NAME       makes it the current one (files.bash); the door runs on until it is restarted

tree_version() { sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$1/kiosk/__init__.py"; }

release_files() ( # release_files TREE : what of it belongs on a device
    cd "$1" || exit
    find kiosk drivers simulator ui config requirements systemd scripts install.sh pyproject.toml LICENSE README.md CHANGELOG.md \
        -type f -not -path '*/__pycache__/*' | LC_ALL=C sort
)

fingerprint() ( # fingerprint TREE : of its files, and of what they are installed for
    cd "$1" || exit
    { "$(system_python)" --version 2>&1 && architecture && release_files . | xargs -d '\n' sha256sum; } | digest | cut -c 1-12
)

complete() { [[ -s $RELEASES/$1/.complete ]]; } # complete NAME
current() { basename "$(readlink "$OPT/current" || true)"; }
previous() { basename "$(readlink "$OPT/previous" || true)"; }

# Its version; where that is another tree's already (a changed checkout, another Python), with its fingerprint: what is complete is
# never written again.
release_name() { # release_name TREE
    local version print
    version=$(tree_version "$1")
    print=$(fingerprint "$1")
    if complete "$version" && [[ $(<"$RELEASES/$version/.complete") != "$print" ]]; then version+="+$print"; fi
    say "$version"
}

stage_release() { # stage_release TREE NAME
    local tree=$1 release=$RELEASES/$2 python name pip=(--no-cache-dir --require-hashes --only-binary=:all: --force-reinstall)
    if complete "$2"; then return; fi
    [[ $(current) != "$2" ]] || die "expected the current release in $release to be whole, found it damaged: switch to another, then run this again"
    rm -rf "$release"
    mkdir -p "$release/app" "$MEMORY"
    (cd "$tree" && release_files . | tar -c -T - -f -) | tar -x --no-same-owner -C "$release/app"
    python=$release/venv/bin/python
    logged "$(system_python)" -m venv --system-site-packages "$release/venv" || fail_with_log "python3 could not make a virtual environment"
    if [[ -d $tree/wheels ]]; then pip+=(--no-index --find-links "$tree/wheels"); fi
    # All that is pinned goes into the venv, also where Debian has the same version: apt must not change what was tested.
    undisturbed "$python" -m pip install --no-input --disable-pip-version-check --root-user-action=ignore \
        "${pip[@]}" -r "$release/app/requirements/kiosk.txt" ||
        fail_with_log "pip could not install the pinned packages (no network, no package index, or a wrong clock? it is $(date '+%F %T'))"
    # The venv finds its own release's code, from whatever folder it is started.
    say ../../../../app >"$(printf '%s' "$release"/venv/lib/python3.*/site-packages)/$PRODUCT.pth"
    # The service may not write here: without this each start would compile everything again.
    logged "$python" -m compileall -q "$release/app"
    undisturbed "$python" -P "$release/app/scripts/install/prove_release.py" || fail_with_log "release $2 does not load on this machine"
    for name in $(system_modules); do
        undisturbed "$python" -P -c "import $name" ||
            warn "expected $name to load from the system's packages, found that it does not ($LOG says why): the door goes on without it"
    done
    chmod -R go-w,a+rX "$release"
    # Whole on the card before it says so.
    sync -f "$release"
    fingerprint "$tree" >"$release/.complete.new"
    mv "$release/.complete.new" "$release/.complete"
    sync -f "$release"
}
system_modules() { # that only the system has; each built for its Python and, as picamera2's, perhaps for another numpy
    if [[ $(architecture) == arm64 ]]; then say evdev; fi
    if on_a_pi; then printf '%s\n' picamera2 lgpio; fi
}
undisturbed() { logged env -u PYTHONPATH -u PYTHONHOME -u PIP_USER -u PIP_TARGET -u PIP_PREFIX "$@"; }

stage_tree() { # stage_tree TREE : for `kiosk update`, with all that the release needs of Debian
    local wrong
    [[ -f $1/kiosk/__init__.py ]] || die "expected a release tree at $1, found none: unpack the release first"
    tree=$(realpath "$1")
    wrong=$(refusals)
    if [[ -n $wrong ]]; then die "$wrong"; fi
    if [[ -n $(want_packages) ]]; then do_packages; fi
    staged=$(release_name "$tree")
    stage_release "$tree" "$staged"
    say "$staged"
}

want_release() {
    local name
    name=$(release_name "$tree")
    if ! complete "$name"; then say "put release $name beside the others in $RELEASES, with its Python packages (about 120 MB)"; fi
}
do_release() { stage_release "$tree" "$(release_name "$tree")"; }

drop_old_releases() { # all but the current one and the one before it
    local release
    if [[ -z $(current) ]]; then return; fi
    for release in "$RELEASES"/*; do
        if [[ ${release##*/} != "$(current)" && ${release##*/} != "$(previous)" ]]; then rm -rf "$release"; fi
    done
}

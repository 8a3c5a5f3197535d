#!/usr/bin/env bash
# Make .venv and install Triptych into it, with the few system libraries it needs.
# Runs again only when pyproject.toml has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=.venv/.installed
if [ -f "$stamp" ] && cmp -s pyproject.toml "$stamp"; then
    exit 0
fi

# 0 when the command can be run as root without a question.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

find_python() {
    local name
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3 python; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

# What the window (Qt on X11), OpenGL and the tests' virtual display need: file and Debian package.
system_libraries="
libGL.so.1 libgl1
libEGL.so.1 libegl1
libGLESv2.so.2 libgles2
libglib-2.0.so.0 libglib2.0-0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libX11-xcb.so.1 libx11-xcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render.so.0 libxcb-render0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-shm.so.0 libxcb-shm0
libxcb-sync.so.1 libxcb-sync1
libxcb-util.so.1 libxcb-util1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
"

# Debian and Ubuntu leave these out of a small installation; elsewhere they come with the desktop.
install_system_libraries() {
    command -v apt-get >/dev/null || return 0
    local missing=() libraries file package
    libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)
    while read -r file package; do
        [ -z "$file" ] || grep -qF "$file " <<<"$libraries" || missing+=("$package")
    done <<<"$system_libraries"
    command -v Xvfb >/dev/null || missing+=(xvfb)
    command -v xauth >/dev/null || missing+=(xauth)
    # Mesa's drivers, with the software renderer among them.
    compgen -G '/usr/lib/*/dri/*_dri.so' >/dev/null || missing+=(libgl1-mesa-dri)
    [ -n "$(ls -A /usr/share/fonts 2>/dev/null)" ] || missing+=(fonts-dejavu-core)
    [ "$(uname -s)" = Linux ] && [ -z "$(find_python)" ] && missing+=(python3 python3-venv)
    if [ -n "$(find_python)" ] && ! "$(find_python)" -c 'import ensurepip' 2>/dev/null; then
        missing+=(python3-venv)
    fi
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing ${missing[*]}"
    as_root apt-get update -q >/dev/null &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
            "${missing[@]}" >/dev/null ||
        echo "Could not install ${missing[*]}; if something fails later: sudo apt-get install ${missing[*]}" >&2
}

install_system_libraries
python=$(find_python)
if [ -z "$python" ]; then
    echo "Triptych needs Python 3.11, 3.12 or 3.13; install one, or set PYTHON to it." >&2
    exit 1
fi
if ! .venv/bin/python -c '' 2>/dev/null; then
    "$python" -m venv .venv
fi
echo "Installing Triptych into .venv (the first time takes a few minutes)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
cp pyproject.toml "$stamp"

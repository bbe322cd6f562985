#!/usr/bin/env bash
# Clones HEAD into a new, deep folder and does there what the README tells a newcomer: start it, ask it, have the answer explained, stop it; then
# `mvn verify`, unless EXCHEQUER_CLEAN_CLONE_LIGHT=1. Uncommitted changes are not in it: that is the point.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd -P)
PATIENCE=600

say() { echo "clean-clone: $*" >&2; }

fail() {
  say "$*"
  [ ! -f "$out" ] || sed 's/^/  up: /' "$out" >&2
  exit 1
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

temp=$(mktemp -d "${TMPDIR:-/tmp}/exchequer-clone.XXXXXX")
# deeper than a Unix socket's path may be long
clone=$temp/$(printf 'a-folder-with-a-long-name/%.0s' 1 2 3 4 5)exchequer
out=$temp/up.out
up=

clean_up() {
  if [ -n "$up" ] && kill -0 "$up" 2>/dev/null; then
    kill "$up" || true
    wait "$up" || true
  fi
  [ -n "${KEEP:-}" ] || rm -rf "$temp"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

git clone --quiet --no-hardlinks "$root" "$clone"
# Envoy is fetched once per machine, not once per clone.
[ ! -d "$root/.cache" ] || cp -R "$root/.cache" "$clone/.cache"
cd "$clone"

: >"$out"
say "./exchequer up in $clone"
./exchequer up --port "$(free_port)" --admin-port "$(free_port)" >"$out" 2>&1 &
up=$!
for ((i = 0; i < PATIENCE * 5; i++)); do
  ! grep -q '^Exchequer is ready' "$out" || break
  kill -0 "$up" 2>/dev/null || fail "up ended before it was ready"
  sleep 0.2
done
grep -q '^Exchequer is ready' "$out" || fail "up was not ready after $PATIENCE s"

# the curl that the first screen offers, as printed
try=$(sed -n '/^Try it/,/^$/p' "$out" | sed -n '/curl /,/[^\\]$/p')
[ -n "$try" ] || fail "the first screen offers no curl"
answer=$(bash -c "$try") || fail "curl failed: $try"
grep -q '"choices"' <<<"$answer" || fail "no answer, but: $answer"
explanation=$(./exchequer explain last) || fail "explain failed"
[ -n "$explanation" ] || fail "explain said nothing"
sed 's/^/  /' <<<"$explanation" >&2

children=$(cat .exchequer/run/service.pid .exchequer/run/envoy.pid)
kill "$up"
wait "$up" || true
up=
for pid in $children; do
  ! kill -0 "$pid" 2>/dev/null || fail "process $pid outlived up"
done
say "started, asked, explained, stopped"

if [ "${EXCHEQUER_CLEAN_CLONE_LIGHT:-}" != 1 ]; then
  say "mvn verify in the clone"
  mvn -B verify
fi
[ -z "$(git status --porcelain)" ] || fail "the clone is not clean afterwards: $(git status --porcelain)"
say "good"

#!/usr/bin/env bash
# Builds the image on a base of its own, unpacks it and runs it: no registry, no daemon, no container runtime. The base is a small Debian (debootstrap) with a
# JRE cut to size (jlink). The image runs by chroot in its own mount and process namespaces, as user 65532, with a read-only root and a writable /tmp, as the
# chart runs it. Needs root, Maven, a JDK 21 or newer, and apt for debootstrap. Takes some minutes the first time; the base is kept in .cache/image.
# dev/run-image.sh --built runs the tar that is there.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
cache=$root/.cache/image
say() { echo "run-image: $*" >&2; }
[ "$(id -u)" = 0 ] || { say "needs root: debootstrap and chroot"; exit 1; }

jdk() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -n "$home" ] && [ -x "$home/bin/jlink" ] && [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")" -ge 21 ]; then
      echo "$home"
      return 0
    fi
  done
  say "no JDK 21 or newer with jlink found: set JAVA_HOME"
  return 1
}

# An image tar as `docker save` writes it: one layer and a configuration.
base_image() {
  local tree=$1 out=$2 layer
  mkdir "$out"
  tar --sort=name --mtime=@0 --numeric-owner --owner=0 --group=0 -C "$tree" -cf "$out/layer.tar" .
  layer=$(sha256sum "$out/layer.tar" | cut -d' ' -f1)
  cat >"$out/config.json" <<JSON
{"architecture": "amd64", "os": "linux", "created": "1970-01-01T00:00:00Z",
 "config": {"Env": ["PATH=/opt/java/bin:/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$layer"]}, "history": [{"created_by": "dev/run-image.sh"}]}
JSON
  echo '[{"Config": "config.json", "RepoTags": ["base:local"], "Layers": ["layer.tar"]}]' >"$out/manifest.json"
  tar -C "$out" -cf "$out.tar" manifest.json config.json layer.tar
}

if [ ! -f "$cache/base.tar" ]; then
  command -v debootstrap >/dev/null || { say "installs debootstrap"; apt-get install -y -q debootstrap >&2; }
  java_home=$(jdk)
  work=$(mktemp -d "${TMPDIR:-/tmp}/exchequer-base.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  say "makes a small Debian"
  debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/tree" >"$work/debootstrap.log" 2>&1 || { tail -5 "$work/debootstrap.log" >&2; exit 1; }
  rm -rf "$work"/tree/var/cache/apt/* "$work"/tree/var/lib/apt/lists/* "$work"/tree/usr/share/{doc,man,locale}/* "$work"/tree/dev/*
  say "makes a JRE of $("$java_home/bin/java" --version | head -1)"
  "$java_home/bin/jlink" --add-modules java.se,jdk.unsupported,jdk.httpserver,jdk.management,jdk.crypto.ec,jdk.naming.dns,jdk.zipfs --strip-debug --no-header-files --no-man-pages \
    --output "$work/tree/opt/java"
  base_image "$work/tree" "$work/base"
  mkdir -p "$cache"
  mv "$work/base.tar" "$cache/base.tar"
  rm -rf "$work"
  trap - EXIT
fi

if [ "${1:-}" != --built ]; then
  say "builds the image on it"
  mvn -q -B -Pimages -Dimage.base="tar://$cache/base.tar" -pl cli -am package
fi

run=$(mktemp -d "${TMPDIR:-/tmp}/exchequer-image.XXXXXX")
running=
stop() {
  [ -z "$running" ] || kill "$running" 2>/dev/null || true
  rm -rf "$run"
}
trap stop EXIT
mkdir "$run/image" "$run/root" "$run/data" "$run/sockets"
tar -C "$run/image" -xf cli/target/exchequer-image.tar
python3 - "$run" <<'PYTHON'
import json, shlex, subprocess, sys
run = sys.argv[1]
manifest = json.load(open(run + "/image/manifest.json"))[0]
for layer in manifest["Layers"]:
    subprocess.run(["tar", "-C", run + "/root", "--warning=no-unknown-keyword", "-xf", run + "/image/" + layer], check=True)
config = json.load(open(run + "/image/" + manifest["Config"]))["config"]
open(run + "/env", "w").write(" ".join(map(shlex.quote, config["Env"])))
open(run + "/entry", "w").write(" ".join(map(shlex.quote, config["Entrypoint"])))
open(run + "/user", "w").write(config["User"])
PYTHON
mkdir -p "$run/root/proc" "$run/root/tmp" "$run/root/data" "$run/root/sockets" "$run/root/dev"
chown 65532:65532 "$run/data" "$run/sockets"

# What the kubelet would do: namespaces, a read-only root, two volumes and /tmp, the image's user, its entry point with arguments.
cat >"$run/start" <<'START'
#!/usr/bin/env bash
set -euo pipefail
run=$1; shift
mount --make-rprivate /
mount --bind "$run/root" "$run/root"
mount -o remount,ro,bind "$run/root"
mount -t proc proc "$run/root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$run/root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$run/root/dev"
for device in null zero random urandom; do touch "$run/root/dev/$device"; mount --bind "/dev/$device" "$run/root/dev/$device"; done
mount --bind "$run/data" "$run/root/data"
mount --bind "$run/sockets" "$run/root/sockets"
eval "set -- $(cat "$run/env") ${COMMAND:-$(cat "$run/entry")} $(printf '%q ' "$@")"
exec chroot --userspec="$(cat "$run/user")" "$run/root" env -i "$@"
START
chmod +x "$run/start"
image() { unshare --mount --pid --fork --kill-child "$run/start" "$run" "$@"; }

say "who it is, and that it can write nothing but /tmp and its volumes"
COMMAND='/bin/sh -c' image 'id; touch /app/x 2>&1; touch /x 2>&1; touch /tmp/x && echo "/tmp is writable"' >"$run/who" || true
cat "$run/who" >&2
grep -q 'uid=65532' "$run/who"
[ "$(grep -c 'Read-only file system' "$run/who")" = 2 ]
grep -q '/tmp is writable' "$run/who"

for arguments in --help 'operator --help' 'service --help'; do
  say "exchequer $arguments"
  # shellcheck disable=SC2086
  image $arguments >"$run/out"
  grep -q 'Usage: exchequer' "$run/out"
done
say "the script for kubectl exec"
COMMAND=/usr/local/bin/exchequer image --version >&2

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
say "exchequer service, until it answers on 127.0.0.1:$port"
image service --data /data --sockets /sockets --admin-port "$port" >"$run/service.log" 2>&1 &
running=$!
for _ in $(seq 1 240); do
  [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/healthz" || true)" = 200 ] && break
  kill -0 "$running" || { cat "$run/service.log" >&2; exit 1; }
  sleep 0.5
done
[ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/healthz")" = 200 ] || { cat "$run/service.log" >&2; exit 1; }
[ "$(stat -c %u "$run/data/admin.token")" = 65532 ]
kill "$running"
wait "$running" || true
running=
say "good: the image ran as $(cat "$run/user") with a read-only root; its ledger and its token are on the volume"

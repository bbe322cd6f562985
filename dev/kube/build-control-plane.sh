#!/usr/bin/env bash
# Builds a real Kubernetes control plane from published Go modules and installs it into a cache directory.
# No container runtime, no prebuilt binaries: only `go` (see the go line of control-plane/go.mod) and a module proxy.
#
#   build-control-plane.sh [slim|full] [DIR]     DIR: <repository>/.cache/kube unless told
#
#   slim (default)  etcd, kube-apiserver, kubectl: all that an API-level test needs
#   full            + kube-controller-manager and kube-scheduler (all three in one multi-call binary)
#
# Result: DIR/k8s/<version>-<os>-<arch>/{etcd,kube-apiserver,kubectl,...}, the layout that io.fabric8:kube-api-test
# looks for (point KUBE_API_TEST_DIR at DIR) and that setup-envtest also writes. DIR/bin is a link to it.
#
# Idempotent: a marker in the result records what it was built from (module files, this script, Go version,
# platform). When it matches, nothing is done; "full" also satisfies "slim". The new directory replaces the
# old one only after every binary has been built and has answered its version question.
#
# Environment: GO (the go command), and the usual Go variables (GOPROXY, GOMODCACHE, GOCACHE, GOFLAGS=-p=N ...).
# The build cache is only needed for the next build: set GOCACHE to a directory of its own to be able to drop it.
set -euo pipefail

usage() { sed -n '2,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//;p}' "$0"; exit 2; }
[ $# -le 2 ] || usage
variant=${1:-slim}
case $variant in slim | full) ;; *) usage ;; esac
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${2:-$here/../../.cache/kube}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
module=$here/control-plane
go=${GO:-go}
command -v "$go" > /dev/null || { echo "build-control-plane: no '$go' command found" >&2; exit 1; }

# Static binaries, the toolchain that is installed, and exactly the versions and checksums that are committed.
export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off
export GOFLAGS="${GOFLAGS:-} -mod=readonly -trimpath -buildvcs=false"

cd "$module"
k8s=$(sed -n 's/^[[:space:]]*k8s\.io\/kubernetes v\([0-9.]*\)$/\1/p' go.mod) # 1.36.4
[ -n "$k8s" ] || { echo "build-control-plane: cannot read the Kubernetes version from go.mod" >&2; exit 1; }
minor=$(cut -d. -f2 <<< "$k8s")
platform=$("$go" env GOOS)-$("$go" env GOARCH)
target=$dir/k8s/$k8s-$platform
inputs=$({ cat go.mod go.sum main.go "$here/$(basename "${BASH_SOURCE[0]}")"; "$go" env GOVERSION; echo "$platform"; } | sha256sum | cut -c1-16)

up_to_date() {
	[ -f "$target/.built-from" ] || return 1
	local marker
	marker=$(cat "$target/.built-from")
	[ "$marker" = "full $inputs" ] || [ "$marker" = "$variant $inputs" ]
}
link() { ln -sfn "k8s/$k8s-$platform" "$dir/bin"; }

exec 9> "$dir/.lock" # one build at a time; a second caller waits and then finds the result
if command -v flock > /dev/null; then flock 9; fi
if up_to_date; then
	link
	echo "build-control-plane: $target is up to date"
	exit 0
fi

work=$(mktemp -d "$dir/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Without these the server reports "v0.0.0-master+\$Format:%H\$", which kubectl and Helm cannot parse.
ldflags="-s -w"
for p in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
	ldflags+=" -X $p.gitVersion=v$k8s -X $p.gitMajor=1 -X $p.gitMinor=$minor"
	ldflags+=" -X $p.gitTreeState=clean -X $p.gitCommit=0000000 -X $p.buildDate=1970-01-01T00:00:00Z"
done
build() { # build NAME PACKAGE
	local began=$SECONDS
	echo "build-control-plane: $1 ..."
	"$go" build -ldflags "$ldflags" -o "$work/$1" "$2"
	echo "build-control-plane: $1 done in $((SECONDS - began)) s"
}

if [ "$variant" = full ]; then
	build k8s-all .
	for n in kube-apiserver kube-controller-manager kube-scheduler; do ln -s k8s-all "$work/$n"; done
else
	build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver
fi
build kubectl k8s.io/kubernetes/cmd/kubectl
build etcd go.etcd.io/etcd/server/v3 # the version that this Kubernetes release itself is tested with

first_line() { # not "| head -n 1": under pipefail a writer that is still writing then fails the build, sometimes
	local out
	out=$("$@")
	echo "${out%%$'\n'*}"
}
first_line "$work/kube-apiserver" --version
first_line "$work/kubectl" version --client
first_line "$work/etcd" --version

echo "$variant $inputs" > "$work/.built-from"
chmod 755 "$work"
mkdir -p "$dir/k8s"
rm -rf "$target"
mv "$work" "$target"
trap - EXIT
link
echo "build-control-plane: installed $target ($variant)"

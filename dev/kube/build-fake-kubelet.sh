#!/usr/bin/env bash
# Builds dev/kube/fake-kubelet and prints where the binary is. As in build-control-plane.sh: `go`, the committed versions and checksums, nothing else.
#
#   build-fake-kubelet.sh [DIR]     DIR: <repository>/.cache/kube unless told
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:-$here/../../.cache/kube}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off
export GOFLAGS="${GOFLAGS:-} -mod=readonly -trimpath -buildvcs=false"

cd "$here/fake-kubelet"
target=$dir/fake-kubelet-$({ cat go.mod go.sum main.go; "${GO:-go}" env GOVERSION GOOS GOARCH; } | sha256sum | cut -c1-16)
if [ ! -x "$target" ]; then
	next=$(mktemp "$target.XXXXXX")
	trap 'rm -f "$next"' EXIT
	"${GO:-go}" build -ldflags "-s -w" -o "$next" .
	chmod 755 "$next"
	mv "$next" "$target"
fi
echo "$target"

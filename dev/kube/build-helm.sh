#!/usr/bin/env bash
# Builds the command helm and prints where it is. As in build-control-plane.sh: `go`, the committed versions and checksums (dev/kube/helm), nothing else.
# After build-control-plane.sh it is quick: the Kubernetes libraries are the same, fetched and compiled already.
#
#   build-helm.sh [DIR]     DIR: <repository>/.cache/helm unless told
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:-$here/../../.cache/helm}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
go=${GO:-go}
command -v "$go" > /dev/null || { echo "build-helm: no '$go' command found" >&2; exit 1; }
export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off
export GOFLAGS="${GOFLAGS:-} -mod=readonly -trimpath -buildvcs=false"

cd "$here/helm"
version=$(sed -n 's/^[[:space:]]*helm\.sh\/helm\/v3 \(v[0-9.]*\).*$/\1/p' go.mod)
[ -n "$version" ] || { echo "build-helm: cannot read Helm's version from go.mod" >&2; exit 1; }
target=$dir/helm-$version-$({ cat go.mod go.sum "$here/$(basename "${BASH_SOURCE[0]}")"; "$go" env GOVERSION GOOS GOARCH; } | sha256sum | cut -c1-16)

exec 9> "$dir/.lock" # one build at a time; a second caller waits and then finds the result
if command -v flock > /dev/null; then flock 9; fi
if [ ! -x "$target" ]; then
	began=$SECONDS
	echo "build-helm: helm $version ..." >&2
	next=$(mktemp "$target.XXXXXX")
	trap 'rm -f "$next"' EXIT
	"$go" build -ldflags "-s -w -X helm.sh/helm/v3/internal/version.version=$version" -o "$next" helm.sh/helm/v3/cmd/helm
	chmod 755 "$next"
	"$next" version --short >&2
	mv "$next" "$target"
	echo "build-helm: done in $((SECONDS - began)) s" >&2
fi
echo "$target"

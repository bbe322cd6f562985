#!/usr/bin/env bash
# Runs the Kubernetes control plane that build-control-plane.sh installed, on localhost, as plain processes.
#
#   cluster.sh up                              start (or do nothing when it already answers); prints KUBECONFIG
#   cluster.sh down                            stop it and delete its data (keys and certificates stay)
#   cluster.sh status                          pid and resident memory of each process
#   cluster.sh sa-kubeconfig NS NAME FILE      write a kubeconfig that acts as this ServiceAccount (8 h token)
#
# Environment:
#   CLUSTER_BIN    directory with etcd, kube-apiserver, kubectl and, optionally, kube-controller-manager
#                  (Deployments make Pods, garbage collection, namespace deletion) and kube-scheduler;
#                  <repository>/.cache/kube/bin unless told, which is where build-control-plane.sh leaves them
#   CLUSTER_DIR    directory for keys, data, logs, pid files and admin.kubeconfig, <repository>/.cache/kube/cluster unless told
#   CLUSTER_PORT   first of five consecutive ports, default 16443: apiserver, etcd client, etcd peer, kcm, scheduler
#
# There is no kubelet: Pods are created (and bound, once a Node object exists) but nobody runs them.
# Everything listens on 127.0.0.1 only and nothing is fsynced: this is for tests, not for keeping data.
set -euo pipefail

usage() { sed -n '2,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//;p}' "$0"; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${CLUSTER_BIN:-$here/../../.cache/kube/bin}
run=${CLUSTER_DIR:-$here/../../.cache/kube/cluster}
port=${CLUSTER_PORT:-16443}
etcd_port=$((port + 1)) peer_port=$((port + 2)) kcm_port=$((port + 3)) scheduler_port=$((port + 4))
[ -x "$bin/kube-apiserver" ] || { echo "cluster: no kube-apiserver in $bin (run $here/build-control-plane.sh, or set CLUSTER_BIN)" >&2; exit 1; }
mkdir -p "$run"
bin=$(cd "$bin" && pwd) run=$(cd "$run" && pwd)
kubeconfig=$run/admin.kubeconfig
kubectl() { "$bin/kubectl" --kubeconfig="$kubeconfig" "$@"; }

# The pid of a component, if it is running and really is the one started from this CLUSTER_DIR.
pid_of() {
	local pid
	pid=$(cat "$run/$1.pid" 2> /dev/null) || return 1
	[[ "$(ps -o args= -p "$pid" 2> /dev/null)" == *"$run/"* ]] && echo "$pid"
}

start() { # start NAME ARGUMENT...
	local name=$1
	shift
	nohup "$bin/$name" "$@" > "$run/$name.log" 2>&1 < /dev/null &
	echo $! > "$run/$name.pid"
	disown
}

# One CA, one serving certificate, one admin client certificate (group system:masters), one token signing key.
make_keys() {
	[ -f "$run/pki/.done" ] && return
	rm -rf "$run/pki"
	mkdir -p "$run/pki"
	(
		cd "$run/pki"
		umask 077
		issue() { # issue NAME SUBJECT EXTENSIONS
			openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2"
			openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -out "$1.crt" -extfile <(printf '%b' "$3")
		}
		openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 365 -subj /CN=test-cluster-ca
		issue server /CN=kube-apiserver 'subjectAltName=DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1\nextendedKeyUsage=serverAuth\n'
		issue admin /O=system:masters/CN=admin 'extendedKeyUsage=clientAuth\n'
		openssl genrsa -out service-account.key 2048
		touch .done
	) > "$run/pki.log" 2>&1
}

write_kubeconfig() { # write_kubeconfig FILE NAMESPACE CREDENTIAL-FLAG...
	local file=$1 namespace=$2
	shift 2
	rm -f "$file"
	(
		config() { "$bin/kubectl" config --kubeconfig="$file" "$@"; }
		umask 077
		config set-cluster test --server="https://127.0.0.1:$port" --certificate-authority="$run/pki/ca.crt" --embed-certs=true
		config set-credentials user "$@"
		config set-context test --cluster=test --user=user --namespace="$namespace"
		config use-context test
	) > /dev/null
}

ready() { kubectl get --raw=/readyz --request-timeout=2s > /dev/null 2>&1; }

up() {
	if pid_of kube-apiserver > /dev/null && ready; then
		printf 'export KUBECONFIG=%q\n' "$kubeconfig"
		return
	fi
	local p i
	for p in $port $etcd_port $peer_port $kcm_port $scheduler_port; do
		if (exec 3<> "/dev/tcp/127.0.0.1/$p") 2> /dev/null; then
			echo "cluster: port $p is in use (set CLUSTER_PORT)" >&2
			exit 1
		fi
	done
	make_keys
	write_kubeconfig "$kubeconfig" default --client-certificate="$run/pki/admin.crt" --client-key="$run/pki/admin.key" --embed-certs=true

	start etcd --data-dir="$run/etcd" --unsafe-no-fsync --log-level=warn \
		--listen-client-urls="http://127.0.0.1:$etcd_port" --advertise-client-urls="http://127.0.0.1:$etcd_port" \
		--listen-peer-urls="http://127.0.0.1:$peer_port" --initial-advertise-peer-urls="http://127.0.0.1:$peer_port" \
		--initial-cluster="default=http://127.0.0.1:$peer_port"

	# The ServiceAccount admission plugin refuses Pods until a controller has made the "default" ServiceAccount.
	local admission=()
	[ -x "$bin/kube-controller-manager" ] || admission=(--disable-admission-plugins=ServiceAccount)
	start kube-apiserver --etcd-servers="http://127.0.0.1:$etcd_port" --bind-address=127.0.0.1 --secure-port="$port" \
		--tls-cert-file="$run/pki/server.crt" --tls-private-key-file="$run/pki/server.key" \
		--client-ca-file="$run/pki/ca.crt" --authorization-mode=RBAC --allow-privileged \
		--service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$run/pki/service-account.key" \
		--service-account-signing-key-file="$run/pki/service-account.key" --service-cluster-ip-range=10.96.0.0/16 \
		--advertise-address=127.0.0.1 --endpoint-reconciler-type=none "${admission[@]}"
	# (Without an advertise address the server refuses to start on a host that has no default route; and as a
	# loopback address is no valid Endpoint, the "kubernetes" Service must then go without Endpoints.)
	for ((i = 0; ; i++)); do
		if ready; then break; fi
		if [ $i -ge 300 ] || { [ $i -ge 10 ] && ! { pid_of etcd && pid_of kube-apiserver; } > /dev/null; }; then
			echo "cluster: the API server did not become ready; last lines of $run/*.log:" >&2
			tail -n 15 "$run/etcd.log" "$run/kube-apiserver.log" >&2
			down
			exit 1
		fi
		sleep 0.2
	done

	local client=(--kubeconfig="$kubeconfig" --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig"
		--leader-elect=false --bind-address=127.0.0.1)
	# A list instead of "*": the node controllers would taint and evict, as no kubelet sends heartbeats.
	local controllers=deployment-controller,replicaset-controller,statefulset-controller,daemonset-controller
	controllers+=,job-controller,cronjob-controller,endpoints-controller,endpointslice-controller,disruption-controller
	controllers+=,garbage-collector-controller,namespace-controller,serviceaccount-controller
	controllers+=,root-ca-certificate-publisher-controller,clusterrole-aggregation-controller
	if [ -x "$bin/kube-controller-manager" ]; then
		start kube-controller-manager "${client[@]}" --secure-port="$kcm_port" --controllers="$controllers" \
			--service-account-private-key-file="$run/pki/service-account.key" --root-ca-file="$run/pki/ca.crt" \
			--cert-dir="$run/pki/kcm"
	fi
	if [ -x "$bin/kube-scheduler" ]; then
		start kube-scheduler "${client[@]}" --secure-port="$scheduler_port" --cert-dir="$run/pki/scheduler"
	fi
	printf 'export KUBECONFIG=%q\n' "$kubeconfig"
}

down() { # the data goes away with it, so nothing is gained by waiting for a graceful end (5 s and more)
	local name pid
	for name in kube-scheduler kube-controller-manager kube-apiserver etcd; do
		if pid=$(pid_of "$name"); then
			kill -9 "$pid" 2> /dev/null || true
			while pid_of "$name" > /dev/null; do sleep 0.05; done # not kill -0: init may reap late
		fi
		rm -f "$run/$name.pid"
	done
	rm -rf "$run/etcd"
}

status() {
	local name pid
	for name in etcd kube-apiserver kube-controller-manager kube-scheduler; do
		if pid=$(pid_of "$name"); then
			printf '%-24s pid %-7s %4d MB\n' "$name" "$pid" "$(($(ps -o rss= -p "$pid") / 1024))"
		else
			printf '%-24s not running\n' "$name"
		fi
	done
}

case ${1:-} in
up) up ;;
down) down ;;
status) status ;;
sa-kubeconfig)
	[ $# -eq 4 ] || usage
	write_kubeconfig "$4" "$2" --token="$(kubectl create token "$3" --namespace="$2" --duration=8h)"
	;;
*) usage ;;
esac

/** Operator and gateway apart, as in Kubernetes: replicas of the operator on TCP with mTLS; a pod of a service and a real Envoy with one connection to them. */
@NullMarked
package dev.exchequer.cli.transport;

import org.jspecify.annotations.NullMarked;

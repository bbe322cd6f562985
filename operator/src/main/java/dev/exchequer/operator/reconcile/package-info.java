/** Kubernetes mode: the API server's objects become the same readings as a folder's files. */
@NullMarked
package dev.exchequer.operator.reconcile;

import org.jspecify.annotations.NullMarked;

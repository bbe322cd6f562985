/** The compiled gateway as plain records: what every later stage reads, with no Kubernetes and no Envoy type. */
@NullMarked
package dev.exchequer.operator.ir;

import org.jspecify.annotations.NullMarked;

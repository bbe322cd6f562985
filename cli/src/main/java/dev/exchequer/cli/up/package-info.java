/**
 * `exchequer up`: the operator in this JVM, the accounting service and Envoy as children that are restarted when they die and ended by process id. What lies
 * where is in docs/design/standalone.md.
 */
@NullMarked
package dev.exchequer.cli.up;

import org.jspecify.annotations.NullMarked;

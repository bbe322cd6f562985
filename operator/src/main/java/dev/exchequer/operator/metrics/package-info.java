/** What the operator tells Prometheus. */
@NullMarked
package dev.exchequer.operator.metrics;

import org.jspecify.annotations.NullMarked;

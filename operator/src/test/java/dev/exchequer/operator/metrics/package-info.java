@NullMarked
package dev.exchequer.operator.metrics;

import org.jspecify.annotations.NullMarked;

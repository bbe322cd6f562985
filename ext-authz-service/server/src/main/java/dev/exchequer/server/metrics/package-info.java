@NullMarked
package dev.exchequer.server.metrics;

import org.jspecify.annotations.NullMarked;

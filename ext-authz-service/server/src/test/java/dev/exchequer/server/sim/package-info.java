/** The deterministic simulator: docs/design/simulator.md. */
@NullMarked
package dev.exchequer.server.sim;

import org.jspecify.annotations.NullMarked;

/** The gateway behind a real API server: what a change costs, and that none costs a request. */
@NullMarked
package dev.exchequer.cli.scale;

import org.jspecify.annotations.NullMarked;

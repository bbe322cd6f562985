/** Tells alerts to whoever is to know: signed, at least once, never in the way of a request. */
@NullMarked
package dev.exchequer.server.alerts;

import org.jspecify.annotations.NullMarked;

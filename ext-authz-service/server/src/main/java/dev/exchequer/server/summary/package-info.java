/** Sums over receipts and entries, for people. Decides nothing, and changes nothing. */
@NullMarked
package dev.exchequer.server.summary;

import org.jspecify.annotations.NullMarked;

/** Tells the operator how the ledger stands, for the statuses that people read. */
@NullMarked
package dev.exchequer.server.report;

import org.jspecify.annotations.NullMarked;

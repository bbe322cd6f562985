/** What receipts say and what a provider's invoice says, side by side. Reads and compares; changes nothing. */
@NullMarked
package dev.exchequer.cli.reconcile;

import org.jspecify.annotations.NullMarked;

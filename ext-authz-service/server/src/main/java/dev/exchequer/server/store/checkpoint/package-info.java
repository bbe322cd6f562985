/** What a ledger had at a moment, given away in files outside of it: whoever rewrites the ledger later does not fit them. */
@NullMarked
package dev.exchequer.server.store.checkpoint;

import org.jspecify.annotations.NullMarked;

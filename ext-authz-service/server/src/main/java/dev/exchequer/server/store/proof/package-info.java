/** Checks a ledger from its rows alone, with no arithmetic of the code that wrote them. */
@NullMarked
package dev.exchequer.server.store.proof;

import org.jspecify.annotations.NullMarked;

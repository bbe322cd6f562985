@NullMarked
package dev.exchequer.ledger;

import org.jspecify.annotations.NullMarked;

/** Retention: the details of old receipts go, and money and proof stay. docs/design/retention.md. */
@NullMarked
package dev.exchequer.server.store.prune;

import org.jspecify.annotations.NullMarked;

/** The ledger in a PostgreSQL database that several gateways share: docs/design/postgres.md. */
@NullMarked
package dev.exchequer.server.store.postgres;

import org.jspecify.annotations.NullMarked;

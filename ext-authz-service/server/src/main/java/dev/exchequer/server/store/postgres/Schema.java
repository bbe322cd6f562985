package dev.exchequer.server.store.postgres;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.postgresql.ds.PGSimpleDataSource;

/** Makes the tables, or brings them up to date. Replicas that start together wait for each other (Flyway's lock). */
final class Schema {
  private Schema() {}

  /** @throws IllegalStateException with what to do, if a newer program made the tables or they cannot be made */
  static void migrate(PostgresSettings settings) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(settings.url());
    if (settings.user() != null) {
      source.setUser(settings.user());
    }
    if (settings.password() != null) {
      source.setPassword(settings.password());
    }
    Flyway flyway =
        Flyway.configure()
            .dataSource(source)
            .initSql(Sessions.PATIENCE) // a large ledger takes long, and one that is broken off begins anew at each start
            .locations("classpath:db/postgres")
            .javaMigrations(PostgresChain.genesis(), PostgresChain.house())
            .loggers("slf4j")
            .load();
    try {
      MigrationInfo newest = flyway.info().current();
      if (newest != null && newest.getState().isApplied() && !newest.getState().isResolved()) {
        throw new IllegalStateException(
            "the ledger in " + settings.place() + " was written by a newer version of this program (its schema " + newest.getVersion()
                + " is not known here): start that version, or give another database. Nothing was changed");
      }
      flyway.migrate();
    } catch (FlywayException e) {
      throw new IllegalStateException("the tables of the ledger in " + settings.place() + " cannot be made or brought up to date: " + e.getMessage(), e);
    }
  }
}

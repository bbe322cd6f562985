package dev.exchequer.server.store;

import org.flywaydb.core.Flyway;

/** Makes the tables of a ledger as an older version had them. */
public final class OldSqlite {
  private OldSqlite() {}

  /** @param version of the schema */
  public static void migrate(String url, String version) {
    Flyway.configure().dataSource(url, null, null).locations("classpath:db/migration").javaMigrations(SqliteChain.genesis(), new SqliteRowids()).target(version).loggers("slf4j").load().migrate();
  }
}

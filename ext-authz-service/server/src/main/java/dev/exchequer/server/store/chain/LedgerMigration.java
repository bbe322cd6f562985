package dev.exchequer.server.store.chain;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/** A migration that SQL alone cannot do, in one transaction. */
public abstract class LedgerMigration implements JavaMigration {
  private final MigrationVersion version;
  private final String description;

  protected LedgerMigration(String version, String description) {
    this.version = MigrationVersion.fromVersion(version);
    this.description = description;
  }

  @Override
  public final MigrationVersion getVersion() {
    return version;
  }

  @Override
  public final String getDescription() {
    return description;
  }

  @Override
  public final @Nullable Integer getChecksum() {
    return null;
  }

  @Override
  public final boolean canExecuteInTransaction() {
    return true;
  }

  static void run(Connection connection, List<String> statements) throws SQLException {
    try (Statement s = connection.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  /** The first three parameters of a statement that writes a place. */
  static void place(PreparedStatement s, Place place) throws SQLException {
    s.setLong(1, place.number());
    s.setBytes(2, place.hash().bytes());
    s.setInt(3, place.chain());
  }

  /** Where a chain ends that was extended. */
  static void head(Connection connection, Place head) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("UPDATE chains SET number = ?, hash = ? WHERE id = ?")) {
      place(s, head);
      s.executeUpdate();
    }
  }
}

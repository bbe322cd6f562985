package dev.exchequer.server.store.proof;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Whether a database file is sound. It has nothing to do with what its rows say and takes about a fifth of the time, so it is looked at beside them, by a thread
 * and a connection of its own; of a ledger in use it may see a later commit.
 */
final class DamageCheck {
  private static final String SOUND = "ok";

  private final FutureTask<String> said;

  private DamageCheck(FutureTask<String> said) {
    this.said = said;
  }

  /** @param question whose one row is "ok" in a database that is sound */
  static DamageCheck begin(Callable<Connection> database, String question) {
    FutureTask<String> said =
        new FutureTask<>(
            () -> {
              try (Connection connection = database.call(); Statement s = connection.createStatement(); ResultSet r = s.executeQuery(question)) {
                return r.next() ? r.getString(1) : "nothing was said of it";
              }
            });
    Thread.ofPlatform().name("ledger-damage").daemon().start(said);
    return new DamageCheck(said);
  }

  /**
   * Waits until all of it was looked at.
   *
   * @throws Misfit if it is damaged
   */
  void sound() throws SQLException, Misfit {
    try {
      String found = said.get();
      Misfit.unless(found.equals(SOUND), "the database", "is damaged: " + found);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException unreadable) {
        throw unreadable;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}

package dev.exchequer.server.store;

import dev.exchequer.server.store.prune.SqlPruner;
import java.sql.SQLException;

/** A pruner's way to its store on which the power goes at the end of a write. */
final class CrashingDoor implements SqlPruner.Door {
  private final SqlPruner.Door door;
  private final int atWrite;
  private int writes;

  CrashingDoor(SqlPruner.Door door, int atWrite) {
    this.door = door;
    this.atWrite = atWrite;
  }

  @Override
  public <T> T read(SqlHistory.Question<T> question) {
    return door.read(question);
  }

  @Override
  public String time() {
    return door.time();
  }

  @Override
  public String moved() {
    return door.moved();
  }

  @Override
  public SqlPruner.Session open() throws SQLException {
    SqlPruner.Session session = door.open();
    return new SqlPruner.Session() {
      @Override
      public <T> T write(SqlHistory.Question<T> question) throws SQLException {
        writes++;
        return session.write(
            connection -> {
              T answer = question.ask(connection);
              if (writes > atWrite) {
                throw new SQLException("the power went");
              }
              return answer;
            });
      }

      @Override
      public void rest(long workedNanos) {}

      @Override
      public void close() {
        session.close();
      }
    };
  }
}

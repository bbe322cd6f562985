package dev.exchequer.server.store.postgres;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who stands beside one session of the simulated database, and is told step by step what it does. */
interface FakeMirror {
  FakeMirror NONE = new FakeMirror() {};

  /** The session sends this. */
  default void sent(FakeCall call, long serverMicros) {}

  /** It waits for a row that another session has. */
  default void waits(FakeMirror holder) {}

  /** What came back: rows of a query. */
  default void rows(List<@Nullable Object[]> rows) {}

  /** What came back: how many rows were written. */
  default void written(int rows) {}

  /** What came back: an error of the server. */
  default void failed(SQLException error) {}

  default void committed() {}

  default void rolledBack() {}

  /** The server ended the session. */
  default void terminated() {}
}

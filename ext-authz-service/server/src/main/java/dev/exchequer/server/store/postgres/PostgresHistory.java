package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.SqlHistory;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The shared ledger's past, of all its writers. A report has a session of its own; what is quickly answered is asked where all else is read. */
final class PostgresHistory extends SqlHistory {
  private static final int ROWS_AT_ONCE = 500;

  private static final long LONG_DUE_MS = 120_000;

  private final ReadSessions sessions;
  private final String replica;

  /** @param replica whose alerts this one tells first */
  PostgresHistory(ReadSessions sessions, String replica) {
    super("receipts r", "holds", PostgresProof.FORM);
    this.sessions = sessions;
    this.replica = replica;
  }

  @Override
  protected <T> T brief(Question<T> question) {
    return sessions.read(question::ask);
  }

  @Override
  protected <T> T report(Question<T> question) {
    return sessions.report(question::ask);
  }

  @Override
  public List<AlertRow> alertsDue(long nowMs, int limit) {
    return alertsDueOf(replica, nowMs, nowMs - LONG_DUE_MS, limit);
  }

  @Override
  protected void streamed(PreparedStatement statement) throws SQLException {
    statement.setFetchSize(ROWS_AT_ONCE);
  }

  @Override
  protected @Nullable String given(@Nullable String column) {
    return column == null ? null : ColumnText.decoded(column);
  }
}

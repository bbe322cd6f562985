package dev.exchequer.server.store;

import dev.exchequer.server.store.proof.KeptForm;
import java.sql.Connection;
import java.sql.SQLException;

/** The embedded ledger's past. A connection for each question: a report may take long, and nobody waits for another's. */
public final class SqliteHistory extends SqlHistory {
  private final SqliteStore store;

  public SqliteHistory(SqliteStore store) {
    super("receipts r INDEXED BY receipts_by_time", "holds INDEXED BY uncertain_holds", KeptForm.SQLITE);
    this.store = store;
  }

  @Override
  protected <T> T brief(Question<T> question) {
    return report(question);
  }

  @Override
  protected <T> T report(Question<T> question) {
    try (Connection connection = store.files().connect(true)) {
      connection.setAutoCommit(false);
      T answer = question.ask(connection);
      connection.rollback();
      return answer;
    } catch (SQLException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger cannot be read", e);
    }
  }
}

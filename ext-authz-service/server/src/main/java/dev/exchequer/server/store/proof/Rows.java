package dev.exchequer.server.store.proof;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The rows of a ledger in one read transaction, as they are stored. */
final class Rows {
  private static final int TOLD_EVERY = 100_000;
  private static final int FETCHED = 500;
  private static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private final Connection connection;
  private final LongConsumer progress;
  private long read;

  /** @param progress gets the number of rows read so far, now and then */
  Rows(Connection connection, LongConsumer progress) {
    this.connection = connection;
    this.progress = progress;
  }

  interface Row {
    void take(ResultSet row) throws SQLException, Misfit;
  }

  void each(String query, Row row) throws SQLException, Misfit {
    try (ResultSet r = open(query)) {
      while (r.next()) {
        row.take(r);
        counted();
      }
    }
  }

  /** To be read side by side with others; closed by the connection. */
  ResultSet open(String query) throws SQLException {
    Statement statement = connection.createStatement();
    statement.closeOnCompletion();
    statement.setFetchSize(FETCHED); // PostgreSQL would bring all of them at once
    return statement.executeQuery(query);
  }

  void counted() {
    if (++read % TOLD_EVERY == 0) {
      progress.accept(read);
    }
  }

  static JsonNode json(String text, String row) throws Misfit {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new Misfit(row, "is no JSON: " + e.getOriginalMessage());
    }
  }

  static BigInteger number(JsonNode node) {
    return node.isIntegralNumber() ? node.bigIntegerValue() : BigInteger.ZERO;
  }

  static BigInteger number(ResultSet row, int column) throws SQLException {
    return BigInteger.valueOf(row.getLong(column));
  }

  static @Nullable String text(JsonNode node) {
    return node.isNull() || node.isMissingNode() ? null : node.asText();
  }

  /** By grant; a grant that stands twice is summed. */
  static Map<String, BigInteger> allocations(JsonNode list) {
    Map<String, BigInteger> allocations = new LinkedHashMap<>();
    list.forEach(each -> add(allocations, each.path("grant").asText(), number(each.path("amount"))));
    return allocations;
  }

  /** Zeros are not kept. */
  static <K> void add(Map<K, BigInteger> sums, K key, BigInteger more) {
    BigInteger sum = sums.getOrDefault(key, BigInteger.ZERO).add(more);
    if (sum.signum() == 0) {
      sums.remove(key);
    } else {
      sums.put(key, sum);
    }
  }
}

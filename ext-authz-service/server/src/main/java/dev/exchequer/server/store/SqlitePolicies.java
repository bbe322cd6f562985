package dev.exchequer.server.store;

import dev.exchequer.ledger.Change;
import dev.exchequer.policy.Policy;
import dev.exchequer.wire.PolicyPatch;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The policies that something may still be decided by. A policy is durable before the first request is decided by it, so its size is in the time that a change
 * takes: one that is much like another is stored as what is different. That other one, the anchor, is stored whole, and stays for as long as one needs it.
 *
 * <p>Called on the ledger's thread, except {@link #remember}.
 */
final class SqlitePolicies {
  /** A patch is worth it where it is a small part of the whole. */
  private static final int SMALL = 8;

  private final Connection connection;
  private final Function<byte[], Policy> decode;
  private final ConcurrentMap<String, byte[]> remembered = new ConcurrentHashMap<>();
  private @Nullable Anchor anchor;

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
  private record Anchor(String digest, byte[] bytes) {}

  /** @param decode reads a policy from its canonical bytes */
  SqlitePolicies(Connection connection, Function<byte[], Policy> decode) {
    this.connection = connection;
    this.decode = decode;
  }

  /** A policy's bytes, to be stored when it is activated. Any thread. */
  void remember(String digest, byte[] policy) {
    remembered.put(digest, policy.clone());
  }

  void activated(String digest, long atMs) throws SQLException {
    byte[] bytes = remembered.get(digest);
    if (bytes == null) {
      throw new IllegalStateException("the bytes of policy " + digest + " were not remembered");
    }
    run("UPDATE policies SET active = 0 WHERE active = 1");
    run("INSERT OR REPLACE INTO policies VALUES (?,?,1)", digest, atMs);
    if (!there(digest)) {
      store(digest, bytes);
    }
  }

  private void store(String digest, byte[] bytes) throws SQLException {
    Anchor base = anchor;
    byte[] patch = base == null ? null : patch(base, bytes);
    if (base != null && patch != null && (long) patch.length * SMALL < bytes.length && there(base.digest)) {
      run("INSERT INTO policy_bytes VALUES (?,?,?)", digest, base.digest, patch);
    } else {
      run("INSERT INTO policy_bytes VALUES (?,NULL,?)", digest, bytes);
      anchor = new Anchor(digest, bytes);
    }
  }

  private static byte @Nullable [] patch(Anchor base, byte[] bytes) {
    try {
      return PolicyPatch.written(base.bytes, bytes);
    } catch (IOException e) {
      return null; // whatever it is, it is stored as it is
    }
  }

  private boolean there(String digest) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("SELECT 1 FROM policy_bytes WHERE digest = ?")) {
      s.setString(1, digest);
      try (ResultSet r = s.executeQuery()) {
        return r.next();
      }
    }
  }

  /** Nothing is decided by it any more. */
  void dropped(String digest) throws SQLException {
    run("DELETE FROM policies WHERE digest = ? AND active = 0", digest);
    run("DELETE FROM policy_bytes WHERE base IS NOT NULL AND digest NOT IN (SELECT digest FROM policies)");
    run(
        "DELETE FROM policy_bytes WHERE digest NOT IN (SELECT digest FROM policies)"
            + " AND digest NOT IN (SELECT base FROM policy_bytes WHERE base IS NOT NULL)");
  }

  /** What was activated is durable. */
  void committed(String digest) {
    remembered.remove(digest);
  }

  /** What was written since the last commit is not there. */
  void rolledBack() {
    anchor = null;
  }

  /** The active one last. */
  void load(Consumer<Change> into) throws SQLException {
    String query =
        """
        SELECT p.digest, p.activated, b.bytes, w.bytes FROM policies p JOIN policy_bytes b ON b.digest = p.digest
        LEFT JOIN policy_bytes w ON w.digest = b.base ORDER BY p.active, p.activated
        """;
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery(query)) {
      while (r.next()) {
        String digest = r.getString(1);
        byte[] base = r.getBytes(4);
        byte[] bytes = base == null ? r.getBytes(3) : PolicyPatch.read(base, r.getBytes(3));
        Policy policy = decode.apply(bytes);
        if (!policy.digest().equals(digest)) {
          throw new IllegalStateException("the stored policy " + digest + " is not what its bytes say: " + policy.digest());
        }
        into.accept(new Change.PolicyActivated(policy, r.getLong(2)));
      }
    } catch (IOException e) {
      throw new IllegalStateException("a stored policy cannot be read: " + e.getMessage(), e);
    }
  }

  private void run(String sql, Object... values) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        s.setObject(i + 1, values[i]);
      }
      s.executeUpdate();
    }
  }
}

package dev.exchequer.server.store.postgres;

import dev.exchequer.policy.Policy;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/** Policies by digest: the bytes of those that this process was given and of the one in force, and the last ones that were used; what is not here is read from the table. */
final class PolicyShelf {
  private static final int KEPT = 64;

  private final Function<byte[], Policy> decode;
  private final ConcurrentMap<String, byte[]> canonical = new ConcurrentHashMap<>();
  /** Digest of the one in force, whose bytes stay: it may be dropped while this process is cut off. */
  private String inForce = "";
  private final Map<String, Policy> known =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Policy> eldest) {
          return size() > KEPT;
        }
      };

  PolicyShelf(Function<byte[], Policy> decode) {
    this.decode = decode;
  }

  /** Called by any thread, before the policy is activated. */
  void remember(String digest, byte[] bytes) {
    canonical.put(digest, bytes.clone());
  }

  byte[] bytes(String digest) {
    byte[] bytes = canonical.get(digest);
    if (bytes == null) {
      throw new IllegalStateException("the bytes of policy " + digest + " were not remembered");
    }
    return bytes;
  }

  void put(Policy policy) {
    known.put(policy.digest(), policy);
  }

  /** It is stored and decides new requests: the bytes of the one before are not needed any more. */
  void stored(String digest) {
    if (!digest.equals(inForce)) {
      canonical.remove(inForce);
      inForce = digest;
    }
  }

  Optional<Policy> get(String digest) {
    return Optional.ofNullable(known.get(digest));
  }

  /** Reads those that are not here yet. One that is nowhere stays absent. */
  void load(Sql sql, Collection<String> digests) throws SQLException {
    List<String> missing = digests.stream().filter(digest -> !known.containsKey(digest)).toList();
    if (!missing.isEmpty()) {
      sql.each("SELECT canonical FROM policies WHERE digest = ANY(?)", r -> put(decode.apply(r.getBytes(1))), Sql.Column.text(missing));
    }
  }
}

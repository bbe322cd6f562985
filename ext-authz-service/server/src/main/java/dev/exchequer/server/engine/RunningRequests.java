package dev.exchequer.server.engine;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.policy.Provider;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What this process remembers of requests under way and of who serves their attempts. Nothing here is money: after a restart it is empty or read anew. */
final class RunningRequests {
  /** Nothing runs longer: Envoy's max_stream_duration is an hour. */
  private static final long FORGOTTEN_AFTER_NANOS = 2 * 3_600_000_000_000L;

  private record Known<T>(T value, long sinceNanos) {}

  private final ConcurrentMap<String, Known<Admitted>> requests = new ConcurrentHashMap<>();
  private final ConcurrentMap<HoldId, Known<Provider>> attempts = new ConcurrentHashMap<>();

  private final LongSupplier nanos;

  /** @param nanos as System.nanoTime */
  RunningRequests(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Attempts that were running when the process before this one ended. */
  void restore(LedgerState state) {
    state
        .activeHolds()
        .forEach(
            hold ->
                state
                    .policy(hold.planDigest())
                    .map(policy -> policy.providers().get(hold.subject().provider()))
                    .ifPresent(provider -> attempts.put(hold.id(), new Known<>(provider, nanos.getAsLong()))));
  }

  void admitted(Admitted request) {
    requests.put(request.facts().id(), new Known<>(request, nanos.getAsLong()));
  }

  void sent(HoldId id, Provider provider) {
    attempts.put(id, new Known<>(provider, nanos.getAsLong()));
  }

  void over(String request) {
    requests.remove(request);
  }

  void journaled(HoldId id) {
    attempts.remove(id);
  }

  Optional<Admitted> request(String id) {
    return Optional.ofNullable(value(requests.get(id)));
  }

  Optional<Provider> provider(HoldId id) {
    return Optional.ofNullable(value(attempts.get(id)));
  }

  private static <T> @Nullable T value(@Nullable Known<T> known) {
    return known == null ? null : known.value;
  }

  /** Digests of the policies that running requests are decided by. */
  List<String> digests() {
    return requests.values().stream().map(known -> known.value.policy().digest()).distinct().toList();
  }

  int size() {
    return requests.size();
  }

  void forgetOld() {
    long now = nanos.getAsLong();
    requests.values().removeIf(known -> now - known.sinceNanos > FORGOTTEN_AFTER_NANOS);
    attempts.values().removeIf(known -> now - known.sinceNanos > FORGOTTEN_AFTER_NANOS);
  }
}

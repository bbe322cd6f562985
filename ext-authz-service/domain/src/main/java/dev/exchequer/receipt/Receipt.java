package dev.exchequer.receipt;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Immutable evidence of one request with all its hops, also when it was denied or failed. Field names are those of the JSON; null = absent. Times are
 * milliseconds since the epoch, amounts nano-units of the unit beside them.
 *
 * @param status Succeeded | Failed | Denied | InDoubt
 * @param endpoint "ChatCompletions", ...; null where it was never known
 * @param finalHop position of the hop that was tried last, null = none
 * @param retries attempts after the first
 */
public record Receipt(
    String id,
    String status,
    long time,
    long endedAt,
    String apiKey,
    String keyLabel,
    String project,
    String owner,
    @Nullable String task,
    @Nullable String endUser,
    @Nullable String clientRequestId,
    @Nullable String idempotencyKey,
    @Nullable String endpoint,
    @Nullable String requestedModel,
    @Nullable String route,
    long routeGeneration,
    @Nullable String policyDigest,
    String planDigest,
    boolean streamed,
    boolean clientGone,
    @Nullable Integer finalHop,
    int retries,
    long latencyMs,
    @Nullable Long firstByteMs,
    @Nullable Error error,
    List<Total> totals,
    List<Hop> hops) {

  public record Error(int httpStatus, String code, String message) {}

  public record Total(String unit, long charge) {}

  /**
   * @param hop position in ModelRoute.hops, from 1
   * @param attempt null when skipped
   * @param outcome text of an AttemptOutcome, or "Skipped"
   * @param reason why it moved on, for people
   * @param serviceTier as asked for; null = none was, or the hop was skipped
   * @param servedTier as the provider says, null = it does not
   * @param hold first amount held, null when nothing was
   * @param entry sequence number of the settling entry in its balance, null when nothing was posted
   * @param minimumCharge the sheet's minimum where it is more than the lines come to: the charge then; else null
   * @param houseCost what the provider bills the house; not for customers; null = nothing, as far as anybody knows
   * @param paidFrom which grants paid the charge; what is missing to it was overdraft, or is debt or written off
   */
  public record Hop(
      int hop,
      @Nullable Integer attempt,
      String name,
      String provider,
      String routeClass,
      String upstreamModel,
      @Nullable String servedModel,
      @Nullable String serviceTier,
      @Nullable String servedTier,
      String role,
      String outcome,
      @Nullable String skipReason,
      @Nullable String reason,
      @Nullable Integer httpStatus,
      @Nullable String providerRequestId,
      @Nullable Long latencyMs,
      @Nullable UsageOn usage,
      @Nullable Long hold,
      @Nullable Long charge,
      @Nullable String unit,
      @Nullable String balance,
      @Nullable String balanceType,
      @Nullable Long entry,
      @Nullable Long balanceBefore,
      @Nullable Long balanceAfter,
      @Nullable String priceSheet,
      @Nullable String priceSheetDigest,
      @Nullable String rate,
      @Nullable Long multiplierNanos,
      @Nullable Long minimumCharge,
      List<Line> lines,
      List<Considered> considered,
      List<PaidFrom> paidFrom,
      @Nullable HouseCostOn houseCost) {
    public Hop {
      paidFrom = paidFrom == null ? List.of() : List.copyOf(paidFrom);
    }
  }

  /**
   * @param amount nano-units of its own unit, null = unknown: no rate of the sheet matches
   * @param rate null = unknown
   */
  public record HouseCostOn(@Nullable Long amount, String unit, String sheet, String digest, @Nullable String rate, boolean estimated) {}

  /** @param amount nano-units that this grant of the balance paid */
  public record PaidFrom(String grant, long amount) {}

  /**
   * @param source Provider | Journal | Estimated | None
   * @param trust the provider's usageTrust where it is not Full, else null
   */
  public record UsageOn(Map<String, Long> meters, String source, @Nullable String trust) {}

  /** @param amount exact, unrounded, in units (not nanos) */
  public record Line(String meter, long quantity, long price, long per, BigDecimal amount) {}

  /** @param verdict "pays", "insufficient", "suspended", "budget_exceeded: ns/name", ... */
  public record Considered(String balance, String verdict, @Nullable Long available) {}
}

package dev.exchequer.server.store.chain;

import dev.exchequer.ledger.HouseEntry;

/**
 * What a chain says of a correction of what a provider bills the house. A first cost stands in no chain: its receipt says it.
 *
 * @param stripe whose account it is in
 * @param provider ns/name
 * @param timeMs milliseconds since the epoch
 * @param amount signed nano-units of the unit
 * @param sheet ns/name
 * @param digest of the sheet
 */
public record HouseFacts(String receipt, int attempt, String kind, String stripe, String provider, String unit, long timeMs, long amount, String sheet, String digest) {
  public static HouseFacts of(HouseEntry e, String stripe) {
    return new HouseFacts(
        e.attempt().request(), e.attempt().attempt(), e.kind().text(), stripe, e.provider().toString(), e.unit(), e.timeMs(), e.amount(), e.sheet().toString(), e.digest());
  }
}

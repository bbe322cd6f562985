package dev.exchequer.server.store;

import dev.exchequer.ledger.HouseEntry;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the house entries of one batch add to the accounts of the house, by provider and unit. */
public final class HouseSums {
  private static final BigInteger NANOS_PER_UNIT = BigInteger.valueOf(1_000_000_000L);
  /** Adds to what is there: units * 10^9 + nanos, nanos not negative. */
  public static final String ADD =
      " ON CONFLICT (stripe, provider, unit) DO UPDATE SET units = house_accounts.units + excluded.units + (house_accounts.nanos + excluded.nanos) / 1000000000,"
          + " nanos = (house_accounts.nanos + excluded.nanos) % 1000000000, entries = house_accounts.entries + excluded.entries";

  private HouseSums() {}

  /** @param nanos 0 to 999,999,999: below 0 are the units */
  public record Sum(String provider, String unit, long units, long nanos, long entries) {}

  /** By provider, then by unit: always in the same order. */
  public static List<Sum> of(Collection<HouseEntry> entries) {
    record Key(String provider, String unit) {}
    record Total(BigInteger nanos, long entries) {}
    Map<String, Key> keys = new TreeMap<>();
    Map<Key, Total> totals = new java.util.HashMap<>();
    for (HouseEntry entry : entries) {
      Key key = new Key(entry.provider().toString(), entry.unit());
      keys.put(key.provider + "\n" + key.unit, key);
      totals.merge(key, new Total(BigInteger.valueOf(entry.amount()), 1), (a, b) -> new Total(a.nanos.add(b.nanos), a.entries + b.entries));
    }
    List<Sum> sums = new ArrayList<>(keys.size());
    for (Key key : keys.values()) {
      Total total = totals.getOrDefault(key, new Total(BigInteger.ZERO, 0));
      BigInteger nanos = total.nanos.mod(NANOS_PER_UNIT);
      sums.add(new Sum(key.provider, key.unit, total.nanos.subtract(nanos).divide(NANOS_PER_UNIT).longValueExact(), nanos.longValue(), total.entries));
    }
    return sums;
  }
}

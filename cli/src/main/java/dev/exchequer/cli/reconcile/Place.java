package dev.exchequer.cli.reconcile;

import java.time.LocalDate;
import java.util.Comparator;

/** A row of an invoice: a day of its time zone and a model. */
public record Place(LocalDate day, String model) implements Comparable<Place> {
  private static final Comparator<Place> ORDER = Comparator.comparing(Place::day).thenComparing(Place::model);

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }
}

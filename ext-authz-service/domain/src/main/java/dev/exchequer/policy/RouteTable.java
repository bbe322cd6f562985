package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Routes by name, and by the models that they serve. Immutable. A change of hops or prices leaves names and models as they are, and the next table then
 * shares all that is looked up: of thousands of routes only the list of them is a new one.
 */
final class RouteTable extends AbstractMap<ObjectName, Route> {
  private final List<Route> routes;
  /** What a look-up answers, made once. */
  private final List<Optional<Route>> answers;

  private final Map<ObjectName, Integer> places;
  private final RouteIndex index;

  private RouteTable(List<Route> routes, List<Optional<Route>> answers, Map<ObjectName, Integer> places, RouteIndex index) {
    this.routes = routes;
    this.answers = answers;
    this.places = places;
    this.index = index;
  }

  /**
   * @param routes of two with one name the later counts
   * @param before of an older policy, null = none; the table is the same without
   */
  static RouteTable of(Collection<Route> routes, @Nullable RouteTable before) {
    List<Route> all = List.copyOf(routes);
    if (before != null && before.claimTheSame(all)) {
      List<Optional<Route>> answers =
          IntStream.range(0, all.size()).mapToObj(i -> all.get(i) == before.routes.get(i) ? before.answers.get(i) : Optional.of(all.get(i))).toList();
      return new RouteTable(all, answers, before.places, before.index);
    }
    Map<ObjectName, Integer> places = HashMap.newHashMap(all.size());
    for (int i = 0; i < all.size(); i++) {
      places.put(all.get(i).name(), i);
    }
    return new RouteTable(all, all.stream().map(Optional::of).toList(), places, RouteIndex.of(all));
  }

  @SuppressWarnings("ReferenceEquality") // most are the same object; the others are looked into
  private boolean claimTheSame(List<Route> others) {
    if (others.size() != routes.size()) {
      return false;
    }
    for (int i = 0; i < routes.size(); i++) {
      Route one = routes.get(i);
      Route other = others.get(i);
      if (one != other && !RouteIndex.claimTheSame(one, other)) {
        return false;
      }
    }
    return true;
  }

  /** Whether names and models are those of the other table. */
  boolean claimsAsIn(RouteTable other) {
    return index == other.index;
  }

  /** Routes that another table has not; all, if names or models differ. */
  @SuppressWarnings("ReferenceEquality") // a route that was not changed is the same object
  List<Route> notIn(RouteTable other) {
    return claimsAsIn(other) ? IntStream.range(0, routes.size()).filter(i -> routes.get(i) != other.routes.get(i)).mapToObj(routes::get).toList() : routes;
  }

  /** The route that serves a model to keys of a namespace; nothing is allocated. */
  Optional<Route> find(String keyNamespace, String model, Endpoint endpoint) {
    int place = index.find(routes, keyNamespace, model, endpoint);
    return place < 0 ? Optional.empty() : answers.get(place);
  }

  @Override
  public @Nullable Route get(@Nullable Object name) {
    Integer place = places.get(name);
    return place == null ? null : routes.get(place);
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return places.containsKey(name);
  }

  @Override
  public int size() {
    return places.size();
  }

  @Override
  public Set<Entry<ObjectName, Route>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<ObjectName, Route>> iterator() {
        return places.entrySet().stream().map(entry -> Map.entry(entry.getKey(), routes.get(entry.getValue()))).iterator();
      }

      @Override
      public int size() {
        return places.size();
      }
    };
  }
}

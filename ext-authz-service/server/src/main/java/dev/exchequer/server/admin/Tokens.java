package dev.exchequer.server.admin;

import java.util.Optional;

/** Who may use the admin API. The name stands as the actor beside what was changed. */
public interface Tokens {

  /** Roles include those before them. */
  enum Role {
    VIEWER,
    OPERATOR,
    TREASURER;

    boolean includes(Role other) {
      return compareTo(other) >= 0;
    }
  }

  record Actor(String name, Role role) {}

  /** Compares in constant time. */
  Optional<Actor> authenticate(String token);
}

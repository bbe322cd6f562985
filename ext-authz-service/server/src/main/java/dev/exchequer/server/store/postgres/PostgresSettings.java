package dev.exchequer.server.store.postgres;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Which database, and who this replica is to it. Never printed with what the URL says after the name of the database: there may be a password.
 *
 * @param url jdbc:postgresql://HOST[:PORT][,HOST...]/DATABASE[?...]
 * @param user null = as the URL says
 * @param password null = as the URL says
 * @param replica the name that no other running gateway of this database has
 */
public record PostgresSettings(String url, @Nullable String user, @Nullable String password, String replica) {
  private static final String SCHEME = "jdbc:postgresql:";
  private static final String USER = "EXCHEQUER_STORE_USER";
  private static final String PASSWORD = "EXCHEQUER_STORE_PASSWORD";

  public PostgresSettings {
    if (!url.startsWith(SCHEME) || Driver.parseURL(url, null) == null) {
      throw new IllegalArgumentException("not a PostgreSQL URL: give jdbc:postgresql://HOST/DATABASE, user and password by " + USER + " and " + PASSWORD);
    }
    if (replica.isEmpty()) {
      throw new IllegalArgumentException("a replica needs a name");
    }
  }

  /** @param environment where the user and the password may be, beside the URL */
  public static PostgresSettings of(String url, String replica, Map<String, String> environment) {
    return new PostgresSettings(url, environment.get(USER), environment.get(PASSWORD), replica);
  }

  /** Without anything that could be a secret. */
  String place() {
    int query = url.indexOf('?');
    String place = url.substring(SCHEME.length(), query < 0 ? url.length() : query);
    int user = place.lastIndexOf('@');
    return user < 0 ? place : "//" + place.substring(user + 1);
  }

  @Override
  public String toString() {
    return "PostgresSettings[" + place() + ", replica " + replica + "]";
  }
}

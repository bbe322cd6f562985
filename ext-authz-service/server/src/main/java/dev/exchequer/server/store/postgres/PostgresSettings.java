package dev.exchequer.server.store.postgres;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
  private static final String PORT = ":(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})";
  private static final String HOST = "(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(" + PORT + ")?";

  /** Looked at here first: the driver would log one that it cannot read, with whatever password is in it. */
  private static final Pattern URL = Pattern.compile("jdbc:postgresql://" + HOST + "(," + HOST + ")*/[A-Za-z0-9._-]+(\\?[^%]*(%[0-9A-Fa-f]{2}[^%]*)*)?");

  /** Where the URL may be, if no option gives it. */
  public static final String ENVIRONMENT = "EXCHEQUER_STORE";

  private static final String USER = "EXCHEQUER_STORE_USER";
  private static final String PASSWORD = "EXCHEQUER_STORE_PASSWORD";

  public PostgresSettings {
    if (!URL.matcher(url).matches()) {
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

  /** For a process that is to use the same database: {@link #of} of it gives the same. */
  public Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put(ENVIRONMENT, url);
    if (user != null) {
      environment.put(USER, user);
    }
    if (password != null) {
      environment.put(PASSWORD, password);
    }
    return environment;
  }

  /** Under another name. */
  public PostgresSettings as(String name) {
    return new PostgresSettings(url, user, password, name);
  }

  /** Without anything that could be a secret. */
  public String place() {
    int query = url.indexOf('?');
    return url.substring(SCHEME.length(), query < 0 ? url.length() : query);
  }

  @Override
  public String toString() {
    return "PostgresSettings[" + place() + ", replica " + replica + "]";
  }
}

package dev.exchequer.operator.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a provider's API begins.
 *
 * @param host a name, an IPv4 address, or an IPv6 address in brackets
 * @param path without a trailing slash, "" for the root
 */
public record BaseUrl(boolean tls, String host, int port, String path) {

  /** @throws IllegalArgumentException with a message that says what to write */
  public static BaseUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("must be a URL like https://api.example.com/v1", e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    String host = uri.getHost();
    if (!scheme.equals("https") && !scheme.equals("http") || host == null) {
      throw new IllegalArgumentException("must be a URL like https://api.example.com/v1");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("must be a scheme, a host and a path: no user, query or fragment (credentials belong into auth)");
    }
    String path = uri.getRawPath();
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (path.contains("//") || !URI.create("/").resolve(path.isEmpty() ? "/" : path).normalize().getRawPath().equals(path.isEmpty() ? "/" : path)) {
      throw new IllegalArgumentException("must have a plain path: no \"//\", \".\" or \"..\"");
    }
    boolean tls = scheme.equals("https");
    int port = uri.getPort() == -1 ? (tls ? 443 : 80) : uri.getPort();
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("must have a port from 1 to 65535");
    }
    return new BaseUrl(tls, host.toLowerCase(Locale.ROOT), port, path);
  }
}

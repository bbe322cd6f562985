package dev.exchequer.server.authz;

import com.google.protobuf.ByteString;
import java.util.Map;

/**
 * A client's request as Envoy tells of it.
 *
 * @param path without the query
 * @param query "" = none
 * @param headers lower-case names; values of a repeated header are joined by commas
 */
record ClientCall(String method, String path, String query, Map<String, String> headers, ByteString body) {

  /** A header's value, "" = not sent. */
  String header(String name) {
    return headers.getOrDefault(name, "");
  }
}

package dev.exchequer.server.alerts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;

/** Sends one signed message. Follows no redirection, reads no answer but its status. */
final class WebhookSender implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration WHOLE = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER).build();

  /**
   * @param seconds since the epoch: when it is sent
   * @return why it was not taken; empty = it was
   */
  Optional<String> send(Webhook webhook, String id, long seconds, String body) throws InterruptedException {
    Optional<String> forbidden = forbidden(webhook);
    if (forbidden.isPresent()) {
      return forbidden;
    }
    try {
      HttpRequest request =
          HttpRequest.newBuilder(webhook.url())
              .timeout(WHOLE)
              .header("content-type", "application/json")
              .header("user-agent", "exchequer")
              .header("webhook-id", id)
              .header("webhook-timestamp", Long.toString(seconds))
              .header("webhook-signature", webhook.signature(id, seconds, body))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return status / 100 == 2 ? Optional.empty() : Optional.of("the receiver answered " + status + (status / 100 == 3 ? ": redirections are not followed" : ""));
    } catch (HttpTimeoutException e) {
      return Optional.of("the receiver did not answer in time");
    } catch (IOException | IllegalArgumentException e) {
      // not its message: it may repeat the address
      return Optional.of("the receiver could not be reached: " + e.getClass().getSimpleName());
    }
  }

  /** Machines in a private network and this one are what receivers run on; addresses of the link are where clouds keep credentials. */
  private static Optional<String> forbidden(Webhook webhook) {
    try {
      boolean loopback = true;
      for (InetAddress address : InetAddress.getAllByName(webhook.url().getHost())) {
        if (address.isLinkLocalAddress() || address.isMulticastAddress() || address.isAnyLocalAddress()) {
          return Optional.of("the receiver's address is link-local, multicast or 0.0.0.0: nothing is sent there");
        }
        loopback &= address.isLoopbackAddress();
      }
      if (!"https".equals(webhook.url().getScheme()) && !loopback && !webhook.allowPlaintext()) {
        return Optional.of("plaintext http to another machine: use https, or say allowPlaintext: true");
      }
      return Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.of("the receiver's name is not known");
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

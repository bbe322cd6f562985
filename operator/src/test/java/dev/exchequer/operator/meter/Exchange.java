package dev.exchequer.operator.meter;

import dev.exchequer.api.v1.SettleReply;
import dev.exchequer.api.v1.SettleRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One client request and what everybody else is to do about it: the attempts that the service admits, what providers answer, what Settle says. */
final class Exchange {

  /** Answers one attempt, in exact bytes. */
  interface Provider {
    void answer(ProviderWire wire) throws Exception;
  }

  final String id;
  final List<Map<String, String>> attempts = new ArrayList<>();
  final List<Provider> providers = new ArrayList<>();
  final BlockingQueue<SettleRequest> settled = new LinkedBlockingQueue<>();
  final BlockingQueue<ProviderWire> received = new LinkedBlockingQueue<>();

  /** Empty = never answer. */
  volatile Function<SettleRequest, Optional<SettleReply>> settle = request -> Optional.of(reply(request).build());

  Exchange(String id) {
    this.id = id;
  }

  /** Adds an attempt with all its headers, mode `json,keep,1`, sent to cluster `provider`. */
  Exchange attempt(Provider provider) {
    int n = attempts.size() + 1;
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("x-exq-cluster", n == 1 ? "provider" : "backup");
    headers.put("x-exq-hold", id + "/" + n);
    headers.put("x-exq-path", "/base/v1/chat/completions?case=" + id + "&attempt=" + n);
    headers.put("x-exq-timeout", "0");
    headers.put("x-exq-total", "0");
    headers.put("x-exq-idle", "0");
    headers.put("x-exq-mode", "json,keep,1");
    headers.put("x-exq-edits", "");
    headers.put("x-exq-answer", "");
    attempts.add(headers);
    providers.add(provider);
    return this;
  }

  /** Sets a header of the attempt added last. */
  Exchange with(String name, String value) {
    attempts.getLast().put(name, value);
    return this;
  }

  Exchange answerHeaders(String lines) {
    return with("x-exq-answer", hex(lines));
  }

  Exchange settling(Function<SettleRequest, Optional<SettleReply>> function) {
    settle = function;
    return this;
  }

  SettleRequest settled() throws InterruptedException {
    SettleRequest request = settled.poll(10, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no Settle for " + id);
    }
    return request;
  }

  ProviderWire received() throws InterruptedException {
    ProviderWire wire = received.poll(10, TimeUnit.SECONDS);
    if (wire == null) {
      throw new AssertionError("the provider was not asked: " + id);
    }
    return wire;
  }

  static SettleReply.Builder reply(SettleRequest request) {
    return SettleReply.newBuilder().setHold(request.getHold());
  }

  static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }
}

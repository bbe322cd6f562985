package dev.exchequer.server.settle;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.SettleRequest;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.pricing.Usage;
import dev.exchequer.server.usage.OpenAiUsage;
import dev.exchequer.server.usage.ProviderErrorText;
import dev.exchequer.server.usage.ReportedUsage;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The meter's report as evidence. Texts of a provider may be in any encoding: they are read as Latin-1 where only ASCII is compared, else as UTF-8. */
final class FromSettle {
  private FromSettle() {}

  static Evidence evidence(SettleRequest request, boolean cachedOutsidePrompt) {
    ReportedUsage usage = OpenAiUsage.read(request.getUsage().toByteArray(), cachedOutsidePrompt, Usage.Source.PROVIDER);
    String finish = text(request.getFinishReason());
    String local = text(request.getLocal());
    boolean success = request.getStatus() >= 200 && request.getStatus() <= 299;
    boolean complete = request.getStreamed() ? !finish.isEmpty() || !request.getUsage().isEmpty() : success && !request.getErrorSeen();
    return new Evidence(
        Evidence.From.SETTLE,
        request.getStatus(),
        local,
        text(request.getContentEncoding()).toLowerCase(Locale.ROOT),
        usage.orNothing(),
        usage instanceof ReportedUsage.Rejected rejected ? rejected.reason() : null,
        text(request.getModel()),
        text(request.getServiceTier()),
        text(request.getProviderRequestId()),
        finish,
        request.getErrorSeen(),
        request.getStreamed(),
        request.getReleased(),
        complete,
        false,
        sent(local),
        request.getEvents(),
        request.getTextBytes(),
        request.getOutputItems(),
        request.getFirstByteMs(),
        0,
        success ? null : ProviderErrorText.read(request.getErrorBody().toByteArray()),
        request.getRetryAfter() - 1);
  }

  /** Envoy's own replies that say that nothing went out: connect failure, no cluster, no route, overflow, the meter's refusal. */
  private static boolean sent(String local) {
    return !(local.startsWith("UF") || local.startsWith("NC") || local.startsWith("NR") || local.startsWith("UO") || local.startsWith("UH") || local.endsWith(" lua_response"));
  }

  private static String text(ByteString bytes) {
    return bytes.isEmpty() ? "" : bytes.toString(StandardCharsets.UTF_8);
  }
}

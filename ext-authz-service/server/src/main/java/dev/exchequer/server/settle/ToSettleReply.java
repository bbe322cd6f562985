package dev.exchequer.server.settle;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.Header;
import dev.exchequer.api.v1.SettleReply;
import dev.exchequer.fallback.Ending;
import dev.exchequer.ledger.Result;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Project;
import dev.exchequer.server.authz.AnswerHeaders;
import dev.exchequer.server.authz.ErrorBody;
import dev.exchequer.server.engine.Admitted;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the meter makes of the answer: another attempt, the error that the client gets, or the headers that go with the provider's answer. */
final class ToSettleReply {
  private ToSettleReply() {}

  /** @param admitted null after a restart of the service: the answer is final and carries what is known */
  static SettleReply of(ByteString hold, Result.Settled settled, @Nullable Admitted admitted) {
    SettleReply.Builder reply = SettleReply.newBuilder().setHold(hold);
    if (settled.next()) {
      return reply.setNext(true).build();
    }
    String receipt = settled.id().request();
    if (admitted == null || settled.position() == 0) {
      header(reply, AnswerHeaders.RECEIPT, receipt);
    } else {
      AnswerHeaders.of(admitted, settled.position()).forEach(line -> header(reply, line.getKey(), line.getValue()));
    }
    Ending ending = settled.ending();
    if (ending != null) {
      error(reply, ending, receipt);
    }
    if (admitted != null) {
      money(reply, settled, admitted.project().disclose());
    }
    return reply.build();
  }

  private static void error(SettleReply.Builder reply, Ending ending, String receipt) {
    reply.setStatus(ending.httpStatus()).setBody(ByteString.copyFromUtf8(ErrorBody.of(ending, receipt)));
    header(reply, "content-type", "application/json");
    switch (ending.retry()) {
      case Ending.Retry.No no -> header(reply, "x-should-retry", "false");
      case Ending.Retry.After after -> header(reply, "retry-after", Long.toString(after.seconds()));
      case Ending.Retry.Unsaid unsaid -> {}
    }
  }

  /** An error says what it cost only where it cost something. */
  private static void money(SettleReply.Builder reply, Result.Settled settled, Project.Disclose disclose) {
    String unit = settled.unit();
    boolean free = settled.chargeNanos() == 0 && settled.before().isEmpty();
    if (disclose == Project.Disclose.NONE || unit == null && free || settled.ending() != null && free) {
      return;
    }
    header(reply, "x-exchequer-charge", charges(settled));
    Long after = settled.balanceAfterNanos();
    if (disclose == Project.Disclose.BALANCE && settled.balance() != null && after != null) {
      header(reply, "x-exchequer-balance", settled.balance().toString());
      header(reply, "x-exchequer-balance-after", Money.decimal(after) + " " + unit);
    }
  }

  /** Of all attempts, by unit: "0.001230000 CNY", or "0.100000000 CREDIT, 0.001230000 CNY". */
  private static String charges(Result.Settled settled) {
    Map<String, Long> charges = new LinkedHashMap<>();
    settled.before().forEach(total -> charges.put(total.unit(), total.charge()));
    if (settled.unit() != null && (settled.chargeNanos() != 0 || charges.isEmpty())) {
      charges.merge(settled.unit(), settled.chargeNanos(), Math::addExact);
    }
    return charges.entrySet().stream().map(charge -> Money.decimal(charge.getValue()) + " " + charge.getKey()).collect(Collectors.joining(", "));
  }

  private static void header(SettleReply.Builder reply, String name, String value) {
    reply.addHeaders(Header.newBuilder().setName(ByteString.copyFromUtf8(name)).setValue(ByteString.copyFromUtf8(value)));
  }
}

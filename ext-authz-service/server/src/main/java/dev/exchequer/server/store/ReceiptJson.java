package dev.exchequer.server.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.exchequer.money.Money;
import dev.exchequer.receipt.Receipt;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The receipt's JSON form: amounts as strings with nine decimals, times RFC 3339 UTC with milliseconds, absent values null. */
public final class ReceiptJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private ReceiptJson() {}

  /** RFC 3339 UTC with milliseconds. */
  public static String time(long epochMs) {
    return TIME.format(Instant.ofEpochMilli(epochMs));
  }

  /** Without `corrections`, which are joined when it is read. */
  public static String write(Receipt receipt) {
    StringWriter text = new StringWriter(2048);
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      head(out, receipt);
      out.writeArrayFieldStart("hops");
      for (Receipt.Hop hop : receipt.hops()) {
        hop(out, hop);
      }
      out.writeEndArray();
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** The stored text with the entries that were posted after it. */
  public static String withCorrections(String receipt, List<LedgerReads.EntryRow> corrections) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartArray();
      for (LedgerReads.EntryRow entry : corrections) {
        entry(out, entry);
      }
      out.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return receipt.substring(0, receipt.length() - 1) + ",\"corrections\":" + text + "}";
  }

  /** One entry in its JSON form. */
  public static void entry(JsonGenerator out, LedgerReads.EntryRow entry) throws IOException {
    out.writeStartObject();
    entryFields(out, entry);
    out.writeEndObject();
  }

  /** The fields of an entry, in an object that is begun. */
  public static void entryFields(JsonGenerator out, LedgerReads.EntryRow entry) throws IOException {
    out.writeStringField("balance", entry.balance());
    out.writeNumberField("sequence", entry.sequence());
    out.writeStringField("time", time(entry.time()));
    out.writeStringField("kind", entry.kind());
    out.writeStringField("amount", Money.decimal(entry.amount()));
    out.writeStringField("before", Money.decimal(entry.before()));
    out.writeStringField("after", Money.decimal(entry.after()));
    string(out, "receipt", entry.receipt());
    number(out, "attempt", entry.attempt() == null ? null : Long.valueOf(entry.attempt()));
    string(out, "actor", entry.actor());
    string(out, "reason", entry.reason());
  }

  private static void head(JsonGenerator out, Receipt r) throws IOException {
    out.writeStringField("id", r.id());
    out.writeStringField("status", r.status());
    out.writeStringField("time", time(r.time()));
    out.writeStringField("endedAt", time(r.endedAt()));
    out.writeStringField("apiKey", r.apiKey());
    out.writeStringField("keyLabel", r.keyLabel());
    out.writeStringField("project", r.project());
    out.writeStringField("owner", r.owner());
    string(out, "task", r.task());
    string(out, "endUser", r.endUser());
    string(out, "clientRequestId", r.clientRequestId());
    string(out, "idempotencyKey", r.idempotencyKey());
    string(out, "endpoint", r.endpoint());
    string(out, "requestedModel", r.requestedModel());
    string(out, "route", r.route());
    number(out, "routeGeneration", r.route() == null ? null : Long.valueOf(r.routeGeneration()));
    string(out, "policyDigest", r.policyDigest());
    out.writeStringField("planDigest", r.planDigest());
    out.writeBooleanField("streamed", r.streamed());
    out.writeBooleanField("clientGone", r.clientGone());
    number(out, "finalHop", r.finalHop() == null ? null : Long.valueOf(r.finalHop()));
    out.writeNumberField("retries", r.retries());
    out.writeNumberField("latencyMs", r.latencyMs());
    number(out, "firstByteMs", r.firstByteMs());
    Receipt.Error error = r.error();
    if (error == null) {
      out.writeNullField("error");
    } else {
      out.writeObjectFieldStart("error");
      out.writeNumberField("httpStatus", error.httpStatus());
      out.writeStringField("code", error.code());
      out.writeStringField("message", error.message());
      out.writeEndObject();
    }
    out.writeArrayFieldStart("totals");
    for (Receipt.Total total : r.totals()) {
      out.writeStartObject();
      out.writeStringField("unit", total.unit());
      out.writeStringField("charge", Money.decimal(total.charge()));
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void hop(JsonGenerator out, Receipt.Hop h) throws IOException {
    out.writeStartObject();
    out.writeNumberField("hop", h.hop());
    number(out, "attempt", h.attempt() == null ? null : Long.valueOf(h.attempt()));
    out.writeStringField("name", h.name());
    out.writeStringField("provider", h.provider());
    out.writeStringField("routeClass", h.routeClass());
    out.writeStringField("upstreamModel", h.upstreamModel());
    string(out, "servedModel", h.servedModel());
    string(out, "serviceTier", h.serviceTier());
    string(out, "servedTier", h.servedTier());
    out.writeStringField("role", h.role());
    out.writeStringField("outcome", h.outcome());
    string(out, "skipReason", h.skipReason());
    string(out, "reason", h.reason());
    number(out, "httpStatus", h.httpStatus() == null ? null : Long.valueOf(h.httpStatus()));
    string(out, "providerRequestId", h.providerRequestId());
    number(out, "latencyMs", h.latencyMs());
    usage(out, h.usage());
    amount(out, "hold", h.hold());
    amount(out, "charge", h.charge());
    string(out, "unit", h.unit());
    string(out, "balance", h.balance());
    string(out, "balanceType", h.balanceType());
    number(out, "entry", h.entry());
    amount(out, "balanceBefore", h.balanceBefore());
    amount(out, "balanceAfter", h.balanceAfter());
    string(out, "priceSheet", h.priceSheet());
    string(out, "priceSheetDigest", h.priceSheetDigest());
    string(out, "rate", h.rate());
    amount(out, "multiplier", h.multiplierNanos());
    amount(out, "minimumCharge", h.minimumCharge());
    out.writeArrayFieldStart("lines");
    for (Receipt.Line line : h.lines()) {
      out.writeStartObject();
      out.writeStringField("meter", line.meter());
      out.writeNumberField("quantity", line.quantity());
      out.writeStringField("price", Money.decimal(line.price()));
      out.writeNumberField("per", line.per());
      out.writeStringField("amount", line.amount().toPlainString());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("considered");
    for (Receipt.Considered considered : h.considered()) {
      out.writeStartObject();
      out.writeStringField("balance", considered.balance());
      out.writeStringField("verdict", considered.verdict());
      amount(out, "available", considered.available());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("paidFrom");
    for (Receipt.PaidFrom paid : h.paidFrom()) {
      out.writeStartObject();
      out.writeStringField("grant", paid.grant());
      out.writeStringField("amount", Money.decimal(paid.amount()));
      out.writeEndObject();
    }
    out.writeEndArray();
    houseCost(out, h.houseCost());
    out.writeEndObject();
  }

  private static void houseCost(JsonGenerator out, Receipt.@Nullable HouseCostOn cost) throws IOException {
    if (cost == null) {
      out.writeNullField("houseCost");
      return;
    }
    out.writeObjectFieldStart("houseCost");
    amount(out, "amount", cost.amount());
    out.writeStringField("unit", cost.unit());
    out.writeStringField("sheet", cost.sheet());
    out.writeStringField("digest", cost.digest());
    string(out, "rate", cost.rate());
    out.writeBooleanField("estimated", cost.estimated());
    out.writeEndObject();
  }

  private static void usage(JsonGenerator out, Receipt.@Nullable UsageOn usage) throws IOException {
    if (usage == null) {
      out.writeNullField("usage");
      return;
    }
    out.writeObjectFieldStart("usage");
    out.writeObjectFieldStart("meters");
    for (var meter : usage.meters().entrySet()) {
      out.writeNumberField(meter.getKey(), meter.getValue());
    }
    out.writeEndObject();
    out.writeStringField("source", usage.source());
    string(out, "trust", usage.trust());
    out.writeEndObject();
  }

  private static void string(JsonGenerator out, String name, @Nullable String value) throws IOException {
    if (value == null) {
      out.writeNullField(name);
    } else {
      out.writeStringField(name, value);
    }
  }

  private static void number(JsonGenerator out, String name, @Nullable Long value) throws IOException {
    if (value == null) {
      out.writeNullField(name);
    } else {
      out.writeNumberField(name, value);
    }
  }

  private static void amount(JsonGenerator out, String name, @Nullable Long nanos) throws IOException {
    string(out, name, nanos == null ? null : Money.decimal(nanos));
  }
}

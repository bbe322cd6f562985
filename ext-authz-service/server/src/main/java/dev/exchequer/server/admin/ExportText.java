package dev.exchequer.server.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.exchequer.ledger.Allocation;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.LedgerExport.PlacedCorrection;
import dev.exchequer.server.store.LedgerExport.PlacedEntry;
import dev.exchequer.server.store.LedgerExport.PlacedReceipt;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.store.chain.HouseFacts;
import dev.exchequer.server.store.chain.Place;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** One record as a line, in JSON or CSV, always the same for the same record. Each ends with its place: chain, number, hash. */
final class ExportText {
  static final String ENTRY_TITLES = "balance,sequence,time,kind,amount,before,after,receipt,attempt,actor,reason,allocations,chain,number,hash";
  static final String RECEIPT_TITLES =
      "id,time,endedAt,status,apiKey,project,owner,task,endUser,endpoint,requestedModel,route,finalHop,retries,streamed,latencyMs,error,charges,chain,number,hash";

  static final String HOUSE_TITLES = "receipt,attempt,kind,stripe,provider,unit,time,amount,sheet,digest,chain,number,hash";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonFactory JSON = new JsonFactory();

  private ExportText() {}

  static String json(PlacedEntry placed) {
    StringWriter text = new StringWriter(512);
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      ReceiptJson.entryFields(out, placed.entry());
      out.writeArrayFieldStart("allocations");
      for (Allocation allocation : placed.entry().allocations()) {
        out.writeStartObject();
        out.writeStringField("grant", allocation.grant());
        out.writeStringField("amount", Money.decimal(allocation.amount()));
        out.writeEndObject();
      }
      out.writeEndArray();
      end(out, placed.place());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void end(JsonGenerator out, Place place) throws IOException {
    out.writeNumberField("chain", place.chain());
    out.writeNumberField("number", place.number());
    out.writeStringField("hash", place.hash().toString());
    out.writeEndObject();
  }

  /** The stored JSON, byte for byte, and the place at its end. */
  static String json(PlacedReceipt placed) {
    Place place = placed.place();
    String body = placed.body();
    return body.substring(0, body.length() - 1) + ",\"chain\":" + place.chain() + ",\"number\":" + place.number() + ",\"hash\":\"" + place.hash() + "\"}";
  }

  static String json(PlacedCorrection placed) {
    HouseFacts h = placed.correction();
    StringWriter text = new StringWriter(512);
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("receipt", h.receipt());
      out.writeNumberField("attempt", h.attempt());
      out.writeStringField("kind", h.kind());
      out.writeStringField("stripe", h.stripe());
      out.writeStringField("provider", h.provider());
      out.writeStringField("unit", h.unit());
      out.writeStringField("time", ReceiptJson.time(h.timeMs()));
      out.writeStringField("amount", Money.decimal(h.amount()));
      out.writeStringField("sheet", h.sheet());
      out.writeStringField("digest", h.digest());
      end(out, placed.place());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  static String csv(PlacedCorrection placed) {
    HouseFacts h = placed.correction();
    Csv line = new Csv();
    line.cell(h.receipt()).cell(Integer.toString(h.attempt())).cell(h.kind()).cell(h.stripe()).cell(h.provider()).cell(h.unit()).cell(ReceiptJson.time(h.timeMs()));
    return line.cell(Money.decimal(h.amount())).cell(h.sheet()).cell(h.digest()).at(placed.place());
  }

  static String csv(PlacedEntry placed) {
    EntryRow e = placed.entry();
    StringJoiner allocations = new StringJoiner(";");
    e.allocations().forEach(allocation -> allocations.add(allocation.grant() + "=" + Money.decimal(allocation.amount())));
    Csv line = new Csv();
    line.cell(e.balance()).cell(Long.toString(e.sequence())).cell(ReceiptJson.time(e.time())).cell(e.kind());
    line.cell(Money.decimal(e.amount())).cell(Money.decimal(e.before())).cell(Money.decimal(e.after())).cell(e.receipt());
    line.cell(e.attempt() == null ? null : e.attempt().toString()).given(e.actor()).given(e.reason()).given(allocations.toString());
    return line.at(placed.place());
  }

  static String csv(PlacedReceipt placed) {
    JsonNode r;
    try {
      r = MAPPER.readTree(placed.body());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored receipt that cannot be read: " + placed.facts().id(), e);
    }
    StringJoiner charges = new StringJoiner(";");
    r.path("totals").forEach(total -> charges.add(total.path("charge").asText() + " " + total.path("unit").asText()));
    Csv line = new Csv();
    for (String name : new String[] {"id", "time", "endedAt", "status", "apiKey", "project", "owner", "task", "endUser", "endpoint", "requestedModel", "route"}) {
      line.given(text(r.path(name)));
    }
    line.cell(text(r.path("finalHop"))).cell(text(r.path("retries"))).cell(text(r.path("streamed"))).cell(text(r.path("latencyMs")));
    line.cell(text(r.path("error").path("code"))).cell(charges.toString());
    return line.at(placed.place());
  }

  private static @Nullable String text(JsonNode node) {
    return node.isNull() || node.isMissingNode() ? null : node.asText();
  }

  /** A line of RFC 4180, but that lines end with LF. */
  private static final class Csv {
    private final StringBuilder line = new StringBuilder(256);

    Csv cell(@Nullable String text) {
      if (!line.isEmpty()) {
        line.append(',');
      }
      if (text != null) {
        boolean quoted = text.indexOf(',') >= 0 || text.indexOf('"') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
        line.append(quoted ? '"' + text.replace("\"", "\"\"") + '"' : text);
      }
      return this;
    }

    /** Text that somebody chose: what a spreadsheet would calculate is told from text by a leading apostrophe. */
    Csv given(@Nullable String text) {
      boolean formula = text != null && !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
      return cell(formula ? "'" + text : text);
    }

    String at(Place place) {
      cell(Integer.toString(place.chain())).cell(Long.toString(place.number())).cell(place.hash().toString());
      return line.toString();
    }
  }
}

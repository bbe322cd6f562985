package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.cli.reconcile.BadInvoice;
import dev.exchequer.cli.reconcile.Comparison;
import dev.exchequer.cli.reconcile.Invoice;
import dev.exchequer.cli.reconcile.InvoiceFormat;
import dev.exchequer.cli.reconcile.Ours;
import dev.exchequer.cli.reconcile.Place;
import dev.exchequer.cli.reconcile.Proposal;
import dev.exchequer.cli.reconcile.Quantity;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "reconcile",
    description = {
      "Compares a provider's invoice or usage export (CSV with a header) with the receipts, by model and day.",
      "With a column of costs it proposes adjustments, which it never makes."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:they agree", "1:could not compare; every bad line is named", "2:not understood", "3:they differ"},
    footer = {
      "", "Examples:",
      "  ./exchequer reconcile usage.csv --provider official --input-column input_tokens --cached-column input_cached_tokens --output-column output_tokens",
      "  ./exchequer reconcile invoice.csv --provider official --cost-column amount --unit USD --house-cost",
      "  ./exchequer reconcile invoice.csv --provider relay --date-column day --cost-column total --unit CNY --tolerance 0.01 --time-zone Asia/Shanghai"
    })
public final class ReconcileCommand implements Callable<Integer> {
  private static final int DIFFER = 3;
  private static final int KEY_BYTES = 8;

  @Mixin AdminOptions admin = new AdminOptions();

  @Parameters(index = "0", paramLabel = "FILE", description = "The invoice.")
  Path file = Path.of("");

  @Option(names = "--provider", required = true, paramLabel = "[NS/]NAME", description = "The ModelProvider that it is of.")
  String provider = "";

  @Option(names = "--date-column", paramLabel = "COLUMN", defaultValue = "date", description = "The day, or the time (default: ${DEFAULT-VALUE}).")
  String dateColumn = "date";

  @Option(names = "--date-format", paramLabel = "PATTERN", description = "How days are written, e.g. dd.MM.yyyy (default: 2026-11-26, or an RFC 3339 time).")
  @Nullable String datePattern;

  @Option(names = "--time-zone", paramLabel = "ZONE", defaultValue = "UTC", description = "Whose days the invoice has (default: ${DEFAULT-VALUE}).")
  String timeZone = "UTC";

  @Option(names = "--model-column", paramLabel = "COLUMN", defaultValue = "model", description = "The model (default: ${DEFAULT-VALUE}).")
  String modelColumn = "model";

  @Option(names = "--requests-column", paramLabel = "COLUMN", description = "Calls.")
  @Nullable String requestsColumn;

  @Option(names = "--input-column", paramLabel = "COLUMN", description = "Tokens of input.")
  @Nullable String inputColumn;

  @Option(names = "--cached-column", paramLabel = "COLUMN", description = "Tokens of input from the provider's cache.")
  @Nullable String cachedColumn;

  @Option(names = "--cached-outside", description = "The column of input does not contain the cached tokens.")
  boolean cachedOutside;

  @Option(names = "--output-column", paramLabel = "COLUMN", description = "Tokens of output, reasoning included.")
  @Nullable String outputColumn;

  @Option(names = "--tool-calls-column", paramLabel = "COLUMN", description = "Tools that the provider ran, searches above all.")
  @Nullable String toolCallsColumn;

  @Option(names = "--cost-column", paramLabel = "COLUMN", description = "Money; compared with what was charged in --unit.")
  @Nullable String costColumn;

  @Option(names = "--house-cost", description = "Compare the column of costs with what the provider bills by its costSheetRef, in --unit, and not with charges; nothing is proposed then.")
  boolean houseCost;

  @Option(names = "--unit", paramLabel = "UNIT", description = "Unit of the balances whose charges stand against the cost, or of the cost sheet.")
  @Nullable String unit;

  @Option(names = "--markup", paramLabel = "DECIMAL", defaultValue = "1", description = "What was to be charged for one of the cost (default: ${DEFAULT-VALUE}).")
  BigDecimal markup = BigDecimal.ONE;

  @Option(names = "--tolerance", paramLabel = "PART", defaultValue = "0", description = "Differences up to this part of the invoice's value count as none, e.g. 0.01 (default: ${DEFAULT-VALUE}).")
  BigDecimal tolerance = BigDecimal.ZERO;

  @Option(names = "--only", paramLabel = "COLUMN=VALUE", description = "Only lines with this value; repeatable.")
  Map<String, String> only = Map.of();

  @Option(names = "--rename", paramLabel = "THEIRS=OURS", description = "A model that the invoice calls by another name; repeatable.")
  Map<String, String> models = Map.of();

  @Option(names = "--delimiter", paramLabel = "CHAR", defaultValue = ",", description = "Between columns (default: ${DEFAULT-VALUE}).")
  char delimiter = ',';

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    InvoiceFormat format = format();
    byte[] bytes = bytes();
    TreeMap<Place, Map<Quantity, BigDecimal>> invoice;
    try {
      invoice = Invoice.read(bytes, format);
    } catch (BadInvoice e) {
      throw new CommandFailed(file.getFileName() + ": " + e.getMessage(), e);
    }
    Comparison comparison = Comparison.of(invoice, receipts(invoice, format), new Comparison.Terms(format.quantities().keySet(), markup, tolerance));
    List<Proposal> proposals = Proposal.of(comparison, fingerprint(bytes));
    ReconcileText text = new ReconcileText(comparison, proposals, unit, houseCost);
    spec.commandLine().getOut().print(admin.output == Output.json ? text.json().toPrettyString() + "\n" : text.table());
    spec.commandLine().getOut().flush();
    return comparison.agrees() ? 0 : DIFFER;
  }

  private TreeMap<Place, Ours> receipts(TreeMap<Place, Map<Quantity, BigDecimal>> invoice, InvoiceFormat format) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("groupBy", "provider,servedModel,balance");
    query.put("granularity", "day");
    query.put("timeZone", format.zone().getId());
    query.put("from", invoice.firstKey().day().toString());
    query.put("to", invoice.lastKey().day().plusDays(1).toString());
    try (AdminOptions.Opened api = admin.open()) {
      JsonNode usage = api.client().report("/api/v1/usage", query);
      return Ours.read(usage, provider.contains("/") ? provider : api.namespace() + "/" + provider, unit == null ? "" : unit, houseCost);
    }
  }

  private InvoiceFormat format() {
    Map<Quantity, String> quantities = new EnumMap<>(Quantity.class);
    put(quantities, Quantity.REQUESTS, requestsColumn);
    put(quantities, Quantity.INPUT, inputColumn);
    put(quantities, Quantity.CACHED, cachedColumn);
    put(quantities, Quantity.OUTPUT, outputColumn);
    put(quantities, Quantity.TOOL_CALLS, toolCallsColumn);
    put(quantities, Quantity.COST, costColumn);
    if (quantities.isEmpty()) {
      throw usage("say what to compare: at least one of --requests-column, --input-column, --cached-column, --output-column, --tool-calls-column, --cost-column");
    }
    if ((costColumn == null) != (unit == null)) {
      throw usage("--cost-column and --unit go together: costs are compared with charges in that unit");
    }
    if (houseCost && (costColumn == null || markup.compareTo(BigDecimal.ONE) != 0)) {
      throw usage("--house-cost needs --cost-column and goes without --markup: it compares what the provider bills with its cost sheet");
    }
    if (markup.signum() <= 0 || tolerance.signum() < 0) {
      throw usage("--markup must be above 0, --tolerance at least 0");
    }
    try {
      DateTimeFormatter dates = datePattern == null ? null : DateTimeFormatter.ofPattern(datePattern, Locale.ROOT);
      return new InvoiceFormat(delimiter, dateColumn, modelColumn, quantities, dates, ZoneId.of(timeZone), only, models, cachedOutside);
    } catch (DateTimeException | IllegalArgumentException e) {
      throw usage("--time-zone or --date-format: " + e.getMessage());
    }
  }

  private static void put(Map<Quantity, String> quantities, Quantity quantity, @Nullable String column) {
    if (column != null) {
      quantities.put(quantity, column);
    }
  }

  private byte[] bytes() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw CommandFailed.because(e);
    }
  }

  /** The same file has the same one, so its proposals have the same idempotency keys. */
  private static String fingerprint(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, KEY_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}

package dev.exchequer.server.admin;

import dev.exchequer.ledger.Command.Stand.Standing;
import dev.exchequer.server.admin.Tokens.Actor;
import dev.exchequer.server.admin.Tokens.Role;
import dev.exchequer.server.engine.Engine;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.prune.Retention;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin HTTP API: who asks, what is asked, and the answer as JSON. Its threads may block; none of them is gRPC's or the ledger's. */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final long LARGEST_BODY_BYTES = 64 * 1024;
  private static final int MOST_THREADS = 24;
  private static final String JSON = "application/json";
  private static final String BEARER = "Bearer ";

  /**
   * How the service is doing.
   *
   * @param reasons why it is not ready, in words
   * @param warnings what somebody should know although it is ready, in words
   */
  public record Health(BooleanSupplier ready, Supplier<List<String>> reasons, Supplier<List<String>> warnings, Supplier<String> metrics) {
    public Health(BooleanSupplier ready, Supplier<List<String>> reasons, Supplier<String> metrics) {
      this(ready, reasons, List::of, metrics);
    }
  }

  private final Engine engine;
  private final LedgerReads reads;
  private final LedgerHistory history;
  private final Retention retention;
  private final Tokens tokens;
  private final Health health;
  private final Javalin app;

  private AdminServer(Engine engine, LedgerReads reads, LedgerHistory history, Retention retention, Tokens tokens, Health health) {
    this.engine = engine;
    this.reads = reads;
    this.history = history;
    this.retention = retention;
    this.tokens = tokens;
    this.health = health;
    this.app =
        Javalin.create(
            config -> {
              config.showJavalinBanner = false;
              config.http.maxRequestSize = LARGEST_BODY_BYTES;
              config.http.prefer405over404 = true;
              config.jetty.threadPool = new QueuedThreadPool(MOST_THREADS, 4);
            });
    routes();
  }

  /**
   * @param port 0 = any free one
   * @throws RuntimeException if the port cannot be bound
   */
  public static AdminServer start(String host, int port, Engine engine, LedgerReads reads, LedgerHistory history, Retention retention, Tokens tokens, Health health) {
    AdminServer server = new AdminServer(engine, reads, history, retention, tokens, health);
    server.app.start(host, port);
    return server;
  }

  public int port() {
    return app.port();
  }

  @Override
  public void close() {
    app.stop();
  }

  private void routes() {
    app.get("/healthz", call -> call.result("ok\n"));
    app.get("/readyz", this::ready);
    app.get("/metrics", call -> call.contentType("text/plain; version=0.0.4; charset=utf-8").result(health.metrics.get()));
    app.get("/openapi.yaml", call -> call.contentType("application/yaml").result(openApi()));

    app.before("/api/*", call -> call.header("Cache-Control", "no-store"));
    ReadRoutes read = new ReadRoutes(engine, reads, history::tasks, Clock.systemUTC());
    app.get("/api/v1/receipts", viewer(read::receipts));
    app.get("/api/v1/receipts/{id}", viewer(read::receipt));
    app.get("/api/v1/receipts/{id}/explanation", viewer(read::explanation));
    app.get("/api/v1/namespaces/{ns}/balances", viewer(read::balances));
    app.get("/api/v1/namespaces/{ns}/balances/{name}", viewer(read::balance));
    app.get("/api/v1/namespaces/{ns}/balances/{name}/entries", viewer(read::entries));
    app.get("/api/v1/budgets", viewer(read::budgets));
    ReportRoutes reports = new ReportRoutes(history, Clock.systemUTC());
    app.get("/api/v1/refusals", viewer(reports::refusals));
    app.get("/api/v1/alerts", viewer(reports::alerts));
    app.get("/api/v1/usage", viewer(reports::usage));
    app.get("/api/v1/statements/{ns}/{name}", viewer(reports::statement));
    ExportRoutes exports = new ExportRoutes(history.export());
    app.get("/api/v1/export/entries", viewer(exports::entries));
    app.get("/api/v1/export/receipts", viewer(exports::receipts));
    app.get("/api/v1/export/house-corrections", viewer(exports::houseCorrections));
    Prunings prunings = new Prunings(retention);
    app.get("/api/v1/prunings", viewer(prunings::list));
    app.get("/api/v1/prunings/preview", viewer(prunings::preview));
    app.post("/api/v1/prunings", treasurer(prunings::order));
    DryRuns dryRuns = new DryRuns(engine, Clock.systemUTC());
    app.post("/api/v1/dry-run", viewer(dryRuns::handle));
    Grants grants = new Grants(engine);
    String balance = "/api/v1/namespaces/{ns}/balances/{name}";
    app.get(balance + "/lots", viewer(new Value(engine)::lots));
    app.post(balance + "/grants", treasurer(grants::grant));
    app.post(balance + "/grants/void", treasurer(grants::voidGrant));
    app.post(balance + "/adjustments", treasurer(grants::adjust));
    app.post("/api/v1/receipts/{id}/refunds", treasurer(grants::refund));
    app.post(balance + "/suspend", call -> grants.stand(call, actor(call, Role.OPERATOR).name(), Standing.SUSPENDED));
    app.post(balance + "/resume", call -> grants.stand(call, actor(call, Role.OPERATOR).name(), Standing.OPEN));
    app.post(balance + "/close", treasurer((call, actor) -> grants.stand(call, actor, Standing.CLOSED)));

    Tasks tasks = new Tasks(engine, reads, history, Clock.systemUTC());
    String ofBudget = "/api/v1/budgets/{ns}/{name}/tasks";
    app.get(ofBudget, viewer(tasks::list));
    app.post(ofBudget, call -> tasks.open(call, actor(call, Role.OPERATOR).name()));
    app.post(ofBudget + "/{task}/extend", call -> tasks.extend(call, actor(call, Role.OPERATOR).name()));
    app.post(ofBudget + "/{task}/close", call -> tasks.close(call, actor(call, Role.OPERATOR).name()));

    app.exception(AdminRefusal.class, (refusal, call) -> error(call, refusal.status(), refusal.code(), refusal.told()));
    app.exception(HttpResponseException.class, (e, call) -> error(call, e.getStatus(), codeOf(e.getStatus()), String.valueOf(e.getMessage())));
    app.exception(
        LedgerUnavailable.class,
        (e, call) -> {
          LOG.warn("{} {} failed: {}", call.method(), call.path(), e.toString());
          error(call, 503, "accounting_unavailable", "the ledger cannot be read now: ask again");
        });
    app.exception(
        Exception.class,
        (e, call) -> {
          LOG.error("{} {} failed", call.method(), call.path(), e);
          error(call, 500, "internal_error", "the service failed to answer; its log says why");
        });
  }

  private Handler viewer(Handler handler) {
    return call -> {
      actor(call, Role.VIEWER);
      handler.handle(call);
    };
  }

  /** What a treasurer does, by the name of the token. */
  private interface Order {
    void handle(Context call, String actor);
  }

  private Handler treasurer(Order order) {
    return call -> order.handle(call, actor(call, Role.TREASURER).name());
  }

  private Actor actor(Context call, Role needed) {
    String header = call.header("Authorization");
    Optional<Actor> actor = header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length()) ? tokens.authenticate(header.substring(BEARER.length()).strip()) : Optional.empty();
    if (actor.isEmpty()) {
      call.header("WWW-Authenticate", "Bearer");
      throw new AdminRefusal(401, "invalid_token", "send Authorization: Bearer with an admin token, e.g. the content of admin.token in the data directory, or a token that a file in its folder tokens names");
    }
    if (!actor.get().role().includes(needed)) {
      throw new AdminRefusal(403, "role_missing", "this needs a token with the role " + needed.name().toLowerCase(Locale.ROOT));
    }
    return actor.get();
  }

  private void ready(Context call) {
    boolean ready = health.ready.getAsBoolean();
    json(call.status(ready ? 200 : 503), AdminJson.text(AdminJson.ready(ready, ready ? List.of() : health.reasons.get(), health.warnings.get())));
  }

  static void json(Context call, String body) {
    call.contentType(JSON).result(body);
  }

  private static void error(Context call, int status, String code, String message) {
    json(call.status(status), AdminJson.text(AdminJson.error(code, message)));
  }

  private static String codeOf(int status) {
    return switch (status) {
      case 404 -> "not_found";
      case 405 -> "method_not_allowed";
      case 413 -> "request_too_large";
      default -> status >= 500 ? "internal_error" : "bad_request";
    };
  }

  private static String openApi() {
    try (InputStream in = AdminServer.class.getResourceAsStream("openapi.yaml")) {
      if (in == null) {
        throw new IllegalStateException("openapi.yaml is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.exchequer.server;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.admin.AdminServer;
import dev.exchequer.server.alerts.AlertDelivery;
import dev.exchequer.server.admin.Explanation;
import dev.exchequer.server.admin.FileToken;
import dev.exchequer.server.authz.AdmitService;
import dev.exchequer.server.authz.BoundedPool;
import dev.exchequer.server.authz.HoldService;
import dev.exchequer.server.authz.SelfService;
import dev.exchequer.server.authz.UuidV7;
import dev.exchequer.server.engine.LedgerEngine;
import dev.exchequer.server.envoy.GatewayDrain;
import dev.exchequer.server.envoy.RoutedEnvoy;
import dev.exchequer.server.journal.EnvoyLogs;
import dev.exchequer.server.journal.JournalHealth;
import dev.exchequer.server.journal.JournalRotation;
import dev.exchequer.server.journal.JournalTailer;
import dev.exchequer.server.link.OperatorLink;
import dev.exchequer.server.metrics.LedgerMetrics;
import dev.exchequer.server.metrics.Metrics;
import dev.exchequer.server.policyfeed.AlertTargetFeed;
import dev.exchequer.server.policyfeed.Decoded;
import dev.exchequer.server.policyfeed.FromAccountingPolicy;
import dev.exchequer.server.policyfeed.PolicyFeedClient;
import dev.exchequer.server.report.LedgerReporter;
import dev.exchequer.server.settle.SettleService;
import dev.exchequer.server.store.KeptElsewhere;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHome;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.SqliteHome;
import dev.exchequer.server.store.postgres.PostgresHome;
import dev.exchequer.server.store.postgres.PostgresSettings;
import dev.exchequer.server.store.prune.Retention;
import dev.exchequer.wire.EnvoyAdmin;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounting service, wired: store, lane and engine in the middle; Envoy's calls, the journal, the policy feed and the admin API around them. Started in
 * an order in which nothing is asked before it can answer, and closed in reverse.
 */
public final class AccountingService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AccountingService.class);
  private static final String HOPS = "hops.jsonl";
  private static final String REQUESTS = "requests.jsonl";
  private static final Duration ENVOY_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration WARM_PATIENCE = Duration.ofSeconds(5);

  private final ServiceSettings settings;
  private final Metrics metrics = new Metrics();
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private @Nullable AdminServer admin;
  /** Why the ledger took nothing a second ago, in words; empty where it did. Written by the ledger's thread, read by any. */
  private volatile String ledgerTrouble = "";

  private AccountingService(ServiceSettings settings) {
    this.settings = settings;
  }

  /**
   * @throws IOException if a socket or a port cannot be bound
   * @throws IllegalStateException with what to do, if the data folder cannot be used
   */
  public static AccountingService start(ServiceSettings settings) throws IOException {
    AccountingService service = new AccountingService(settings);
    try {
      service.open();
      return service;
    } catch (IOException | RuntimeException e) {
      service.close();
      throw e;
    }
  }

  private void open() throws IOException {
    Path journal = settings.data().resolve("journal");
    LedgerHome ledger = keep(ledger());
    JournalHealth health = keep(new JournalHealth(journal));
    Map<String, JournalPosition> positions = new HashMap<>();
    LedgerEngine engine = new LedgerEngine(ledger.lane(), ledger::remember, health, new ServiceMetrics(metrics));
    LedgerState state = ledger.loaded();
    for (String file : List.of(HOPS, REQUESTS)) {
      state.journalPosition(file).ifPresent(position -> positions.put(file, position));
    }
    engine.restore(state);
    metrics.runningRequests(engine::runningRequests);
    ClockWatch watch = new ClockWatch(Clock.systemUTC(), ledger.reads().balances().stream().mapToLong(LedgerReads.BalanceRow::asOfMs).max().orElse(0));
    metrics.clockBehind(watch::behindMs);
    LedgerReads reads = ledger.reads();
    LedgerHistory history = ledger.history();
    metrics.collect(new LedgerMetrics(() -> picture(engine, reads, history), System::currentTimeMillis));

    envoyCalls(engine, reads, history::tasks);
    journal(journal, engine, positions);
    EnvoyAdmin envoy = new EnvoyAdmin(settings.envoySocket(), ENVOY_TIMEOUT);
    GatewayDrain drain = keep(GatewayDrain.start(envoy, settings.sockets(), GatewayDrain.Pace.OF_A_POD));
    OperatorLink link = operator(engine, envoy);
    alerts(ledger, link);
    keep(new LedgerReporter(LedgerReporter.Settings.of(settings.node()), link.channel(), ledger.pictures(), engine::policy, Clock.systemUTC())).start();
    Retention retention = keep(Retention.start(ledger.pruner(), Clock.systemUTC(), settings.keepReceipts()));
    admin = keep(AdminServer.start(settings.adminHost(), settings.adminPort(), engine, reads, history, retention, FileToken.readOrCreate(settings.adminToken()), health(engine, drain, ledger, health, watch)));
    clockwork(engine, watch);
    Checkpoints.Plan checkpoints = settings.checkpoints();
    if (checkpoints != null) {
      keep(Checkpoints.start(checkpoints, history.export()));
    }
    LOG.info("ready: admin on {}:{}, sockets in {}", settings.adminHost(), adminPort(), settings.sockets());
  }

  private LedgerHome ledger() {
    PostgresSettings store = settings.store();
    if (store == null) {
      KeptElsewhere.refuse(settings.data());
      return SqliteHome.open(settings.data(), AccountingService::stored, Clock.systemUTC(), new ServiceMetrics(metrics));
    }
    KeptElsewhere.expect(settings.data(), store.place(), PostgresHome.ledgerIn(store));
    LedgerHome shared = PostgresHome.open(store, AccountingService::stored, Clock.systemUTC(), new ServiceMetrics(metrics));
    KeptElsewhere.note(settings.data(), store.place(), PostgresHome.ledgerIn(store).orElseThrow());
    return shared;
  }

  private static LedgerMetrics.Picture picture(LedgerEngine engine, LedgerReads reads, LedgerHistory history) {
    Map<ObjectName, Balance> definitions = engine.policy().map(Policy::balances).orElse(Map.of());
    List<LedgerMetrics.Balance> balances = new ArrayList<>();
    for (LedgerReads.BalanceRow row : reads.balances()) {
      Balance definition = definitions.get(row.name());
      long overdraft = definition == null ? 0 : definition.overdraftNanos();
      balances.add(new LedgerMetrics.Balance(row.name().toString(), row.unit(), row.posted(), row.held(), overdraft));
    }
    LedgerReads.OpenHolds holds = reads.openHolds();
    LedgerHistory.UncertainHolds uncertain = history.uncertainHolds();
    List<LedgerMetrics.House> house =
        history.houseAccounts().stream().map(account -> new LedgerMetrics.House(account.provider(), account.unit(), account.nanos())).toList();
    return new LedgerMetrics.Picture(
        balances, holds.count(), holds.oldestHeldAtMs(), new LedgerMetrics.Uncertain(uncertain.estimated(), uncertain.inDoubt(), uncertain.leaseVoided()), house,
        history.alertsWaiting());
  }

  /** An operator beside us has asked Envoy itself; for one elsewhere we do. */
  private OperatorLink operator(LedgerEngine engine, EnvoyAdmin envoy) throws IOException {
    OperatorLink link;
    Supplier<CompletableFuture<Void>> routed;
    if (settings.operator() == null) {
      link = keep(OperatorLink.unix(settings.feedSocket(), settings.maxInboundBytes()));
      routed = () -> CompletableFuture.completedFuture(null);
    } else {
      link = keep(OperatorLink.remote(settings.operator(), settings.xdsSocket(), settings.maxInboundBytes()));
      routed = keep(new RoutedEnvoy(envoy, WARM_PATIENCE));
    }
    PolicyFeedClient feed = keep(new PolicyFeedClient(PolicyFeedClient.Settings.of(settings.node()), link, engine, engine::pinned, routed));
    feed.start();
    return link;
  }

  /** Nothing of it is on the way of a request: what is committed is read, and told elsewhere. */
  private void alerts(LedgerHome ledger, OperatorLink link) {
    AlertTargetFeed target = keep(new AlertTargetFeed(link.channel(), settings.node()));
    target.start();
    keep(AlertDelivery.start(ledger.history(), ledger.lane(), target::target, Clock.systemUTC(), AlertDelivery.Pace.USUAL, new ServiceMetrics(metrics)));
  }

  private static Policy stored(byte[] canonical) {
    return switch (FromAccountingPolicy.read(FromAccountingPolicy.digestOf(canonical), canonical)) {
      case Decoded.Accepted accepted -> accepted.policy();
      case Decoded.Refused refused -> throw new IllegalStateException("a stored policy cannot be read: " + refused.message());
    };
  }

  private void envoyCalls(LedgerEngine engine, LedgerReads reads, Function<ObjectName, List<Envelope>> said) throws IOException {
    BoundedPool bodies = keep(new BoundedPool("bodies", 2, 256));
    BoundedPool readers = keep(new BoundedPool("reads", 2, 64));
    Clock clock = Clock.systemUTC();
    SelfService self = new SelfService(reads, said, readers, Explanation::of, Clock.systemUTC());
    AdmitService admit = new AdmitService(engine, self, new AdmitService.Doors(clock, System::nanoTime, new UuidV7(clock, new SecureRandom()), bodies));
    HoldService hold = new HoldService(engine, System::nanoTime);
    SettleService settle = new SettleService(engine, new ServiceMetrics(metrics));
    keep(GrpcServers.start(settings, List.of(admit), List.of(hold, settle)));
  }

  private void journal(Path folder, LedgerEngine engine, Map<String, JournalPosition> positions) {
    ServiceMetrics observer = new ServiceMetrics(metrics);
    for (String name : List.of(HOPS, REQUESTS)) {
      Path file = folder.resolve(name);
      JournalRotation rotation = new JournalRotation(file, JournalRotation.LARGEST, new EnvoyLogs(settings.envoySocket()));
      JournalTailer tailer = keep(new JournalTailer(file, positions.get(name), name.equals(HOPS), engine::providerOf, engine::journal, observer, rotation));
      metrics.journalBehind(name, tailer::behindBytes);
    }
  }

  private AdminServer.Health health(LedgerEngine engine, GatewayDrain drain, LedgerHome ledger, JournalHealth journal, ClockWatch watch) {
    return new AdminServer.Health(
        () -> engine.admitting() && !drain.draining() && ledger.ended().isEmpty(),
        () -> {
          List<String> reasons = new ArrayList<>(ledger.ended().stream().toList());
          reasons.addAll(drain.draining() ? List.of("the gateway drains") : List.of());
          reasons.addAll(engine.policy().isEmpty() ? List.of("no policy yet: is the operator running?") : List.of());
          reasons.addAll(journal.trouble().stream().toList());
          return reasons;
        },
        () -> Stream.of(Stream.of(ledgerTrouble).filter(why -> !why.isEmpty()), ledger.warnings().stream(), watch.warning().stream()).flatMap(each -> each).toList(),
        metrics::text);
  }

  /** Leases end by the second; a lease after the start nothing of the process before can still be sent. */
  private void clockwork(LedgerEngine engine, ClockWatch watch) {
    ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("clockwork").daemon().factory());
    keep(clockwork::shutdownNow);
    clockwork.scheduleWithFixedDelay(
        () -> {
          try {
            long behind = watch.behindMs();
            LOG.trace("the clock is {} ms behind", behind);
            var unused = engine.tick().whenComplete((done, error) -> ledgerTrouble = trouble(error)).exceptionally(AccountingService::missed);
          } catch (RuntimeException bug) {
            LOG.error("a second without a look at leases", bug); // thrown, it would be the last one
          }
        },
        1, 1, TimeUnit.SECONDS);
    clockwork.schedule(engine::forgetPredecessor, settings.leaseMs(), TimeUnit.MILLISECONDS);
  }

  /** In words: requests are refused with 503 accounting_unavailable meanwhile. */
  private static String trouble(@Nullable Throwable error) {
    Throwable cause = error instanceof CompletionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : error;
    return cause == null ? "" : "the ledger takes nothing now, and requests are refused: " + cause.getMessage();
  }

  private static dev.exchequer.ledger.Result missed(Throwable error) {
    LOG.warn("leases could not be looked at: {}", error.toString());
    return new dev.exchequer.ledger.Result.Done();
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  /** The port that the admin API really has. */
  public int adminPort() {
    return admin == null ? 0 : admin.port();
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.warn("closing: {}", e.toString());
      }
    }
  }
}

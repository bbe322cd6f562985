package dev.exchequer.cli.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that is started again when it ends by itself. It does not outlive this one even if this one is killed: {@code setpriv --pdeathsig KILL} asks the
 * kernel for that. {@code setsid} keeps the terminal's Ctrl-C from it, so that it is stopped in order. Both exec, so the process id stays the child's.
 */
final class Child {
  private static final Logger LOG = LoggerFactory.getLogger(Child.class);
  private static final Duration FIRST_DELAY = Duration.ofMillis(100);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);

  /** A child that lived so long did not fail at its start. */
  private static final Duration STEADY = Duration.ofSeconds(20);

  /** Children get no provider keys from the environment; a key is in the configuration or nowhere. */
  private static final Set<String> KEPT_ENVIRONMENT =
      Set.of("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "JAVA_HOME", "JAVA_TOOL_OPTIONS");

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final DataDir data;
  private final ScheduledExecutorService starter;
  private @Nullable Process process;
  private long startedAt;
  private Duration delay = FIRST_DELAY;
  private int failures;
  private boolean stopping;

  /**
   * @param starter has one platform thread that lives as long as the children: the kernel sends the parent-death signal when the <em>thread</em> that forked
   *     ends (prctl(2), PR_SET_PDEATHSIG)
   */
  Child(String name, List<String> command, DataDir data, ScheduledExecutorService starter) {
    this(name, command, data, starter, Map.of());
  }

  /** @param environment what this child gets beside what all of them get */
  Child(String name, List<String> command, DataDir data, ScheduledExecutorService starter, Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    this.name = name;
    this.command = List.copyOf(command);
    this.data = data;
    this.starter = starter;
  }

  String name() {
    return name;
  }

  void start() {
    starter.execute(this::launch);
  }

  private synchronized void launch() {
    if (stopping) {
      return;
    }
    Process begun;
    try {
      ProcessBuilder builder = new ProcessBuilder(guarded(command, System.getenv().getOrDefault("PATH", "")));
      builder.environment().keySet().retainAll(KEPT_ENVIRONMENT);
      builder.environment().putAll(environment);
      builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(data.log(name).toFile()));
      begun = builder.start();
    } catch (IOException e) {
      LOG.error("{} cannot be started", name, e);
      again();
      return;
    }
    process = begun;
    startedAt = System.nanoTime();
    begun.onExit().thenAcceptAsync(this::ended, starter);
    try {
      begun.getOutputStream().close();
      data.write(name + ".pid", Long.toString(begun.pid()));
      LOG.info("{} started as process {}", name, begun.pid());
    } catch (IOException e) {
      LOG.error("{} has no pid file and is ended, so that it cannot be forgotten", name, e);
      begun.destroyForcibly();
    }
  }

  static List<String> guarded(List<String> command, String searchPath) {
    List<String> guarded = new ArrayList<>();
    if (onPath("setsid", searchPath)) {
      guarded.add("setsid");
    }
    if (onPath("setpriv", searchPath)) {
      guarded.addAll(List.of("setpriv", "--pdeathsig", "KILL", "--"));
    }
    guarded.addAll(command);
    return guarded;
  }

  private static boolean onPath(String program, String searchPath) {
    for (String folder : searchPath.split(":")) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private synchronized void ended(Process old) {
    if (!stopping) {
      LOG.warn("{} (process {}) ended with code {}", name, old.pid(), old.exitValue());
      again();
    }
  }

  private synchronized void again() {
    if (Duration.ofNanos(System.nanoTime() - startedAt).compareTo(STEADY) > 0) {
      delay = FIRST_DELAY;
      failures = 0;
    }
    failures++;
    LOG.info("{} is started again in {} ms", name, delay.toMillis());
    starter.schedule(this::launch, delay.toMillis(), TimeUnit.MILLISECONDS);
    Duration next = delay.multipliedBy(2);
    delay = next.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : next;
  }

  /** How often in a row it ended soon after its start. */
  synchronized int failures() {
    return failures;
  }

  /** SIGTERM, and SIGKILL when it takes longer than {@code patience}; not started again. */
  void stop(Duration patience) throws InterruptedException, IOException {
    Process last;
    synchronized (this) {
      stopping = true;
      last = process;
    }
    if (last == null) {
      return;
    }
    last.destroy();
    if (!last.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("{} did not end within {} s and is killed", name, patience.toSeconds());
      last.destroyForcibly().waitFor(1, TimeUnit.SECONDS);
    }
    data.delete(name + ".pid");
  }
}

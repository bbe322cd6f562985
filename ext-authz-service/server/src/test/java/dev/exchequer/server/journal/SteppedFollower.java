package dev.exchequer.server.journal;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.policy.Provider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The journal's follower without its thread. */
public final class SteppedFollower {
  private final JournalFollower follower;

  public SteppedFollower(
      LogFiles files, Path path, @Nullable JournalPosition from, boolean hops, Function<HoldId, Optional<Provider>> providers, JournalTailer.Applier applier,
      JournalFollower.Waits waits) {
    this.follower = new JournalFollower(new JournalFile(files, path, from), from, hops, line -> {}, providers, applier, JournalTailer.Observer.NONE, waits);
  }

  /** Everything that is there now. */
  public void follow() {
    try {
      follower.follow();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("not in a simulation", e);
    }
  }
}

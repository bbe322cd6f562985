package dev.exchequer.server.sim;

import dev.exchequer.ledger.Result;
import dev.exchequer.server.journal.JournalFollower;
import java.util.concurrent.CompletableFuture;

/** Who follows a journal waits as a fiber of its gateway. */
final class Following implements JournalFollower.Waits {
  private static final long RETRY_MS = 200;

  private final Gateway gateway;

  Following(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public boolean going() {
    return true;
  }

  @Override
  public void until(CompletableFuture<Result> answer) {
    if (!answer.isDone()) {
      Runnable waker = gateway.waker();
      answer.whenComplete((result, error) -> waker.run());
      gateway.scheduler().current().pause();
    }
  }

  @Override
  public void beforeAnother() {
    gateway.sleep(RETRY_MS);
  }
}

package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private final AtomicLong now = new AtomicLong();
  private final Backlog backlog = new Backlog(10, 25, now::get);

  @Test
  void whatIsNewWaitsForTheCommitsBeforeItsOwn() {
    assertThat(backlog.waitNanos()).as("nothing is known yet").isZero();
    commit(1, 800);
    assertThat(backlog.waitNanos()).as("nothing is before it").isZero();
    add(9);
    assertThat(backlog.waitNanos()).as("its own, there is room in the next batch").isEqualTo(800);
    add(1);
    assertThat(backlog.waitNanos()).as("a full batch before it").isEqualTo(1_600);
    backlog.begun(10);
    now.addAndGet(300);
    assertThat(backlog.waitNanos()).as("what is left of the one that runs, and its own").isEqualTo(500 + 800);
  }

  @Test
  void aCommitThatHangsIsNoticedWhileItHangs() {
    commit(1, 800);
    add(1);
    backlog.begun(1);
    now.addAndGet(1_000_000);
    assertThat(backlog.waitNanos()).isEqualTo(2_000_000);
    add(1);
    backlog.ended();
    assertThat(backlog.waitNanos()).as("one slow commit among good ones is not the usual one").isEqualTo(800 + (1_000_000 - 800) / 8);
  }

  @Test
  void aDiskThatIsWellAgainIsBelievedAtOnce() {
    for (int i = 0; i < 5; i++) {
      commit(1, 1_000_000);
    }
    assertThat(backlog.waitNanos()).as("nothing to do: whoever comes finds out").isZero();
    add(1);
    assertThat(backlog.waitNanos()).as("a slow disk is known to be one").isEqualTo(1_000_000);
    backlog.begun(1);
    now.addAndGet(800);
    add(1);
    backlog.ended();
    assertThat(backlog.waitNanos()).as("one good commit is news").isEqualTo(800);
  }

  @Test
  void itIsFullWithSoManyThatWait() {
    add(24);
    assertThat(backlog.isFull()).isFalse();
    add(1);
    assertThat(backlog.isFull()).isTrue();
    backlog.begun(10);
    assertThat(backlog.isFull()).isFalse();
  }

  private void commit(int works, long took) {
    add(works);
    backlog.begun(works);
    now.addAndGet(took);
    backlog.ended();
  }

  private void add(int works) {
    for (int i = 0; i < works; i++) {
      backlog.added();
    }
  }
}

package dev.exchequer.operator.status;

import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.status.EventLog.News;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes events: 25 at once and then one a second, the rest waits; of more than 1,000 that wait the oldest are dropped. Not for several threads. */
public final class EventWriter {
  private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);
  private static final String CONTROLLER = "exchequer.dev/operator";
  private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
  private static final int BURST = 25;
  private static final int MOST = 1_000;
  private static final int LONGEST_NOTE = 1_024;
  private static final int LONGEST_NAME = 200;

  private final KubernetesClient client;
  private final String instance;
  private final InstantSource clock;
  private final TokenBucket bucket;
  private final Deque<News> waiting = new ArrayDeque<>();
  private long number;

  /** @param instance which replica this is */
  public EventWriter(KubernetesClient client, String instance, InstantSource clock) {
    this.client = client;
    this.instance = instance;
    this.clock = clock;
    this.bucket = new TokenBucket(BURST, Duration.ofSeconds(1), clock);
  }

  /** Writes these, after those that still wait, as far as may be now. */
  public void write(Collection<News> news) {
    waiting.addAll(news);
    while (waiting.size() > MOST) {
      LOG.warn("too many events: dropped {}", waiting.removeFirst());
    }
    while (!waiting.isEmpty() && bucket.take()) {
      create(waiting.removeFirst());
    }
  }

  private void create(News news) {
    try {
      client.events().v1().events().inNamespace(news.about().name().namespace()).resource(event(news)).create();
    } catch (KubernetesClientException e) {
      // the namespace may be going; an event is no reason to try for ever
      LOG.info("no event on {}: {}", news.about(), e.getMessage());
    }
  }

  private Event event(News news) {
    String name = news.about().name().name();
    long unique = clock.millis() * 1_000 + number++ % 1_000;
    return new EventBuilder()
        .withNewMetadata()
        .withName((name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME)) + "." + Long.toHexString(unique))
        .withNamespace(news.about().name().namespace())
        .endMetadata()
        .withEventTime(new MicroTime(MICROS.format(clock.instant())))
        .withReportingController(CONTROLLER)
        .withReportingInstance(instance)
        .withType(news.warning() ? "Warning" : "Normal")
        .withReason(news.reason())
        .withAction("Reconcile")
        .withNote(news.note().length() <= LONGEST_NOTE ? news.note() : news.note().substring(0, LONGEST_NOTE - 1) + "…")
        .withNewRegarding()
        .withApiVersion(Document.API_VERSION)
        .withKind(news.about().kind())
        .withName(name)
        .withNamespace(news.about().name().namespace())
        .withUid(news.uid())
        .endRegarding()
        .build();
  }
}

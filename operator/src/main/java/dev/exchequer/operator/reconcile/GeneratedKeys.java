package dev.exchequer.operator.reconcile;

import dev.exchequer.crds.Api;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Credentials;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Spec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the keys that ApiKeys leave to the operator ({@code credentials[].generate}): a Secret where there is none. It only ever creates, so a Secret that is
 * there, whoever wrote it, stays as it is. The leader does this, on a thread of its own: plans do not wait for it. The key is in no log and no message, not
 * even in what the API server says of it.
 */
final class GeneratedKeys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GeneratedKeys.class);
  private static final String PREFIX = "exq-"; // as `exchequer keys create` makes them
  private static final int KEY_BYTES = 32;
  private static final long AGAIN_MS = 10_000;
  private static final long LAST_MS = 1_000;

  private final KubernetesClient client;
  private final RandomGenerator random;
  private final BooleanSupplier leads;
  private final Runnable dirty;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("generated-keys").daemon().factory());

  /** By the Secret that is not there. */
  private volatile Map<ObjectName, Wanted> wanted = Map.of();

  /** Why a Secret could not be created. */
  private final Map<ObjectName, String> failures = new ConcurrentHashMap<>();

  /** Whether it is tried again by itself; of the thread alone. */
  private boolean again;

  /**
   * A Secret to be made.
   *
   * @param field of the ApiKey that asks for it
   */
  private record Wanted(Document apiKey, String field) {}

  /**
   * @param random a secure one: what it says is money
   * @param dirty called when there is something else to say of an ApiKey
   */
  GeneratedKeys(KubernetesClient client, RandomGenerator random, BooleanSupplier leads, Runnable dirty) {
    this.client = client;
    this.random = random;
    this.leads = leads;
    this.dirty = dirty;
  }

  /**
   * Has those made that are not there, and returns at once.
   *
   * @param secrets those that are there
   * @return what stands against making one of them
   */
  List<Diagnostic> make(Collection<Document> objects, Collection<Document> secrets) {
    Set<ObjectName> there = secrets.stream().map(Document::name).collect(Collectors.toSet());
    Map<ObjectName, Wanted> missing = new TreeMap<>();
    for (Document object : objects) {
      if (object.kind().equals("ApiKey")) {
        for (Spec credential : Spec.of(object).list("credentials")) {
          Credentials.generated(credential, object.name())
              .filter(name -> !there.contains(name))
              .ifPresent(name -> missing.putIfAbsent(name, new Wanted(object, credential.at("generate"))));
        }
      }
    }
    wanted = missing;
    failures.keySet().retainAll(missing.keySet());
    if (!missing.isEmpty()) {
      look();
    }
    List<Diagnostic> problems = new ArrayList<>();
    failures.forEach(
        (name, why) -> {
          Wanted of = missing.get(name);
          if (of != null) {
            problems.add(Diagnostic.error(of.apiKey, "RefNotCreated", of.field, why));
          }
        });
    return problems;
  }

  /** Looks again what is to be made: this replica may lead since. */
  void look() {
    try {
      thread.execute(this::create);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed: keys are another replica's now");
    }
  }

  private void create() {
    if (!leads.getAsBoolean()) {
      return;
    }
    Map<ObjectName, String> before = Map.copyOf(failures);
    Map<ObjectName, Wanted> now = wanted;
    now.forEach(this::create);
    failures.keySet().retainAll(now.keySet());
    if (!failures.equals(before)) {
      dirty.run();
    }
    if (!failures.isEmpty() && !again) {
      again = true;
      thread.schedule(this::again, AGAIN_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void again() {
    again = false;
    create();
  }

  private void create(ObjectName name, Wanted of) {
    try {
      client.secrets().inNamespace(name.namespace()).resource(secret(name, of.apiKey)).create();
      failures.remove(name);
      LOG.info("the Secret {} was made for {}", name, of.apiKey.key());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        failures.remove(name); // it came since, and stays as it is
      } else {
        failures.put(name, why(name, e.getCode()));
        LOG.warn("the Secret {} was not made for {}: the API server answers {}", name, of.apiKey.key(), e.getCode());
      }
    }
  }

  private static String why(ObjectName name, int code) {
    return code == HttpURLConnection.HTTP_FORBIDDEN
        ? "the operator may not create the Secret " + name + ": give its role the verb create on secrets in namespace " + name.namespace()
            + ", or create the Secret and use secretRef"
        : "the Secret " + name + " could not be created (the API server " + (code == 0 ? "does not answer" : "answers " + code) + "): it is tried again";
  }

  private Secret secret(ObjectName name, Document apiKey) {
    byte[] bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    String key = PREFIX + HexFormat.of().formatHex(bytes);
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name.name())
        .withNamespace(name.namespace())
        .addToLabels("app.kubernetes.io/managed-by", "exchequer")
        .addNewOwnerReference()
        .withApiVersion(Api.GROUP + "/" + Api.VERSION)
        .withKind(apiKey.kind())
        .withName(apiKey.name().name())
        .withUid(apiKey.uid())
        .endOwnerReference()
        .endMetadata()
        .withType("Opaque")
        .addToData(Credentials.GENERATED_FIELD, Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.US_ASCII)))
        .build();
  }

  /** What is being made is finished, if it does not take long: its answer would be lost. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LAST_MS, TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}

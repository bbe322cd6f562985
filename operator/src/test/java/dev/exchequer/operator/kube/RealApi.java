package dev.exchequer.operator.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * One real kube-apiserver with its etcd for the whole test run, with the definitions of crds/yaml in it. The binaries are those of
 * dev/kube/build-control-plane.sh, which is run first where they are missing; KUBE_API_TEST_DIR names others. Tests of other modules use it as well.
 */
public final class RealApi {
  public static final String GROUP = "/apis/exchequer.dev/v1alpha1";
  static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  public static final ObjectMapper JSON = JsonMapper.builder().build();
  public static final YAMLMapper YAML = YAMLMapper.builder().enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS).build();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final class Running {
    static final RealApi API = start();
  }

  private final KubernetesClient client;
  private final String kubeconfig;
  private final Path binaries;
  private final Map<String, String> plurals = new TreeMap<>();
  private final Map<String, Answer> definitions = new TreeMap<>();

  /** What the server said, a Status where it refused. */
  public record Answer(int code, JsonNode body) {
    public boolean good() {
      return code < 300;
    }

    public String message() {
      return body.path("message").asText();
    }

    /** Message by field, as `kubectl` prints them; without the remark that rules were not looked at. */
    Map<String, List<String>> causes() {
      Map<String, List<String>> causes = new TreeMap<>();
      for (JsonNode cause : body.at("/details/causes")) {
        String field = cause.path("field").asText();
        if (!field.equals("<nil>")) {
          causes.computeIfAbsent(field, none -> new ArrayList<>()).add(cause.path("message").asText());
        }
      }
      return causes;
    }
  }

  private RealApi(KubernetesClient client, String kubeconfig, Path binaries) {
    this.client = client;
    this.kubeconfig = kubeconfig;
    this.binaries = binaries;
  }

  public static RealApi get() {
    return Running.API;
  }

  public static Path root() {
    return Path.of(System.getProperty("exchequer.root", "..")).toAbsolutePath().normalize();
  }

  public KubernetesClient client() {
    return client;
  }

  /** Of its administrator. */
  public String kubeconfig() {
    return kubeconfig;
  }

  /** The binary of the same build. */
  public Path kubectl() {
    return binaries.resolve("kubectl");
  }

  /** Plural by kind. */
  Map<String, String> plurals() {
    return Map.copyOf(plurals);
  }

  /** What the server said when it was given each definition, by plural. */
  Map<String, Answer> definitions() {
    return Map.copyOf(definitions);
  }

  public Answer send(String method, String path, String contentType, String body) {
    HttpRequest.Builder request = client.getHttpClient().newHttpRequestBuilder().uri(client.getMasterUrl().toString().replaceAll("/$", "") + path);
    request.header("Accept", "application/json");
    if (!body.isEmpty()) {
      request.method(method, contentType, body);
    }
    return sent(request.build());
  }

  /** As kubectl asks for what it prints. */
  Answer table(String path) {
    HttpRequest.Builder request = client.getHttpClient().newHttpRequestBuilder().uri(client.getMasterUrl().toString().replaceAll("/$", "") + path);
    request.header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
    return sent(request.build());
  }

  private Answer sent(HttpRequest request) {
    try {
      HttpResponse<String> response = client.getHttpClient().sendAsync(request, String.class).get(30, TimeUnit.SECONDS);
      return new Answer(response.code(), JSON.readTree(response.bodyString()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(request.method() + " " + request.uri(), e);
    }
  }

  public Answer read(String path) {
    return send("GET", path, "", "");
  }

  /** With a body: fabric8's client on the JDK's sends every request without one as a GET. */
  public void delete(String path) {
    Answer deleted = send("DELETE", path, "application/json", "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\"}");
    if (!deleted.good()) {
      throw new IllegalStateException(path + ": " + deleted.body());
    }
  }

  public Answer patch(String path, String json) {
    return send("PATCH", path + "?fieldValidation=Strict", "application/merge-patch+json", json);
  }

  /** One YAML document as it was written: the server reads the YAML itself. */
  public Answer create(String namespace, String yaml) throws IOException {
    return post(namespace, yaml, "fieldValidation=Strict");
  }

  /** Checked as a creation is, and not stored. */
  Answer check(String namespace, String yaml, String fieldValidation) throws IOException {
    return post(namespace, yaml, "dryRun=All&fieldValidation=" + fieldValidation);
  }

  private Answer post(String namespace, String yaml, String query) throws IOException {
    JsonNode object;
    try {
      object = YAML.readTree(yaml);
    } catch (JsonProcessingException e) {
      // no YAML that Jackson can read: all cases of that are Projects
      return send("POST", GROUP + "/namespaces/" + namespace + "/projects?" + query, "application/yaml", yaml);
    }
    return send("POST", collection(namespace, object) + "?" + query, "application/yaml", yaml);
  }

  String collection(String namespace, JsonNode object) {
    String version = object.path("apiVersion").asText();
    String kind = object.path("kind").asText();
    String plural = plurals.getOrDefault(kind, kind.toLowerCase(Locale.ROOT) + "s");
    return (version.equals("v1") ? "/api/v1" : "/apis/" + version) + "/namespaces/" + namespace + "/" + plural;
  }

  public String path(String namespace, String kind, String name) {
    return GROUP + "/namespaces/" + namespace + "/" + plurals.getOrDefault(kind, kind) + "/" + name;
  }

  public void namespace(String name) {
    send("POST", "/api/v1/namespaces", "application/json", "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"" + name + "\"}}");
  }

  /** The documents of a file, comments and empty ones left out. */
  public static List<String> documents(String yaml) {
    return Stream.of(yaml.split("(?m)^---\\s*$"))
        .filter(document -> document.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#")))
        .toList();
  }

  /** What kubectl prints. */
  public String kubectl(String... arguments) throws IOException, InterruptedException {
    Path file = Files.createTempFile("kubeconfig", ".yaml");
    try {
      Files.writeString(file, kubeconfig);
      List<String> command = new ArrayList<>(List.of(kubectl().toString(), "--kubeconfig=" + file));
      command.addAll(List.of(arguments));
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("HOME", String.valueOf(file.getParent()));
      Process process = builder.start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(printed);
      }
      return printed;
    } finally {
      Files.delete(file);
    }
  }

  private static RealApi start() {
    try {
      Path directory = Path.of(System.getenv().getOrDefault("KUBE_API_TEST_DIR", root().resolve(".cache/kube").toString()));
      Path binaries = binaries(directory);
      KubeAPIServer server =
          new KubeAPIServer(
              KubeAPIServerConfigBuilder.anAPIServerConfig()
                  .withTestDir(directory.toString())
                  .withOfflineMode(true) // by builder: the environment variable for it fails with a ClassCastException
                  .withUpdateKubeConfig(false)
                  .withStartupTimeout(120_000)
                  .withApiServerFlag("--bind-address", "127.0.0.1")
                  .withApiServerFlag("--advertise-address", "127.0.0.1") // else it dies on a host without a default route
                  .withApiServerFlag("--endpoint-reconciler-type", "none")
                  .build());
      server.start();
      Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "stop-kube-apiserver"));
      String kubeconfig = server.getKubeConfigYaml();
      RealApi api = new RealApi(new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig)).build(), kubeconfig, binaries);
      api.define();
      return api;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The directory with etcd, kube-apiserver and kubectl; builds them where it is missing, which takes minutes the first time. */
  private static Path binaries(Path directory) throws IOException, InterruptedException {
    List<Path> found = installed(directory);
    if (found.isEmpty()) {
      // into a file: the output of this process is failsafe's own
      Path log = Files.createDirectories(directory).resolve("build.log");
      ProcessBuilder build = new ProcessBuilder(root().resolve("dev/kube/build-control-plane.sh").toString(), "slim", directory.toString());
      if (build.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor() != 0) {
        throw new IllegalStateException(
            "dev/kube/build-control-plane.sh failed, see " + log + "; or set KUBE_API_TEST_DIR to a directory that has k8s/<version>-<os>-<arch>/kube-apiserver");
      }
      found = installed(directory);
    }
    return found.getLast();
  }

  private static List<Path> installed(Path directory) throws IOException {
    Path versions = directory.resolve("k8s");
    if (!Files.isDirectory(versions)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(versions)) {
      return folders.filter(folder -> Files.isExecutable(folder.resolve("kube-apiserver"))).sorted().toList();
    }
  }

  private void define() throws IOException {
    try (Stream<Path> files = Files.list(root().resolve("crds/yaml"))) {
      for (Path file : files.sorted().toList()) {
        String yaml = Files.readString(file);
        JsonNode names = YAML.readTree(yaml).at("/spec/names");
        plurals.put(names.path("kind").asText(), names.path("plural").asText());
        definitions.put(names.path("plural").asText(), send("POST", DEFINITIONS + "?fieldValidation=Strict", "application/yaml", yaml));
      }
    }
    definitions.forEach(
        (plural, answer) -> {
          if (answer.good()) {
            await(plural + " is served", () -> read(GROUP + "/" + plural).good());
          }
        });
  }

  public static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("still not so: " + what);
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Everything of one namespace that this product reads, as it is stored, and out of the store again. */
  public List<JsonNode> take(String namespace) {
    Map<String, String> kinds = new HashMap<>(plurals);
    kinds.put("Secret", "secrets");
    List<JsonNode> objects = new ArrayList<>();
    for (String kind : new TreeSet<>(kinds.keySet())) {
      String path = (kind.equals("Secret") ? "/api/v1" : GROUP) + "/namespaces/" + namespace + "/" + kinds.get(kind);
      Answer list = read(path);
      for (JsonNode item : list.body().path("items")) {
        // the entries of a list of Secrets do not say what they are
        objects.add(((ObjectNode) item).put("kind", kind).put("apiVersion", list.body().path("apiVersion").asText()));
      }
      delete(path);
    }
    return objects;
  }
}

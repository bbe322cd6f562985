package dev.exchequer.crds;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the CustomResourceDefinition of every kind: one file a kind, named by its plural, into the directory that is the only argument. */
public final class GenerateCrds {
  static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          TokenGateway.class,
          ModelProvider.class,
          Project.class,
          Balance.class,
          PriceSheet.class,
          ApiKey.class,
          Budget.class,
          FallbackPolicy.class,
          ModelRoute.class);

  private GenerateCrds() {}

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    Files.createDirectories(directory);
    for (Map.Entry<String, String> file : generate().entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
  }

  /** YAML by file name. */
  static Map<String, String> generate() {
    Map<String, ByteArrayOutputStream> buffers = new TreeMap<>();
    new CRDGenerator()
        .withOutput(new Buffers(buffers))
        .forCRDVersions("v1")
        .withParallelGenerationEnabled(false)
        .withPostProcessor(new CrdDetails())
        .customResourceClasses(KINDS)
        .generate();
    Map<String, String> files = new TreeMap<>();
    buffers.forEach((name, buffer) -> files.put(name.substring(0, name.indexOf('.')) + ".yaml", buffer.toString(StandardCharsets.UTF_8)));
    return files;
  }

  private static final class Buffers extends CRDGenerator.AbstractCRDOutput<ByteArrayOutputStream> {
    private final Map<String, ByteArrayOutputStream> buffers;

    Buffers(Map<String, ByteArrayOutputStream> buffers) {
      this.buffers = buffers;
    }

    @Override
    protected ByteArrayOutputStream createStreamFor(String crdName) {
      return buffers.computeIfAbsent(crdName, name -> new ByteArrayOutputStream());
    }
  }
}

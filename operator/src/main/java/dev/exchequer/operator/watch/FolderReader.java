package dev.exchequer.operator.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Reading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads every *.yaml and *.yml of a folder and its subfolders, dot files left out, several documents a file. */
public final class FolderReader {
  private static final Pattern DNS_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  private final List<Document> documents = new ArrayList<>();
  private final List<Diagnostic> problems = new ArrayList<>();

  private FolderReader() {}

  /** @throws IOException if the folder itself cannot be read; a bad file is a problem in the reading */
  public static Reading read(Path folder) throws IOException {
    return read(FolderFiles.of(folder));
  }

  static Reading read(FolderFiles files) {
    FolderReader reader = new FolderReader();
    for (Map.Entry<String, byte[]> file : files.contents().entrySet()) {
      reader.file(file.getKey(), file.getValue());
    }
    for (String unreadable : files.unreadable()) {
      reader.problems.add(Diagnostic.unreadable(unreadable, 0, "FileUnreadable", "cannot be read"));
    }
    return new Reading(reader.documents, reader.problems, files.digest());
  }

  private void file(String file, byte[] bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      problems.add(Diagnostic.unreadable(file, 0, "YamlInvalid", "is not UTF-8"));
      return;
    }
    Compose compose = new Compose(LoadSettings.builder().setLabel(file).setCodePointLimit(16 << 20).build());
    try {
      // a syntax error ends the file: what stands behind it cannot be told from what belongs to it
      Iterator<Node> nodes = compose.composeAllFromString(text).iterator();
      while (nodes.hasNext()) {
        document(file, nodes.next());
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      problems.add(Diagnostic.unreadable(file, line, "YamlInvalid", String.valueOf(e.getProblem())));
    } catch (YamlEngineException e) {
      problems.add(Diagnostic.unreadable(file, 0, "YamlInvalid", String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
    }
  }

  private void document(String file, Node node) {
    YamlNodes nodes = new YamlNodes();
    int line = YamlNodes.line(node);
    JsonNode json;
    try {
      json = nodes.read(node);
    } catch (YamlNodes.Refused e) {
      problems.add(Diagnostic.unreadable(file, e.line(), "YamlInvalid", "the document " + e.reason()));
      return;
    }
    if (json.isNull()) {
      return; // "---" and comments only
    }
    String apiVersion = json.path("apiVersion").asText("");
    String kind = json.path("kind").asText("");
    String name = json.path("metadata").path("name").asText("");
    String namespace = json.path("metadata").path("namespace").asText(ObjectName.DEFAULT_NAMESPACE);
    if (!(json instanceof ObjectNode content) || apiVersion.isEmpty() || kind.isEmpty()) {
      problems.add(Diagnostic.unreadable(file, line, "NotAnObject", "a document needs apiVersion, kind and metadata.name"));
    } else if (!DNS_NAME.matcher(name).matches() || !DNS_NAME.matcher(namespace).matches()) {
      problems.add(
          Diagnostic.unreadable(file, nodes.lines().of("metadata.name"), "NameInvalid", "metadata.name and namespace must be lower-case DNS names"));
    } else {
      ObjectKey key = new ObjectKey(kind, new ObjectName(namespace, name));
      documents.add(new Document(file, line, apiVersion, key, content, nodes.lines()));
    }
  }
}

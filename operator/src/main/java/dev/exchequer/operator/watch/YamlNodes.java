package dev.exchequer.operator.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.operator.model.FieldLines;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A YAML document as JSON, with the line of every field. Strict: duplicate keys, keys that are no text and numbers that JSON has not are refused. */
final class YamlNodes {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NODES = 200_000;

  private final Map<String, Integer> lines = new HashMap<>();
  private int nodes;

  /** Why a document was refused, and where. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final int line;

    Refused(int line, String message) {
      super(message);
      this.line = line;
    }

    int line() {
      return line;
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  JsonNode read(Node root) throws Refused {
    return read(root, "", 0);
  }

  FieldLines lines() {
    return new FieldLines(lines);
  }

  static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private JsonNode read(Node node, String path, int depth) throws Refused {
    // an alias of an alias of an alias is how a few lines become a gigabyte
    if (depth > MAX_DEPTH || ++nodes > MAX_NODES) {
      throw new Refused(line(node), "is nested too deeply or expands to too much");
    }
    lines.putIfAbsent(path, line(node));
    return switch (node) {
      case MappingNode mapping -> object(mapping, path, depth);
      case SequenceNode sequence -> array(sequence, path, depth);
      case ScalarNode scalar -> scalar(scalar);
      default -> throw new Refused(line(node), "is not a YAML value that JSON has");
    };
  }

  private ObjectNode object(MappingNode mapping, String path, int depth) throws Refused {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (NodeTuple entry : mapping.getValue()) {
      Node keyNode = entry.getKeyNode();
      if (!(keyNode instanceof ScalarNode key)) {
        throw new Refused(line(keyNode), "has a key that is not text");
      }
      String name = key.getValue();
      String child = path.isEmpty() ? name : path + "." + name;
      if (object.has(name)) {
        throw new Refused(line(keyNode), "has the key \"" + name + "\" twice" + (path.isEmpty() ? "" : " in " + path));
      }
      lines.put(child, line(keyNode));
      object.set(name, read(entry.getValueNode(), child, depth + 1));
    }
    return object;
  }

  private ArrayNode array(SequenceNode sequence, String path, int depth) throws Refused {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Node item : sequence.getValue()) {
      array.add(read(item, path + "[" + array.size() + "]", depth + 1));
    }
    return array;
  }

  private static JsonNode scalar(ScalarNode scalar) throws Refused {
    String text = scalar.getValue();
    Tag tag = scalar.getTag();
    JsonNodeFactory json = JsonNodeFactory.instance;
    try {
      if (tag.equals(Tag.NULL)) {
        return json.nullNode();
      } else if (tag.equals(Tag.BOOL)) {
        return json.booleanNode(Boolean.parseBoolean(text));
      } else if (tag.equals(Tag.INT)) {
        return json.numberNode(new BigInteger(text));
      } else if (tag.equals(Tag.FLOAT)) {
        return json.numberNode(new BigDecimal(text));
      } else if (tag.equals(Tag.STR) || tag.equals(Tag.ENV_TAG)) { // "${NAME}" is text here: only Secrets expand it
        return json.textNode(text);
      }
    } catch (NumberFormatException e) {
      throw new Refused(line(scalar), "has a number that JSON has not: put it in quotes if it is text");
    }
    throw new Refused(line(scalar), "has a tag that is not allowed: " + tag);
  }
}

package dev.exchequer.cli.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The file of an export, and beside it FILE.cursor: one line of what it has, its format, how many bytes are whole and the cursor that they reach. What a broken
 * export wrote after that is cut off when it goes on.
 */
final class ExportFile implements AutoCloseable {
  private static final String START = "0";

  enum Format {
    jsonl, csv
  }

  private final FileChannel channel;
  private final Path note;
  private final String kind;
  private String cursor;
  private boolean isNew;

  private ExportFile(FileChannel channel, Path note, String kind, String cursor, boolean isNew) {
    this.channel = channel;
    this.note = note;
    this.kind = kind;
    this.cursor = cursor;
    this.isNew = isNew;
  }

  /**
   * @param what entries or receipts
   * @param from null = from the beginning, or where an export to this file ended
   * @throws CommandFailed if the file is not one that this export may go on with
   */
  static ExportFile open(Path file, String what, Format format, @Nullable String from) throws IOException {
    Path note = file.resolveSibling(file.getFileName() + ".cursor");
    String kind = what + " " + format;
    boolean known = Files.exists(note);
    if (Files.exists(file) && (from != null || !known)) {
      throw new CommandFailed(file + " exists" + (known ? " and goes on by itself: leave --from away, or give another file" : ": an export never replaces a file, give another name"));
    }
    if (from != null || !known || !Files.exists(file)) {
      return new ExportFile(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), note, kind, from == null ? START : from, true);
    }
    String[] words = Files.readString(note).strip().split(" ", 5);
    if (words.length != 4 || !words[2].matches("[0-9]{1,18}")) {
      throw new CommandFailed(note + " is not the note of an export: give another file");
    }
    if (!kind.equals(words[0] + " " + words[1])) {
      throw new CommandFailed(file + " has " + words[0] + " as " + words[1] + ": give another file for " + what + " as " + format);
    }
    long whole = Long.parseLong(words[2]);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    if (channel.size() < whole) {
      channel.close();
      throw new CommandFailed(file + " has " + Files.size(file) + " bytes, and " + whole + " were exported to it: it was changed, give another file");
    }
    channel.truncate(whole).position(whole);
    return new ExportFile(channel, note, kind, words[3], false);
  }

  /** How far it has everything. */
  String cursor() {
    return cursor;
  }

  /** Whether nothing was added to it yet. */
  boolean isNew() {
    return isNew;
  }

  /** Adds lines; they are on the disk before the note says so. */
  void add(String lines, String reached) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(true);
    cursor = reached;
    isNew = false;
    Path next = note.resolveSibling(note.getFileName() + ".new");
    Files.writeString(next, kind + " " + channel.position() + " " + reached + "\n");
    Files.move(next, note, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

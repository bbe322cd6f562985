package dev.exchequer.server.journal;

import dev.exchequer.ledger.Command.JournalPosition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A growing file read by whole lines. Its place is (inode, generation, byte): another inode under the name is a file after a rotation (the open one is read to
 * its end first), a file that became shorter is another generation of its content.
 */
final class JournalFile {
  static final int LONGEST_LINE = 64 * 1024;
  private static final int CHUNK = 256 * 1024;

  interface Lines {
    void line(byte[] line, JournalPosition after) throws InterruptedException;
  }

  private final LogFiles files;
  private final Path path;
  private final String name;
  private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
  private final ByteArrayOutputStream carry = new ByteArrayOutputStream();
  private LogFiles.@Nullable Open channel;
  private long inode;
  private long generation;
  private long lineStart;
  private long readTo;
  private boolean tooLong;
  private boolean replaced;

  JournalFile(Path path, @Nullable JournalPosition from) {
    this(LogFiles.REAL, path, from);
  }

  JournalFile(LogFiles files, Path path, @Nullable JournalPosition from) {
    this.files = files;
    this.path = path;
    this.name = String.valueOf(path.getFileName());
    if (from != null) {
      inode = from.inode();
      generation = from.generation();
      lineStart = from.offset();
      readTo = from.offset();
    }
  }

  /** @return whether there was anything to read */
  boolean read(Lines lines) throws IOException, InterruptedException {
    LogFiles.Open open = channel();
    if (open == null) {
      return false;
    }
    if (open.size() < readTo) {
      generation++;
      seek(0);
    }
    buffer.clear();
    int n = open.read(buffer, readTo);
    if (n <= 0) {
      return rotated();
    }
    readTo += n;
    split(lines);
    return true;
  }

  private void split(Lines lines) throws InterruptedException {
    byte[] bytes = buffer.array();
    int from = 0;
    for (int i = 0; i < buffer.position(); i++) {
      if (bytes[i] == '\n') {
        keep(bytes, from, i - from);
        long after = readTo - (buffer.position() - (i + 1));
        byte[] line = carry.toByteArray();
        carry.reset();
        boolean cut = tooLong;
        tooLong = false;
        lineStart = after;
        if (line.length > 0) {
          lines.line(cut ? java.util.Arrays.copyOf(line, LONGEST_LINE + 1) : line, new JournalPosition(name, inode, generation, after));
        }
        from = i + 1;
      }
    }
    keep(bytes, from, buffer.position() - from);
  }

  /** A line that is too long is cut here, so that a file without line ends needs no memory. */
  private void keep(byte[] bytes, int from, int length) {
    int room = LONGEST_LINE + 1 - carry.size();
    tooLong |= length > room;
    carry.write(bytes, from, Math.min(length, room));
  }

  private LogFiles.@Nullable Open channel() throws IOException {
    if (channel != null) {
      return channel;
    }
    try {
      long there = files.inode(path);
      if (there != inode) {
        if (inode != 0) {
          LogFiles.Open before = rotatedAway();
          if (before != null) {
            channel = before;
            return channel;
          }
        }
        inode = there;
        generation = 0;
        seek(0);
      }
      LogFiles.Open opened = files.open(path);
      channel = opened;
      if (!endsALine(opened)) {
        generation++;
        seek(0);
      }
      return channel;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /**
   * A place is after a whole line. Where it is inside one, the machine died and lost bytes that were read already, and the file has grown past the place since:
   * it is read anew.
   */
  private boolean endsALine(LogFiles.Open open) throws IOException {
    if (readTo == 0 || open.size() < readTo) {
      return true; // read() sees that it is shorter
    }
    ByteBuffer last = ByteBuffer.allocate(1);
    return open.read(last, readTo - 1) == 1 && last.get(0) == '\n';
  }

  /** The file that was being read when the process before this one stopped, under the name that rotation gave it. */
  private LogFiles.@Nullable Open rotatedAway() throws IOException {
    Path old = path.resolveSibling(name + ".1");
    return files.exists(old) && files.inode(old) == inode ? files.open(old) : null;
  }

  /** At the end of the open file: is there another one under the name? Then the end must be seen once more: lines may have come before the other file did. */
  private boolean rotated() throws IOException {
    if (!replaced) {
      try {
        replaced = files.inode(path) != inode;
      } catch (NoSuchFileException e) {
        return false;
      }
      return replaced;
    }
    replaced = false;
    LogFiles.Open finished = channel;
    channel = null;
    if (finished != null) {
      finished.close();
    }
    inode = 0;
    return true;
  }

  private void seek(long to) {
    readTo = to;
    lineStart = to;
    carry.reset();
    tooLong = false;
  }

  long lineStart() {
    return lineStart;
  }

  void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

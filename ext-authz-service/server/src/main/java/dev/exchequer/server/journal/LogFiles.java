package dev.exchequer.server.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files that Envoy writes and this process reads. The seam where the simulator has its own. */
public interface LogFiles {
  LogFiles REAL =
      new LogFiles() {
        @Override
        public long inode(Path path) throws IOException {
          return ((Number) Files.getAttribute(path, "unix:ino")).longValue();
        }

        @Override
        public boolean exists(Path path) {
          return Files.exists(path);
        }

        @Override
        public Open open(Path path) throws IOException {
          FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
          return new Open() {
            @Override
            public long size() throws IOException {
              return channel.size();
            }

            @Override
            public int read(ByteBuffer into, long from) throws IOException {
              return channel.read(into, from);
            }

            @Override
            public void close() throws IOException {
              channel.close();
            }
          };
        }
      };

  /** @throws java.nio.file.NoSuchFileException if it is not there */
  long inode(Path path) throws IOException;

  boolean exists(Path path);

  /** @throws java.nio.file.NoSuchFileException if it is not there */
  Open open(Path path) throws IOException;

  /** A file that is being read, whatever its name is by now. */
  interface Open extends Closeable {
    long size() throws IOException;

    /** As {@link FileChannel#read(ByteBuffer, long)}. */
    int read(ByteBuffer into, long from) throws IOException;
  }
}

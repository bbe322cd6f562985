package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** DATA, locked by this process for as long as it lives: two gateways on one ledger would sell the same money twice. */
final class DataDir implements AutoCloseable {
  private final Path path;
  private final FileChannel lockFile;

  private DataDir(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /** @throws CommandFailed when another `up` has it */
  static DataDir open(Path data) throws IOException {
    Path path = data.toAbsolutePath().normalize();
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    for (String folder : new String[] {"journal", "logs", "run"}) {
      Files.createDirectories(path.resolve(folder));
    }
    Path pidFile = path.resolve("run/up.pid");
    FileChannel lockFile = FileChannel.open(path.resolve("run/up.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!lock(lockFile)) {
      lockFile.close();
      String pid = Files.exists(pidFile) ? Files.readString(pidFile).strip() : "unknown";
      throw new CommandFailed("a gateway already runs on " + path + " (process " + pid + "): stop it, or choose another folder with --data");
    }
    DataDir dir = new DataDir(path, lockFile);
    dir.write("up.pid", Long.toString(ProcessHandle.current().pid()));
    return dir;
  }

  private static boolean lock(FileChannel file) throws IOException {
    try {
      @Nullable FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  Path path() {
    return path;
  }

  Path log(String name) {
    return path.resolve("logs/" + name + ".log");
  }

  Path run(String file) {
    return path.resolve("run/" + file);
  }

  /** A file in run/, whole or not at all for its readers. */
  void write(String file, String line) throws IOException {
    replace(run(file), line + "\n");
  }

  void delete(String file) throws IOException {
    Files.deleteIfExists(run(file));
  }

  /** envoy.yaml, for reading and for Envoy. */
  Path bootstrap(String yaml) throws IOException {
    Path file = path.resolve("envoy.yaml");
    replace(file, yaml);
    return file;
  }

  private static void replace(Path file, String text) throws IOException {
    Path next = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    delete("up.pid");
    lockFile.close();
  }
}

package dev.exchequer.cli.up;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The operator of this build. */
public final class OperatorAdapter implements OperatorRuntime {
  @Override
  public Running start(Settings settings, Consumer<List<Finding>> findings) {
    throw new IllegalStateException("not wired");
  }

  @Override
  public List<Finding> check(Path config) {
    throw new IllegalStateException("not wired");
  }
}

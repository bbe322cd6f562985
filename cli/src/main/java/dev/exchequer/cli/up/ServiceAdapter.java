package dev.exchequer.cli.up;

/** The accounting service of this build. */
public final class ServiceAdapter implements ServiceRuntime {
  @Override
  public void run(Settings settings) {
    throw new IllegalStateException("not wired");
  }
}

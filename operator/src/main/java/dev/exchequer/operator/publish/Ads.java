package dev.exchequer.operator.publish;

import io.grpc.BindableService;

/** Delta ADS: what every Envoy should have, served to whoever connects. Where it listens is the transport's. */
public final class Ads {
  private final DeltaCache cache = new DeltaCache();

  /** To be added to a gRPC server; it may be one whose calls run on its event loop, as nothing here blocks. */
  public BindableService service() {
    return new AdsService(cache);
  }

  DeltaCache cache() {
    return cache;
  }
}

package dev.exchequer.operator.publish;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The delta half of ADS, from the wire to {@link DeltaCache}. The other half, state of the world, answers UNIMPLEMENTED. */
final class AdsService extends AggregatedDiscoveryServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(AdsService.class);

  private final DeltaCache cache;

  AdsService(DeltaCache cache) {
    this.cache = cache;
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(StreamObserver<DeltaDiscoveryResponse> responses) {
    DeltaCache.Stream stream = cache.connect(responses::onNext);
    // with a handler set, a response to an Envoy that has just gone is dropped and no exception
    ((ServerCallStreamObserver<DeltaDiscoveryResponse>) responses).setOnCancelHandler(stream::close);
    return new StreamObserver<>() {
      @Override
      public void onNext(DeltaDiscoveryRequest request) {
        if (request.hasErrorDetail()) {
          LOG.warn("Envoy refused {}: {}", request.getTypeUrl(), request.getErrorDetail().getMessage());
        }
        stream.onRequest(request);
      }

      @Override
      public void onError(Throwable error) {
        stream.close();
      }

      @Override
      public void onCompleted() {
        stream.close();
        responses.onCompleted();
      }
    };
  }
}

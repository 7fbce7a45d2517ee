package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.upstream.Frame;
import io.grpc.ClientCall;

/** What listens to the service on behalf of an HTTP client. */
abstract class AnswerListener extends ClientCall.Listener<Frame> {
  private volatile Runnable serviceReady = () -> {};

  /** Calls when the service can take more of the request. */
  final void onReady(Runnable action) {
    serviceReady = action;
  }

  @Override
  public final void onReady() {
    serviceReady.run();
  }

  /** The client can take more of the answer. */
  abstract void clientReady();
}

package dev.kryonix.cache.session;

import dev.kryonix.api.cache.v1.EndAllForUserRequest;
import dev.kryonix.api.cache.v1.EndAllForUserResponse;
import dev.kryonix.api.cache.v1.EndRequest;
import dev.kryonix.api.cache.v1.EndResponse;
import dev.kryonix.api.cache.v1.ListForUserRequest;
import dev.kryonix.api.cache.v1.ListForUserResponse;
import dev.kryonix.api.cache.v1.SessionServiceCreateRequest;
import dev.kryonix.api.cache.v1.SessionServiceCreateResponse;
import dev.kryonix.api.cache.v1.SessionServiceGetRequest;
import dev.kryonix.api.cache.v1.SessionServiceGetResponse;
import dev.kryonix.api.cache.v1.SessionServiceGrpc.SessionServiceImplBase;
import dev.kryonix.api.cache.v1.SessionServiceTouchRequest;
import dev.kryonix.api.cache.v1.SessionServiceTouchResponse;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;

/** The contract's SessionService: proto in, proto out. */
@Singleton
final class SessionEndpoint extends SessionServiceImplBase {
  private final Sessions sessions;
  private final TenantDirectory tenants;

  SessionEndpoint(Sessions sessions, TenantDirectory tenants) {
    this.sessions = sessions;
    this.tenants = tenants;
  }

  @Override
  public void create(
      SessionServiceCreateRequest request, StreamObserver<SessionServiceCreateResponse> answer) {
    answer(
        answer,
        SessionServiceCreateResponse.newBuilder()
            .setSession(sessions.create(tenant(), request))
            .build());
  }

  @Override
  public void get(
      SessionServiceGetRequest request, StreamObserver<SessionServiceGetResponse> answer) {
    answer(
        answer,
        SessionServiceGetResponse.newBuilder()
            .setSession(
                sessions.find(tenant(), request.getSession()).orElseThrow(SessionErrors::notFound))
            .build());
  }

  @Override
  public void touch(
      SessionServiceTouchRequest request, StreamObserver<SessionServiceTouchResponse> answer) {
    answer(
        answer,
        SessionServiceTouchResponse.newBuilder()
            .setSession(
                sessions
                    .touch(tenant(), request.getSession(), request.getDataMap())
                    .orElseThrow(SessionErrors::notFound))
            .build());
  }

  @Override
  public void end(EndRequest request, StreamObserver<EndResponse> answer) {
    answer(
        answer,
        EndResponse.newBuilder().setEnded(sessions.end(tenant(), request.getSession())).build());
  }

  @Override
  public void listForUser(ListForUserRequest request, StreamObserver<ListForUserResponse> answer) {
    answer(
        answer,
        ListForUserResponse.newBuilder()
            .addAllSessions(sessions.list(tenant(), request.getUser()))
            .build());
  }

  @Override
  public void endAllForUser(
      EndAllForUserRequest request, StreamObserver<EndAllForUserResponse> answer) {
    answer(
        answer,
        EndAllForUserResponse.newBuilder()
            .setEnded(sessions.endAll(tenant(), request.getUser(), request.getExceptSession()))
            .build());
  }

  private TenantView tenant() {
    return tenants.require(Callers.current());
  }

  private static <T> void answer(StreamObserver<T> observer, T message) {
    observer.onNext(message);
    observer.onCompleted();
  }
}

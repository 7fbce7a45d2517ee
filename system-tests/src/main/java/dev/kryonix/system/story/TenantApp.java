package dev.kryonix.system.story;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Values;
import dev.kryonix.api.backup.v1.Backup;
import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.Restore;
import dev.kryonix.api.backup.v1.RestoreServiceGrpc;
import dev.kryonix.api.backup.v1.RestoreSpec;
import dev.kryonix.api.backup.v1.StartBackupRequest;
import dev.kryonix.api.backup.v1.StartRestoreRequest;
import dev.kryonix.api.backup.v1.WatchBackupRequest;
import dev.kryonix.api.backup.v1.WatchBackupResponse;
import dev.kryonix.api.backup.v1.WatchRestoreRequest;
import dev.kryonix.api.backup.v1.WatchRestoreResponse;
import dev.kryonix.api.cache.v1.DeleteResponse;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.SetResponse;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.system.gateway.Rest;
import io.grpc.Channel;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** An application of a tenant: it knows the gateway and a token, and nothing else. */
public final class TenantApp {
  private static final long BACKED_UP_WITHIN_SECONDS = 60;

  private final Rest rest;
  private final Channel grpc;

  /** With a REST and a gRPC connection that both carry the token. */
  public TenantApp(Rest rest, Channel grpc) {
    this.rest = rest;
    this.grpc = grpc;
  }

  /** REST with the application's token. */
  public Rest rest() {
    return rest;
  }

  /** gRPC with the application's token. */
  public Channel grpc() {
    return grpc;
  }

  /** Publishes a JSON object of texts to an operation of a module, over REST. */
  public PublishResponse publish(String module, String operation, Map<String, String> content) {
    var fields = com.google.protobuf.Struct.newBuilder();
    content.forEach((name, value) -> fields.putFields(name, Values.of(value)));
    PublishRequest request =
        PublishRequest.newBuilder()
            .setModule(module)
            .setOperation(operation)
            .setJson(Values.of(fields.build()))
            .build();
    return rest.post("/v1/messages:publish", request).as(PublishResponse.getDefaultInstance());
  }

  /** The tenant as it describes itself. */
  public Tenant describe(String id) {
    return rest.get("/v1/tenants/" + id).as(Tenant.getDefaultInstance());
  }

  /** Changes the fields that are set in the given tenant, over REST. */
  public Tenant change(Tenant changed) {
    return rest.patch("/v1/tenants/" + changed.getId(), changed.toBuilder().clearId().build())
        .as(Tenant.getDefaultInstance());
  }

  public Backup startBackup() {
    return rest.post("/v1/backups", StartBackupRequest.getDefaultInstance())
        .as(Backup.getDefaultInstance());
  }

  /** Watches a backup over gRPC until it has ended. */
  public Backup awaitBackup(String id) {
    Iterator<WatchBackupResponse> events =
        BackupServiceGrpc.newBlockingStub(grpc)
            .withDeadlineAfter(BACKED_UP_WITHIN_SECONDS, TimeUnit.SECONDS)
            .watchBackup(WatchBackupRequest.newBuilder().setBackup(id).build());
    Backup last = Backup.getDefaultInstance();
    while (events.hasNext()) {
      last = events.next().getBackup();
    }
    return last;
  }

  public Restore startRestore(String backup) {
    StartRestoreRequest request =
        StartRestoreRequest.newBuilder()
            .setSpec(RestoreSpec.newBuilder().setBackup(backup))
            .build();
    return rest.post("/v1/restores", request).as(Restore.getDefaultInstance());
  }

  /** Watches a restore over gRPC until it has ended. */
  public Restore awaitRestore(String id) {
    Iterator<WatchRestoreResponse> events =
        RestoreServiceGrpc.newBlockingStub(grpc)
            .withDeadlineAfter(BACKED_UP_WITHIN_SECONDS, TimeUnit.SECONDS)
            .watchRestore(WatchRestoreRequest.newBuilder().setRestore(id).build());
    Restore last = Restore.getDefaultInstance();
    while (events.hasNext()) {
      last = events.next().getRestore();
    }
    return last;
  }

  /** Puts a value into the cache, over REST; the path is `module/type/key`. */
  public void cache(String path, ByteString value) {
    rest.put("/v1/cache/" + path, SetRequest.newBuilder().setValue(value).build())
        .as(SetResponse.getDefaultInstance());
  }

  /** The value in the cache, over REST; none when there is no entry. */
  public Optional<ByteString> cached(String path) {
    GetResponse answer = rest.get("/v1/cache/" + path).as(GetResponse.getDefaultInstance());
    return answer.getHit() ? Optional.of(answer.getValue()) : Optional.empty();
  }

  /** Deletes a value from the cache, over REST. */
  public void uncache(String path) {
    rest.delete("/v1/cache/" + path).as(DeleteResponse.getDefaultInstance());
  }
}

package dev.kryonix.messaging.deadletter;

import com.google.protobuf.MessageLite;
import dev.kryonix.api.messaging.v1.DeadLetterFilter;
import dev.kryonix.api.messaging.v1.DeadLetterView;
import dev.kryonix.api.messaging.v1.DropDeadLettersRequest;
import dev.kryonix.api.messaging.v1.DropDeadLettersResponse;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.ListDeadLettersResponse;
import dev.kryonix.api.messaging.v1.Message;
import dev.kryonix.api.messaging.v1.RedriveDeadLettersRequest;
import dev.kryonix.api.messaging.v1.RedriveDeadLettersResponse;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.messaging.deadletter.DeadLetters.Taking;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.payload.PayloadCorruptException;
import dev.kryonix.messaging.subscribe.DeliveryProtos;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** The RPCs about dead letters. */
@Singleton
public final class DeadLetterEndpoint {
  private static final int PAGE_SIZE = 50;
  private static final int RATE = 100;

  /** A page of large dead letters is shorter than asked for. */
  private static final long PAGE_BYTES = 4L * 1024 * 1024;

  private final TenantDirectory tenants;
  private final DeadLetters letters;
  private final Autopsy autopsy;
  private final Operations operations;
  private final Envelope envelope;
  private final PageTokens pages;

  DeadLetterEndpoint(
      TenantDirectory tenants,
      DeadLetters letters,
      Autopsy autopsy,
      Operations operations,
      Envelope envelope,
      PageTokens pages) {
    this.tenants = tenants;
    this.letters = letters;
    this.autopsy = autopsy;
    this.operations = operations;
    this.envelope = envelope;
    this.pages = pages;
  }

  /** Lists them, one by one or in groups. */
  public ListDeadLettersResponse list(Principal caller, ListDeadLettersRequest request) {
    TenantView tenant = tenants.require(caller);
    Filter filter = filter(request.getFilter());
    int size = request.getPageSize() == 0 ? PAGE_SIZE : request.getPageSize();
    boolean groups = request.getView() == DeadLetterView.DEAD_LETTER_VIEW_GROUPS;
    String listing = "ListDeadLetters" + groups + tenant.uid() + filter;
    try {
      return groups
          ? groups(tenant, filter, listing, request.getPageToken(), size)
          : letters(tenant, filter, listing, request, size);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private ListDeadLettersResponse letters(
      TenantView tenant, Filter filter, String listing, ListDeadLettersRequest request, int size)
      throws InterruptedException {
    Page<DeadMessage> page =
        letters.list(tenant, filter, pages.position(listing, request.getPageToken()), size);
    ListDeadLettersResponse.Builder response = ListDeadLettersResponse.newBuilder();
    Optional<Position> last = page.last();
    long bytes = 0;
    for (DeadMessage dead : page.items()) {
      Message message = message(tenant, dead, request);
      bytes += message.getSerializedSize();
      if (bytes > PAGE_BYTES && response.getDeadLettersCount() > 0) {
        break;
      }
      response.addDeadLetters(DeadLetterProtos.letter(dead, message));
      last = Optional.of(DeadLetterStore.position(dead));
    }
    boolean isLast = page.last().isEmpty() && response.getDeadLettersCount() == page.items().size();
    return response.setNextPageToken(isLast ? "" : pages.after(listing, last)).build();
  }

  private ListDeadLettersResponse groups(
      TenantView tenant, Filter filter, String listing, String token, int size)
      throws InterruptedException {
    Optional<GroupPlace> after = GroupPlace.parse(pages.read(listing, token));
    var groups = letters.groups(tenant, filter, after, size);
    ListDeadLettersResponse.Builder response = ListDeadLettersResponse.newBuilder();
    groups.stream().limit(size).map(DeadLetterProtos::group).forEach(response::addGroups);
    if (groups.size() > size) {
      response.setNextPageToken(pages.after(listing, GroupPlace.of(groups.get(size - 1)).text()));
    }
    return response.build();
  }

  /** Without its payload unless asked for. */
  private Message message(TenantView tenant, DeadMessage dead, ListDeadLettersRequest request) {
    Message message =
        autopsy
            .queue(dead.source())
            .flatMap(queue -> opened(tenant, queue, dead, request.getJsonPayloads()))
            .orElseGet(() -> closed(dead));
    return request.getView() == DeadLetterView.DEAD_LETTER_VIEW_FULL
        ? message
        : message.toBuilder().clearPayload().build();
  }

  /** As consumers would see it, if it can be opened. */
  private Optional<Message> opened(
      TenantView tenant, LiveQueue queue, DeadMessage dead, boolean jsonPayloads) {
    try {
      return Optional.of(
          DeliveryProtos.message(
              envelope.unpack(tenant, queue, dead.properties(), dead.body()), jsonPayloads));
    } catch (PayloadCorruptException e) {
      return Optional.empty();
    }
  }

  private static Message closed(DeadMessage dead) {
    return Message.newBuilder()
        .setMessageId(String.valueOf(dead.properties().getMessageId()))
        .setModule(dead.module())
        .setOperation(dead.operation())
        .putAllAttributes(Envelope.attributes(dead.properties()))
        .build();
  }

  /** Drops them. */
  public DropDeadLettersResponse drop(Principal caller, DropDeadLettersRequest request) {
    TenantView tenant = tenants.require(caller);
    Filter filter = filter(request.getFilter());
    try {
      long dropped =
          request.getDryRun()
              ? letters.count(tenant, filter)
              : letters.drop(
                  new Taking(
                      caller, tenant, filter, request.getRequestId(), hash("drop", request)));
      return DropDeadLettersResponse.newBuilder().setDropped(dropped).build();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Publishes them again. */
  public void redrive(
      Principal caller,
      RedriveDeadLettersRequest request,
      StreamObserver<RedriveDeadLettersResponse> responses) {
    TenantView tenant = tenants.require(caller);
    Filter filter = filter(request.getFilter());
    filter.module().ifPresent(module -> operations.requireEnabled(tenant, module));
    StreamWriter.serve(
        responses,
        writer -> {
          if (request.getDryRun()) {
            writer.write(
                RedriveDeadLettersResponse.newBuilder()
                    .setMatched(letters.count(tenant, filter))
                    .setDone(true)
                    .build());
            return;
          }
          letters.redrive(
              new Taking(caller, tenant, filter, request.getRequestId(), hash("redrive", request)),
              request.getRatePerSecond() == 0 ? RATE : request.getRatePerSecond(),
              request.getMaxMessages() == 0 ? Long.MAX_VALUE : request.getMaxMessages(),
              writer);
        });
  }

  private Filter filter(DeadLetterFilter filter) {
    Optional<String> module = Optional.of(filter.getModule()).filter(name -> !name.isEmpty());
    module.ifPresent(operations::requireKnown);
    String operation = filter.getOperation();
    return new Filter(
        module,
        operation.isEmpty()
            ? Optional.empty()
            : Optional.of(
                module.map(name -> operations.canonical(name, operation)).orElse(operation)),
        Optional.of(filter.getFingerprint()).filter(text -> !text.isEmpty()),
        filter.getDeadLetterIdsList(),
        DeadLetterProtos.time(filter, "from_time"),
        DeadLetterProtos.time(filter, "until_time"));
  }

  private static byte[] hash(String rpc, MessageLite request) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(rpc.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      return digest.digest(request.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not to be had", e);
    }
  }

  private static RuntimeException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return CommonErrors.notServing("the call was interrupted: " + e.getMessage());
  }
}

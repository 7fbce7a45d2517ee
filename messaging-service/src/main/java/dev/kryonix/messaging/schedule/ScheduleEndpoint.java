package dev.kryonix.messaging.schedule;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.CancelScheduledRequest;
import dev.kryonix.api.messaging.v1.CancelScheduledResponse;
import dev.kryonix.api.messaging.v1.ListScheduledRequest;
import dev.kryonix.api.messaging.v1.ListScheduledResponse;
import dev.kryonix.api.messaging.v1.ScheduledMessage;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.schedule.ScheduleStore.Filter;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The RPCs about scheduled messages. */
@Singleton
public final class ScheduleEndpoint {
  private static final int PAGE_SIZE = 100;

  private final TenantDirectory tenants;
  private final Schedules schedules;
  private final PageTokens pages;

  ScheduleEndpoint(TenantDirectory tenants, Schedules schedules, PageTokens pages) {
    this.tenants = tenants;
    this.schedules = schedules;
    this.pages = pages;
  }

  /** Lists what waits. */
  public ListScheduledResponse list(Principal caller, ListScheduledRequest request) {
    TenantView tenant = tenants.require(caller);
    Filter filter =
        new Filter(
            Optional.of(request.getModule()).filter(module -> !module.isEmpty()),
            request.hasFromTime()
                ? Optional.of(instant("from_time", request.getFromTime()))
                : Optional.empty(),
            request.hasUntilTime()
                ? Optional.of(instant("until_time", request.getUntilTime()))
                : Optional.empty());
    String listing = "ListScheduled" + tenant.uid() + filter;
    Page<Scheduled> page =
        schedules.list(
            tenant,
            filter,
            pages.position(listing, request.getPageToken()),
            request.getPageSize() == 0 ? PAGE_SIZE : request.getPageSize());
    return ListScheduledResponse.newBuilder()
        .addAllScheduledMessages(page.items().stream().map(ScheduleEndpoint::message).toList())
        .setNextPageToken(pages.after(listing, page.last()))
        .build();
  }

  /** Takes one back. */
  public CancelScheduledResponse cancel(Principal caller, CancelScheduledRequest request) {
    TenantView tenant = tenants.require(caller);
    return CancelScheduledResponse.newBuilder()
        .setScheduledMessage(message(schedules.cancel(tenant, request.getScheduleId())))
        .build();
  }

  static ScheduledMessage message(Scheduled scheduled) {
    return ScheduledMessage.newBuilder()
        .setScheduleId(scheduled.id())
        .setMessageId(scheduled.messageId())
        .setModule(scheduled.module())
        .setOperation(scheduled.operation())
        .setDeliverAt(timestamp(scheduled.deliverAt()))
        .setCreateTime(timestamp(scheduled.createTime()))
        .putAllAttributes(scheduled.attributes())
        .setSizeBytes(scheduled.sizeBytes())
        .setFailure(scheduled.failure())
        .build();
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static Instant instant(String field, Timestamp timestamp) {
    if (!Timestamps.isValid(timestamp)) {
      throw CommonErrors.invalidField(field, "is not a timestamp");
    }
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos())
        .truncatedTo(ChronoUnit.MICROS);
  }
}

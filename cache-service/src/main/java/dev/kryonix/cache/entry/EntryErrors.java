package dev.kryonix.cache.entry;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;
import java.time.Duration;

/** Why a request for an entry is refused. */
final class EntryErrors {
  private EntryErrors() {}

  static ServiceException moduleUnknown(String module, String field) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_MODULE_UNKNOWN,
            "There is no module '" + module + "'.")
        .with("module", module)
        .field(field, "not in the catalogue");
  }

  static ServiceException moduleNotEnabled(String module) {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_MODULE_NOT_ENABLED,
            "The tenant does not have the module '" + module + "'.")
        .with("module", module)
        .precondition("MODULE", module, "not enabled for the tenant");
  }

  static ServiceException valueTooLarge(int bytes, int limit) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_VALUE_TOO_LARGE,
            "The value has " + bytes + " bytes; the limit is " + limit + ".")
        .with("limit_bytes", Integer.toString(limit))
        .field("value", "at most " + limit + " bytes");
  }

  static ServiceException answerTooLarge(int limit) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE,
            "The values come to more than " + limit + " bytes; ask for fewer at once.")
        .with("limit_bytes", Integer.toString(limit));
  }

  static ServiceException conditionFailed(String condition) {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_CONDITION_FAILED,
            "The condition '" + condition + "' does not hold; nothing was changed.")
        .with("condition", condition)
        .precondition("CONDITION", condition, "does not hold");
  }

  static ServiceException quotaExceeded(TenantId tenant, String quota, long limit) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The quota "
                + quota
                + " of "
                + limit
                + " is used up; delete entries or change the plan.")
        .quota("tenants/" + tenant + "/" + quota, "limit " + limit);
  }

  static ServiceException tooManyLeases(TenantId tenant, long limit, Duration nextEnd) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_RATE_LIMITED,
            "The tenant is loading "
                + limit
                + " entries, as many as its quota has keys; fulfil or wait before loading more.")
        .quota("tenants/" + tenant + "/cache.leases", "limit " + limit)
        .retryAfter(nextEnd);
  }

  static ServiceException notFound(EntryKey address) {
    return CommonErrors.notFound(
        "cache entry", address.module() + "/" + address.type() + "/" + address.key());
  }

  static ServiceException wrongType(String expected) {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_WRONG_TYPE,
            "The key holds another kind of value than " + expected + ".")
        .with("expected", expected);
  }

  static ServiceException concurrentChange() {
    return ServiceException.of(
            Code.ABORTED,
            ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
            "Too many others change the same entry at once; nothing was changed. Try again.")
        .with("store", "redis")
        .retryAfter(Duration.ofMillis(100));
  }

  static ServiceException pipelineFull(long most) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_FLOW_CONTROL,
            "The operations under way hold too many bytes; read their results, then try again.")
        .with("most_bytes_per_stream", Long.toString(most))
        .retryAfter(Duration.ofMillis(100));
  }

  static ServiceException answersFull() {
    return ServiceException.of(
            Code.UNAVAILABLE,
            ErrorReason.ERROR_REASON_BODIES_EXHAUSTED,
            "Too many large values are being read at once; try again shortly.")
        .retryAfter(Duration.ofMillis(100));
  }

  static ServiceException tooManyFlushes() {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_RATE_LIMITED,
            "Too many flushes are under way at once; try again shortly.")
        .retryAfter(Duration.ofSeconds(1));
  }
}

package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.WriteCondition;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What requests for entries mean. */
class EntryProtosTest {
  private static final String ETAG = Etags.format(7);

  /** Who sends one means that another version must not be overwritten. */
  @ParameterizedTest
  @EnumSource(
      value = WriteCondition.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WRITE_CONDITION_IF_ETAG", "UNRECOGNIZED"})
  void anEtagWithAnotherConditionIsRefused(WriteCondition condition) {
    SetRequest request = set().setCondition(condition).setEtag(ETAG).build();

    ServiceException refusal =
        catchThrowableOfType(ServiceException.class, () -> EntryProtos.put(request));

    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FIELD);
  }

  @Test
  void anEtagGoesWithItsOwnCondition() {
    SetRequest request =
        set().setCondition(WriteCondition.WRITE_CONDITION_IF_ETAG).setEtag(ETAG).build();

    assertThat(EntryProtos.put(request).rule()).isEqualTo(new WriteRule.IfVersion(7));
  }

  private static SetRequest.Builder set() {
    return SetRequest.newBuilder().setModule("crm").setType("temp").setKey("k");
  }
}
